"""Who has accepted which terms of use? One line of JSON for each acceptance; the file is the record."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.page_text import article


class Terms(NamedTuple):
    """One text of them; another text is another version."""

    version: str
    html: Markup


def parse_terms(text: str, where: str) -> Terms:
    """Raises ConfigurationError for an empty text: nobody can accept that."""
    if not text.strip():
        raise ConfigurationError(
            "The terms of use are empty", where=where, fix="Write them, or name no file."
        )
    html, _ = article(text)
    return Terms(hashlib.sha256(text.encode()).hexdigest()[:12], html)


class Acceptances:
    """The record. A line that can't be read counts for nobody."""

    def __init__(self, path: Path, *, where: str) -> None:
        self._path, self._where = path, where
        self._of: dict[str, set[str]] = {}
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            with path.open("a", encoding="utf-8"):
                pass  # whether it can be written is better known now than at the first acceptance
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{path} can't be read and written: {error}",
                where=where,
                fix="Name a file on the hub's disk.",
            ) from None
        for each in lines:
            self._take(each)

    def _take(self, written: str) -> None:
        try:
            told = json.loads(written)
            self._of.setdefault(str(told["person"]), set()).add(str(told["version"]))
        except (ValueError, KeyError, TypeError):
            return

    def has(self, person: str, version: str) -> bool:
        """Whether this person has accepted this version."""
        return version in self._of.get(person, ())

    def add(self, person: str, version: str) -> None:
        """Write it down. Raises OSError."""
        told = {"person": person, "version": version, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
        self._of.setdefault(person, set()).add(version)
