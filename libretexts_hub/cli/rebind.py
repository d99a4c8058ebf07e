"""`libretexts-hub rebind`: whose is a hub user, and how does it become somebody else's?"""

import argparse
import json
from typing import Any

from libretexts_hub.cli import hub_database as options
from libretexts_hub.clients import hub_database
from libretexts_hub.domain.binding import Account
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.errors import LibreTextsHubError, SetupError

NOTHING_CHANGED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument("name", nargs="?", help="a hub user; without one, all are listed")
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--to", metavar="ID", help="the provider's immutable id of whom it is to belong to")
    does.add_argument("--forget", action="store_true", help="to nobody: it belongs to who logs in next")
    does.add_argument("--rename", metavar="NEW", help="the hub user has a new name; its owner stays")
    does.add_argument(
        "--move-provider", nargs=2, metavar=("OLD", "NEW"), help="of all: the provider has a new address"
    )
    parser.add_argument("--provider", metavar="P", help="with --to, where there are several providers")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """0: done; 1: there was nothing to change; 2: wrong use or no database."""
    with hub_database.opened(options.url_of(args)) as connection:
        from libretexts_hub.hub.authenticators.accounts import Accounts

        accounts = Accounts(connection)
        accounts.make_table()
        if args.move_provider:
            return _move(accounts, *args.move_provider)
        if args.name is None:
            if args.to or args.forget or args.rename:
                raise SetupError("Whose?", where="rebind", fix="Write the name of the hub user first.")
            return _list(accounts.every(), args.json)
        return _change(accounts, connection, _name(args.name), args)


def _change(accounts: Any, connection: Any, name: str, args: argparse.Namespace) -> int:
    now = accounts.of_name(name)
    if args.forget:
        done = accounts.forget([name])
        print(f"{name} belongs to nobody now." if done else f"{name} belonged to nobody.")
        return 0 if done else NOTHING_CHANGED
    if args.rename:
        if now is None:
            print(f"{name} belongs to nobody.")
            return NOTHING_CHANGED
        new = _name(args.rename)
        _free(accounts.of_name(new), new)
        accounts.forget([name])
        accounts.bind(Account(new, now.provider, now.subject))
        print(f"{new} belongs to {now.subject} of {now.provider} now.")
        return 0
    if args.to:
        provider = args.provider or (now.provider if now else _only_provider(accounts))
        other = accounts.of_subject(provider, args.to)
        if other is not None and other.name != name:
            raise SetupError(
                f"{args.to} of {provider} has the hub user {other.name!r}",
                where="--to",
                fix=f"First: libretexts-hub rebind {other.name} --forget",
            )
        accounts.bind(Account(name, provider, args.to))
        known = "" if hub_database.has_user(connection, name) else " The hub does not know the name yet."
        print(f"{name} belongs to {args.to} of {provider} now.{known}")
        return 0
    return _list([now] if now else [], args.json)


def _move(accounts: Any, old: str, new: str) -> int:
    moving = [account for account in accounts.every() if account.provider == old]
    for account in moving:
        taken = accounts.of_subject(new, account.subject)
        if taken is not None and taken.name != account.name:
            raise SetupError(
                f"{account.subject} of {new} has the hub user {taken.name!r} already, and of {old} "
                f"{account.name!r}",
                where="--move-provider",
                fix=f"First: libretexts-hub rebind {taken.name} --forget",
            )
    for account in moving:
        accounts.bind(Account(account.name, new, account.subject))
    print(f"{len(moving)} hub users moved from {old} to {new}.")
    return 0 if moving else NOTHING_CHANGED


def _list(accounts: list[Account], is_json: bool) -> int:
    if is_json:
        rows = [{"name": a.name, "provider": a.provider, "subject": a.subject} for a in accounts]
        print(json.dumps(rows, indent=2))
        return 0
    for account in accounts:
        print(f"{account.name}\t{account.provider}\t{account.subject}")
    return 0 if accounts else NOTHING_CHANGED


def _only_provider(accounts: Any) -> str:
    providers = sorted({account.provider for account in accounts.every()})
    if len(providers) == 1:
        return str(providers[0])
    known = f"Known are: {', '.join(providers)}." if providers else "Nobody is bound yet."
    raise SetupError(
        "Which provider?", where="--provider", fix=f"Name it, such as github:https://github.com. {known}"
    )


def _free(account: Account | None, name: str) -> None:
    if account is not None:
        raise SetupError(
            f"{name} belongs to {account.subject} of {account.provider}",
            where="--rename",
            fix=f"First: libretexts-hub rebind {name} --forget",
        )


def _name(raw: str) -> str:
    try:
        return normal_name(raw)
    except LibreTextsHubError as error:
        raise SetupError(error.what, where="NAME", fix="Write the name of a hub user.") from None
