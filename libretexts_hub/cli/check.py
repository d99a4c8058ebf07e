"""`libretexts-hub check`: would a hub start with this configuration, and do what was meant?"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from libretexts_hub.domain.findings import Finding, Severity, in_order, summary
from libretexts_hub.errors import ConfigurationError

if TYPE_CHECKING:
    from libretexts_hub.cli.check_reading import Reading

FOUND = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument(
        "config",
        nargs="*",
        type=Path,
        metavar="CONFIG",
        help="configuration, a folder of it, or a values file of the chart; the last wins "
        "(./jupyterhub_config.py, else that of the chart's hub)",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument(
        "--online", action="store_true", help="ask registries, the cluster and the login's servers too"
    )
    parser.add_argument("--strict", action="store_true", help="warnings make the exit code 1 too")


def run(args: argparse.Namespace) -> int:
    """0: nothing that must be mended; 1: errors, with --strict also warnings; 2: wrong use."""
    from libretexts_hub.cli.check_reading import read
    from libretexts_hub.cli.check_site import findings
    from libretexts_hub.cli.config_files import default_files

    paths = args.config or default_files()
    reading = read(paths)
    found = findings(reading)
    if args.online:
        found = in_order([*found, *map(reading.placed, _online(reading))])
    if args.json:
        print(json.dumps({"findings": [each.as_json() for each in found]}, indent=2, ensure_ascii=False))
    else:
        print(as_text(found, paths, is_colour=sys.stdout.isatty()))
    worst = Severity.WARNING if args.strict else Severity.ERROR
    return FOUND if any(each.severity <= worst for each in found) else 0


def _online(reading: "Reading") -> list[Finding]:
    """Only of a configuration that can be read."""
    from libretexts_hub.cli.check_online import online_findings
    from libretexts_hub.cli.check_site import site_of
    from libretexts_hub.cli.config_files import spawner

    try:
        unfinished = spawner(reading.config)
    except ConfigurationError:
        return []  # it is told already
    return asyncio.run(online_findings(unfinished, site_of(reading)))


COLOURS = {Severity.ERROR: "\033[1;31m", Severity.WARNING: "\033[1;33m", Severity.INFO: "\033[1;36m"}
PLAIN = "\033[0m"


def as_text(found: Sequence[Finding], paths: Sequence[Path], *, is_colour: bool = False) -> str:
    """For a person: what, where, fix of each, and a last line that counts."""
    lines = []
    for each in found:
        word = each.severity.word
        lines.append(f"{COLOURS[each.severity]}{word}{PLAIN}: " if is_colour else f"{word}: ")
        lines[-1] += _printable(each.what)
        lines.append(f"  at:  {_printable(each.place)}")
        lines.append(f"  fix: {_printable(each.fix)}")
    lines.append(f"{', '.join(str(path) for path in paths)}: {summary(found)} to mend.")
    return "\n".join(lines)


def _printable(text: str) -> str:
    """A file may hold what a terminal would obey."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
