"""`libretexts-hub why USER`: why did this server not start, and what helps?"""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from libretexts_hub.cli import config_files
from libretexts_hub.domain.failed_start import fix_of
from libretexts_hub.errors import SetupError

NOTHING = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument("user", metavar="USER", help="whose server, spelled as the hub has the name")
    parser.add_argument("--server", default="", metavar="NAME", help="a named server (the default one)")
    parser.add_argument("--all", action="store_true", help="also the failed starts before the last one")
    parser.add_argument("--json", action="store_true", help="print what is kept as JSON")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--folder", type=Path, help="where failed starts are kept (failed_starts)")
    place.add_argument(
        "--config",
        type=Path,
        action="append",
        metavar="FILE",
        help="configuration that names it; may be repeated, the last wins",
    )


def run(args: argparse.Namespace) -> int:
    """0: told; 1: no start of this server has failed lately."""
    from libretexts_hub.hub.failed_start_files import load

    folder = args.folder or _configured(args.config)
    kept = load(folder, args.user, args.server)
    shown = kept if args.all else kept[:1]
    if args.json:
        print(json.dumps([each | {"fix": fix_of(each)} for each in shown], indent=2, ensure_ascii=False))
    elif not shown:
        print(f"No failed start of {_name(args.user, args.server)} is kept in {folder}.")
    else:
        print("\n\n".join("\n".join(told(each)) for each in shown))
    return 0 if shown else NOTHING


def _configured(paths: list[Path] | None) -> Path:
    files = paths or config_files.default_files()
    folder = config_files.spawner(config_files.load(files)).failed_starts
    if not folder:
        raise SetupError(
            "This hub keeps no failed starts", where="failed_starts is empty", fix="Set it to a folder."
        )
    # As the hub runs in the folder of its configuration, outside of the chart.
    path = Path(folder)
    return path if path.is_absolute() or path.exists() else files[0].expanduser().absolute().parent / path


def told(kept: Mapping[str, Any]) -> Iterator[str]:
    """One failed start for a person at a terminal, the cause and the fix first."""
    at = datetime.fromtimestamp(float(kept.get("at") or 0), UTC)
    yield f"{_name(kept['person'], kept['server'])}, {at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"cause: {_line(kept['words'])}"
    yield f"fix:   {fix_of(kept)}"
    for key, value in kept["choice"].items():
        yield f"chosen {_line(key)}: {_line(value)}"
    for key, value in kept["decided"].items():
        yield f"{_line(key)}: {_line(value)}"
    if kept["pod"]:
        where = f" on {kept['node']}" if kept["node"] else ", on no node"
        yield f"pod: {_line(kept['pod'])}, {_line(kept['phase'] or 'not seen')}{_line(where)}"
    for each in kept["containers"]:
        before = f"; before: {each['before']}" if each["before"] else ""
        yield f"container {_line(each['name'])}: {_line(each['state'] + before)}"
    yield from _block("events", kept["events"])
    for name, lines in kept["logs"].items():
        yield from _block(f"last lines of {name}", lines)
    yield from _block("last lines of the hub", kept["hub"])


def _block(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{_line(title)}:"
        yield from (f"  {_line(line)}" for line in lines)


def _name(person: str, server: str) -> str:
    return _line(f"{person}, server {server}" if server else person)


def _line(text: object) -> str:
    """The file is the hub's, but what it holds came from pods: nothing that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text))
