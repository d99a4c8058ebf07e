"""`libretexts-hub render`: which objects would this start create, and why these?"""

import argparse
import asyncio
import contextlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from libretexts_hub.cli import config_files
from libretexts_hub.cli.render_compare import as_asked, compared, name_of
from libretexts_hub.cli.render_yaml import as_yaml
from libretexts_hub.errors import SetupError

if TYPE_CHECKING:
    from libretexts_hub.cli.render_person import Person
    from libretexts_hub.cli.render_start import Rendered

REFUSED = 1
NO_NODE = "No node can have these labels: node selector and node affinity of the pod exclude each other."
# JupyterHub's column for it.
LONGEST_NAME = 255
# Options of the command that are keys of a choice, as the page and REST send them.
CHOICES = ("image", "tag", "size", "interface", "reference", "route", "profile")
HELP = {
    "image": "an environment of the menu, by its slug",
    "tag": "a version of it",
    "size": "a size, by its slug",
    "interface": "what it opens in, where there are several",
    "reference": "a reference, for an environment that lets people name one",
    "route": "a route, for whom several are open",
    "profile": "a profile of KubeSpawner's profile_list, where there is no menu",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    config_files.add_argument(parser)
    parser.add_argument(
        "--user", required=True, metavar="NAME", help="who starts a server, as the hub has it"
    )
    parser.add_argument("--groups", default="", metavar="A,B", help="the groups of this person (none)")
    parser.add_argument("--admin", action="store_true", help="the person is an administrator of the hub")
    parser.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="what the login says of the person; may be repeated",
    )
    parser.add_argument("--server", default="", metavar="NAME", help="a named server (the default one)")
    for key in CHOICES:
        parser.add_argument(f"--{key}", metavar="SLUG", help=HELP[key])
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="SLUG[=CHOICE]",
        help="an option of the menu, ticked or with its choice; may be repeated",
    )
    _add_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--explain", action="store_true", help="say on stderr why each decision was made")
    parser.add_argument(
        "--network-policy", action="store_true", help="print the NetworkPolicy of its network class too"
    )
    parser.add_argument(
        "--rbac",
        nargs="?",
        const="hub",
        default="",
        metavar="ACCOUNT",
        help="print first the ServiceAccount that the pod runs as, and the Role and its binding by which the "
        "service account of the hub may create the objects (hub)",
    )
    parser.add_argument(
        "--cached", action="store_true", help="ask no registry: what the hub kept in its menu_cache"
    )
    parser.add_argument("--json", action="store_true", help="print one List as JSON")
    parser.add_argument(
        "--as-of", metavar="TIME", help="as it would be then, like 2027-01-10T09:00+01:00 (now)"
    )
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--menu", action="store_true", help="print the menu of this person instead")
    does.add_argument(
        "--diff",
        type=Path,
        action="append",
        metavar="FILE",
        help="print what changes from this other configuration to the one of --config; may be repeated",
    )
    does.add_argument(
        "--diff-running", action="store_true", help="print what changes from the objects in the cluster"
    )
    does.add_argument(
        "--server-dry-run", action="store_true", help="ask the cluster whether it would take the objects"
    )


def run(args: argparse.Namespace) -> int:
    """0: printed; 1: the choice is refused, or by the cluster; 2: wrong use or configuration."""
    person = _person(args)
    rendered = _rendered(args, person, args.config or config_files.default_files())
    if args.menu:
        print(_menu(rendered.spawner, menu_moment(args.as_of)))
        return 0
    documents = _documents(rendered, args)
    for line in [*rendered.notes, *(rendered.reasons if args.explain else ())]:
        print(_printable(line), file=sys.stderr)
    if rendered.refused:
        print(_printable(rendered.refused), file=sys.stderr)
        return REFUSED
    if args.server_dry_run:
        return _dry_run(rendered)
    if args.diff or args.diff_running:
        before = _before(args, person, rendered, documents)
        print(compared(before, documents), end="")
    elif args.json:
        print(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}, indent=2))
    else:
        is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
        print(as_yaml(documents, is_unicode=is_unicode), end="")
    return 0


def _rendered(args: argparse.Namespace, person: "Person", paths: list[Path]) -> "Rendered":
    """One start under one configuration, at the time that was asked for."""
    from libretexts_hub.cli.render_person import chosen_class
    from libretexts_hub.cli.render_start import render
    from libretexts_hub.hub.configuration import check
    from libretexts_hub.hub.menu_clock import as_of

    config = config_files.load(paths)
    check(config)
    # What a hook prints must not get between the objects.
    with contextlib.redirect_stdout(sys.stderr), as_of(menu_moment(args.as_of) if args.as_of else None):
        return asyncio.run(render(config, chosen_class(config), person, cached=args.cached))


