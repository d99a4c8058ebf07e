"""What do these files configure, and on which lines? Read to the end, also past what is wrong."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from libretexts_hub.cli.chart_snippets import run_snippets
from libretexts_hub.cli.config_files import add_python, files, in_words
from libretexts_hub.cli.values_files import (
    BELOW,
    SUFFIXES,
    add_sections,
    merged,
    refuse_other_dependency,
    values_of_hub,
)
from libretexts_hub.cli.yaml_places import Document, Keys, read_yaml
from libretexts_hub.domain.findings import Finding, of_error, warning
from libretexts_hub.domain.python_lines import setting_lines
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.collecting import collecting

CRYPT_KEY = "JUPYTERHUB_CRYPT_KEY"
CLASSES = ("hub", "config")
# One key of a place: in brackets and quotation marks, or between dots.
KEY = re.compile(r"""\[['"](.*?)['"]\]|([^.\[\]]+)""")


@dataclass
class Reading:
    """A `Config`, the chart's values, where settings were written, and what went wrong on the way."""

    config: Any
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[Keys, tuple[str, int]] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)

    @property
    def is_chart(self) -> bool:
        """The hub is the chart's: values were read, or this is its pod, where its module is."""
        return bool(self.values) or Path("/usr/local/etc/jupyterhub/z2jh.py").exists()

    @property
    def has_key(self) -> bool:
        """There is, or will be, a key to encrypt auth_state with; the chart makes one."""
        return (
            self.is_chart or bool(os.environ.get(CRYPT_KEY)) or "keys" in self.config.get("CryptKeeper", {})
        )

    def placed(self, finding: Finding) -> Finding:
        """The finding with the file and line of its setting, where they are known."""
        keys = keys_of(finding.where)
        # Of a class the setting at least: it may have been set elsewhere.
        least = len(CLASSES) + 1 if keys[:2] == CLASSES else 0
        ever_fewer = (keys[:length] for length in range(len(keys), least, -1))
        place = next((self.lines[each] for each in ever_fewer if each in self.lines), None)
        return finding.at(*place) if place and not finding.file else finding


def keys_of(where: str) -> Keys:
    """`c.LibreTextsSpawner.images['a'].groups` as the keys of `hub.config`, and `cull.users` as its own.

    Of two settings the first one.
    """
    first = where.partition(", ")[0].partition(" (")[0]
    parts = tuple(quoted or plain for quoted, plain in KEY.findall(first))
    return ("hub", "config", *parts[1:]) if parts[:1] == ("c",) else parts


def read(paths: Sequence[Path]) -> Reading:
    """Everything that can be read of these files and folders. Raises ConfigurationError for no such path."""
    from traitlets.config import Config

    reading = Reading(Config())
    with collecting():
        for path in files(paths):
            try:
                _add(reading, path)
            except ConfigurationError as error:
                reading.found.append(_with_file(error))
        for error in run_snippets(reading.config, reading.values):
            reading.found.append(_in_snippet(error, reading))
    return reading


def _add(reading: Reading, path: Path) -> None:
    if path.suffix in SUFFIXES:
        _add_values(reading, path)
        return
    with in_words(path):
        source = path.read_bytes().decode(errors="replace")
    written = setting_lines(source).items()
    reading.lines |= {("hub", "config", *setting): (str(path), line) for setting, line in written}
    add_python(reading.config, path)


def _add_values(reading: Reading, path: Path) -> None:
    document = read_yaml(path)
    values = values_of_hub(document.value)
    reading.found += _twice(document, path)
    if not isinstance(values, Mapping):
        raise ConfigurationError(
            "There are no values", where=str(path), fix="Name the values file of the hub."
        )
    try:
        refuse_other_dependency(path)
    except ConfigurationError as error:
        reading.found.append(_with_file(error))
    _note_lines(reading, document, path, is_below=values is not document.value)
    reading.values = merged(reading.values, values)
    hub = values.get("hub")
    if isinstance(hub, Mapping) and isinstance(hub.get("config"), Mapping):
        add_sections(reading.config, values, path)


def _note_lines(reading: Reading, document: Document, path: Path, *, is_below: bool) -> None:
    for keys, line in document.lines.items():
        own = keys[1:] if is_below and keys[:1] == (BELOW,) else keys
        reading.lines[own] = (str(path), line)


def _twice(document: Document, path: Path) -> list[Finding]:
    return [
        warning(
            f"{keys[-1]!r:.60} is written twice; the first one has no effect",
            ".".join(keys),
            "Keep one of them.",
        ).at(str(path), line)
        for keys, line in document.twice
    ]


def _with_file(error: ConfigurationError) -> Finding:
    """The place of these errors is a file, with its line."""
    file, _, line = error.where.rpartition(":")
    finding = of_error(error)
    if file and line.isdecimal():
        return Finding(finding.severity, finding.what, "", finding.fix, file, int(line))
    return finding


def _in_snippet(error: ConfigurationError, reading: Reading) -> Finding:
    """The lines of a snippet follow its name in the file."""
    finding = of_error(error)
    name, _, line = error.where.partition(":")
    place = reading.lines.get(tuple(name.split(".", 2)))
    if place is None:
        return finding
    found = Finding(finding.severity, finding.what, name, finding.fix)
    return found.at(place[0], place[1] + int(line)) if line.isdecimal() else found.at(*place)
