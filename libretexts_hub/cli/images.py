"""`libretexts-hub images`: what is on the menu now, and what does it mean for the nodes?"""

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from libretexts_hub.cli import config_files
from libretexts_hub.cli.menu_listing import as_json, rows, table
from libretexts_hub.cli.menu_reading import Reading, Wish, read_menu
from libretexts_hub.errors import ConfigurationError, SetupError

CHART, DAEMON_SET = "chart", "daemonset"
NOT_READ = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    config_files.add_argument(parser)
    parser.add_argument(
        "--groups", metavar="A,B", help="what a person of these groups sees now; without, everything"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--cached", action="store_true", help="ask no registry: what the hub kept in its menu_cache"
    )
    does = parser.add_mutually_exclusive_group()
    does.add_argument(
        "--prepull",
        nargs="?",
        const=CHART,
        choices=(CHART, DAEMON_SET),
        help="print what to pull, as values for the chart (prePuller.extraImages) or as a DaemonSet; chart",
    )
    does.add_argument("--purge", action="store_true", help="list images on nodes that left the menu")
    parser.add_argument(
        "--apply",
        action="store_true",
        help=f"with --prepull {DAEMON_SET}: create or update it in the cluster",
    )
    parser.add_argument(
        "--newest", type=int, default=1, metavar="N", help="with --prepull: how many tags of each kind (1)"
    )
    parser.add_argument(
        "--namespace", metavar="NS", help="of the DaemonSet and of Secrets (that of the servers)"
    )


def run(args: argparse.Namespace) -> int:
    """0: done; 1: nothing is known of some registry; 2: wrong use, configuration or cluster."""
    from libretexts_hub.cli.cluster_access import ForbiddenError

    _check(args)
    spawner = config_files.spawner(config_files.load(args.config or config_files.default_files()))
    reading = _read(args, spawner)
    for repository, words in reading.problems.items():
        print(f"{repository}: {words}", file=sys.stderr)
    try:
        is_done = _print(args, spawner, reading)
    except ForbiddenError as error:
        print(error, error.role, sep="\n", end="", file=sys.stderr)
        return 2
    return 0 if is_done and not reading.unread else NOT_READ


def _check(args: argparse.Namespace) -> None:
    """Raises SetupError for what makes no sense together."""
    if args.newest < 0:
        raise SetupError(f"{args.newest} tags can't be pulled", where="--newest", fix="Write 0 or more.")
    if args.apply and args.prepull != DAEMON_SET:
        raise SetupError(
            "Only the DaemonSet can be applied", where="--apply", fix=f"Write --prepull {DAEMON_SET} --apply."
        )
    if args.groups is not None and (args.prepull or args.purge):
        raise SetupError(
            "Nodes have the images of everybody",
            where="--groups",
            fix="Leave it out, or print the menu only.",
        )


def _read(args: argparse.Namespace, spawner: Any) -> Reading:
    if not spawner.images:
        raise ConfigurationError(
            "There is no menu", where="c.LibreTextsSpawner.images", fix="Write images, or name another file."
        )
    from libretexts_hub.domain.menu import Menu

    written = Menu.parse(*spawner.menu_as_written())
    wish = Wish(cached=args.cached, all_digests=args.purge, namespace=args.namespace or "")
    return asyncio.run(read_menu(written, Path(spawner.menu_cache) if spawner.menu_cache else None, wish))


def _print(args: argparse.Namespace, spawner: Any, reading: Reading) -> bool:
    """False when it was not done, because too little is known."""
    if args.prepull:
        from libretexts_hub.cli import prepull_output as prepull

        some = prepull.wanted(spawner, reading, newest=args.newest)
        if args.apply:
            return prepull.apply(spawner, reading, some, args.namespace, as_json=args.json)
        document = (
            prepull.chart_values(some)
            if args.prepull == CHART
            else prepull.daemon_set(spawner, reading, some, prepull.namespace_of(spawner, args.namespace))
        )
        print(json.dumps(document, indent=2) if args.json else prepull.as_yaml(document).rstrip("\n"))
    elif args.purge:
        from libretexts_hub.cli.purge_listing import purge

        print(purge(spawner, reading, as_json=args.json))
    else:
        _print_menu(args, reading)
    return True


def _print_menu(args: argparse.Namespace, reading: Reading) -> None:
    now, menu = datetime.now(UTC), reading.menu
    if args.groups is not None:
        menu = menu.for_person([each.strip() for each in args.groups.split(",") if each.strip()], now)
    listed = list(rows(menu, now))
    if args.json:
        print(json.dumps({"images": as_json(listed), "problems": dict(reading.problems)}, indent=2))
    elif listed:
        print(table(listed))
    else:
        print("These groups may start nothing.")
