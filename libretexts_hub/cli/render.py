"""`libretexts-hub render`: which objects would this start create, and why these?"""

import argparse
import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from libretexts_hub.cli import config_files
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
    parser.add_argument(
        "--config",
        type=Path,
        action="append",
        metavar="FILE",
        help="configuration, a folder of it, or a values file of the chart; may be repeated, the last wins "
        f"(./{config_files.OWN_FILE}, else {config_files.CHART_FILE})",
    )
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
    parser.add_argument("--explain", action="store_true", help="say on stderr why each decision was made")
    parser.add_argument(
        "--network-policy", action="store_true", help="print the NetworkPolicy of its network class too"
    )
    parser.add_argument(
        "--cached", action="store_true", help="ask no registry: what the hub kept in its menu_cache"
    )
    parser.add_argument("--json", action="store_true", help="print one List as JSON")


def run(args: argparse.Namespace) -> int:
    """0: printed; 1: the choice is refused; 2: wrong use or configuration."""
    from libretexts_hub.cli.render_person import chosen_class
    from libretexts_hub.cli.render_start import render
    from libretexts_hub.hub.configuration import check

    person = _person(args)
    config = config_files.load(args.config or config_files.default_files())
    check(config)
    # What a hook prints must not get between the objects.
    with contextlib.redirect_stdout(sys.stderr):
        rendered = asyncio.run(render(config, chosen_class(config), person, cached=args.cached))
    documents = _documents(rendered, with_policy=args.network_policy)
    for line in [*rendered.notes, *(rendered.reasons if args.explain else ())]:
        print(_printable(line), file=sys.stderr)
    if rendered.refused:
        print(_printable(rendered.refused), file=sys.stderr)
        return REFUSED
    if args.json:
        print(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}, indent=2))
    else:
        is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
        print(as_yaml(documents, is_unicode=is_unicode), end="")
    return 0


def as_yaml(documents: list[dict[str, Any]], *, is_unicode: bool = True) -> str:
    """A stream of them, each to be read and copied by itself."""
    return yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, allow_unicode=is_unicode, width=110)


class _Plain(yaml.SafeDumper):
    """Without anchors, and with scripts as they were written."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always written out."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)


def _documents(rendered: "Rendered", *, with_policy: bool) -> list[dict[str, Any]]:
    from libretexts_hub.domain.node_affinity import can_match_a_node
    from libretexts_hub.domain.rendered import shown
    from libretexts_hub.hub.pod_create import START_ID

    made = [shown(each, {START_ID: "(new at each start)"}) for each in rendered.objects]
    pods = [each for each in made if each["kind"] == "Pod"]
    rendered.notes += [NO_NODE for pod in pods if not can_match_a_node(pod["spec"])]
    if with_policy and made:
        policies = [_policy(rendered, pod) for pod in pods]
        made += [policy for policy in policies if policy is not None]
        if not any(policies):
            rendered.notes.append("This server has no network class, so no NetworkPolicy belongs to it.")
    return made


def _policy(rendered: "Rendered", pod: dict[str, Any]) -> dict[str, Any] | None:
    from libretexts_hub.domain.network_policy import network_policy
    from libretexts_hub.domain.placed_pod import NETWORK_CLASS

    network_class = pod["metadata"].get("labels", {}).get(NETWORK_CLASS)
    if not network_class:
        return None
    return network_policy(
        network_class,
        namespace=pod["metadata"]["namespace"],
        hub_namespace=rendered.hub_namespace,
        server_port=rendered.spawner.port,
        hub_port=rendered.hub.port,
    )


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