def _before(
    args: argparse.Namespace, person: "Person", rendered: "Rendered", documents: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What the other configuration would create; of the objects that run, what these ones speak of."""
    if args.diff:
        other = _rendered(args, person, args.diff)
        if other.refused:
            print(f"Refused by the other configuration: {_printable(other.refused)}", file=sys.stderr)
        return _documents(other, args)
    from libretexts_hub.cli.render_cluster import running

    namespace = rendered.spawner.namespace
    found = {name_of(each): each for each in asyncio.run(running(documents, namespace))}
    known = [(found[name_of(each)], each) for each in documents if name_of(each) in found]
    return [as_asked(_shown(each), wanted) for each, wanted in known]


def _dry_run(rendered: "Rendered") -> int:
    from libretexts_hub.cli.render_cluster import refusals

    refused = asyncio.run(refusals(rendered.objects, rendered.spawner.namespace))
    for line in refused:
        print(_printable(line), file=sys.stderr)
    if not refused:
        print(f"The cluster would take all {len(rendered.objects)} objects.")
    return REFUSED if refused else 0


def _menu(spawner: Any, now: datetime) -> str:
    """What this person may start, in which sizes and with which options."""
    from libretexts_hub.cli.menu_listing import rows, table
    from libretexts_hub.hub.menu_clock import as_of

    with as_of(now):
        menu = getattr(spawner, "menu", None)
    listed = list(rows(menu, now)) if menu is not None else []
    if not listed:
        return "This person may start nothing of a menu."
    parts = (("sizes", menu.sizes), ("options", menu.options))
    named = [f"{word}: {', '.join(each.slug for each in some)}" for word, some in parts if some]
    return "\n".join([table(listed), *map(_printable, named)])


def menu_moment(written: str | None) -> datetime:
    """The time of `--as-of`, of UTC where it names no zone; now for none. Raises SetupError."""
    if not written:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise SetupError(
            f"{written!r:.60} is not a time", where="--as-of", fix="Write it like 2027-01-10T09:00+01:00."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _documents(rendered: "Rendered", args: argparse.Namespace) -> list[dict[str, Any]]:
    from libretexts_hub.cli.render_around import policy_of, rights
    from libretexts_hub.domain.node_affinity import can_match_a_node

    made = [_shown(each) for each in rendered.objects]
    pods = [each for each in made if each["kind"] == "Pod"]
    rendered.notes += [NO_NODE for pod in pods if not can_match_a_node(pod["spec"])]
    if args.network_policy and made:
        policies = [policy for pod in pods if (policy := policy_of(rendered, pod)) is not None]
        made += policies
        if not policies:
            rendered.notes.append("This server has no network class, so no NetworkPolicy belongs to it.")
    return [*rights(rendered, pods, args.rbac), *made] if args.rbac else made


def _shown(each: dict[str, Any]) -> dict[str, Any]:
    from libretexts_hub.domain.rendered import shown
    from libretexts_hub.hub.pod_create import START_ID

    return shown(each, {START_ID: "(new at each start)"})


def _person(args: argparse.Namespace) -> "Person":
    """Raises SetupError for a name that no hub would have, and for what is no text."""
    from libretexts_hub.cli.render_person import Person

    texts = [args.user, args.groups, args.server, *args.claim, *args.option]
    texts += [getattr(args, key) or "" for key in CHOICES]
    if any(not _is_text(text) for text in texts):
        raise SetupError(
            "What was typed is not text in UTF-8",
            where="the arguments",
            fix="Look at the terminal's encoding.",
        )
    name = args.user
    if not name or name != name.strip() or "/" in name or set(name) == {"."} or len(name) > LONGEST_NAME:
        raise SetupError(
            f"{name!r:.80} is not the name of a person", where="--user", fix="Write it as the hub has it."
        )
    choice = {key: getattr(args, key) for key in CHOICES if getattr(args, key) is not None}
    for option in args.option:
        slug, _, chosen = option.partition("=")
        choice[f"option-{slug}"] = chosen or "1"
    groups = (each.strip() for each in args.groups.split(","))
    return Person(
        name=name,
        groups=tuple(dict.fromkeys(each for each in groups if each)),
        is_admin=args.admin,
        server=args.server,
        claims=_claims(args.claim),
        choice=choice,
    )


def _claims(written: list[str]) -> dict[str, list[str]]:
    claims: dict[str, list[str]] = {}
    for each in written:
        key, equals, value = each.partition("=")
        if not key or not equals:
            raise SetupError(
                f"{each!r:.80} is no claim", where="--claim", fix="Write it like email=alice@example.edu."
            )
        claims.setdefault(key, []).append(value)
    return claims


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _printable(line: str) -> str:
    """Names may hold what would move the cursor of a terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in line)
