"""How is everything of a person erased at a terminal? Asked once more, then done, with what went as proof."""

import argparse
import sys

from libretexts_hub.clients import hub_database
from libretexts_hub.culler.app import IdleCuller
from libretexts_hub.culler.erasing import Erased, erase
from libretexts_hub.culler.world import Ports
from libretexts_hub.errors import SetupError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `cull erase`."""
    parser.add_argument("user", help="the name of a hub user, such as ada")
    parser.add_argument(
        "--reason", default="asked for by the person", help='kept in the audit log, such as "request 12"'
    )
    parser.add_argument("--yes", action="store_true", help="don't ask for the name once more")
    parser.add_argument(
        "--db-url",
        metavar="URL",
        help="the hub's database, to forget too whose hub user it was, such as sqlite:///jupyterhub.sqlite",
    )


async def run(args: argparse.Namespace, app: IdleCuller, ports: Ports, namespace: str) -> int:
    """0: all of it went. Raises CullingError, and SetupError where nothing was confirmed."""
    if not args.yes:
        _confirm(args.user)
    done = await erase(app.world(ports, namespace), args.user, args.reason)
    _tell(args.user, done)
    if ports.snapshots is None:
        print("Snapshots were not looked for: no entry of homes makes any.")
    if args.db_url:
        _forget(args.user, args.db_url)
    else:
        print(f"Whose hub user it was is kept still: libretexts-hub rebind {args.user} --forget")
    return 0


def _confirm(name: str) -> None:
    if not sys.stdin.isatty():
        raise SetupError("Nobody can be asked here", where="cull erase", fix="Write --yes.")
    said = input(f"All files of {name!r} will be deleted, with no way back. Type the name to go on: ")
    if said.strip() != name:
        raise SetupError("That is another name", where="cull erase", fix="Nothing was erased.")


def _tell(name: str, done: Erased) -> None:
    print(f"The hub's record of {name} is deleted." if done.record else f"The hub had no record of {name}.")
    for kind, names in (("claim", done.claims), ("snapshot", done.snapshots)):
        for each in names:
            print(f"The {kind} {each} is deleted.")


def _forget(name: str, url: str) -> None:
    with hub_database.opened(url) as connection:
        from libretexts_hub.hub.authenticators.accounts import Accounts

        accounts = Accounts(connection)
        done = accounts.forget([name]) if accounts.has_table() else 0
    print(f"{name} belongs to nobody now." if done else f"{name} belonged to nobody.")
