"""Who is idle or gone, and what happens to their homes? `libretexts-hub cull` plans and runs."""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from libretexts_hub.cli import cull_erase
from libretexts_hub.cli.menu_listing import columns
from libretexts_hub.culler.app import IdleCuller
from libretexts_hub.culler.commands import export, protect, restore, status
from libretexts_hub.culler.sweep import Report, Sweep
from libretexts_hub.culler.wiring import wired
from libretexts_hub.culler.world import Ports, World
from libretexts_hub.domain.cull_plan import agreed, table, to_json
from libretexts_hub.errors import SetupError

FAILED = 1
Do = Callable[[IdleCuller, Ports, str], Awaitable[int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `cull`."""
    parser.add_argument(
        "--config", metavar="FILE", help="settings for c.IdleCuller in Python or JSON, such as culler.py"
    )
    parser.add_argument("--policy", metavar="FILE", help="a policy in YAML instead, such as policy.yaml")
    verbs = parser.add_subparsers(dest="cull_verb", metavar="WHAT", required=True)
    plan = verbs.add_parser("plan", help="what a run would do now, to whom and why")
    plan.add_argument("--json", action="store_true", help="for a program, and for run --plan")
    plan.add_argument("--all", action="store_true", help="also what stays")
    run_now = verbs.add_parser("run", help="one run")
    run_now.add_argument(
        "--plan", metavar="FILE", help="delete only what this plan deletes, or less, such as plan.json"
    )
    guard = verbs.add_parser("protect", help="put all homes of a person on hold")
    guard.add_argument("user", help="the name of a hub user, such as ada")
    guard.add_argument("--reason", default="by an operator", help="written on the claim and in the audit log")
    guard.add_argument("--release", action="store_true", help="take the hold off")
    verbs.add_parser("status", help="the homes that are marked or on hold")
    back = verbs.add_parser("restore", help="make a home again from its snapshot; lists them without a name")
    back.add_argument(
        "snapshot", nargs="?", metavar="NAMESPACE/NAME", help="such as jhub/cull-0c1d-1790000000"
    )
    kept = verbs.add_parser("export", help="what the hub, the cluster and the audit log hold of a person")
    kept.add_argument("user", help="the name of a hub user, such as ada")
    gone = verbs.add_parser("erase", help="delete everything of a person now, who asked for it")
    cull_erase.add_arguments(gone)


def run(args: argparse.Namespace) -> int:
    """Do it. 0; 1 where a run was not whole; wrong settings are one sentence and 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    app = IdleCuller()
    if args.config:
        app.load_config_file(str(Path(args.config).resolve()))
    if args.policy:
        app.policy_file = args.policy
    do: dict[str, Do] = {
        "plan": lambda *world: _plan(args, *world),
        "run": lambda *world: _run(args, *world),
        "protect": lambda *world: _protect(args, *world),
        "status": _status,
        "restore": lambda *world: _restore(args, *world),
        "export": lambda *world: _export(args, *world),
        "erase": lambda *world: cull_erase.run(args, *world),
    }
    return asyncio.run(_with_world(app, do[args.cull_verb]))


async def _with_world(app: IdleCuller, do: Do) -> int:
    app.costs()  # what is wrong with them is said before anything is asked
    async with wired(app.wires(app.policy(), needs_cluster=True)) as (ports, namespace):
        return await do(app, ports, namespace)


async def _plan(args: argparse.Namespace, app: IdleCuller, ports: Ports, namespace: str) -> int:
    world = app.world(ports, namespace)
    report = await Sweep(world, is_dry=True, progress=progress()).run()
    if args.json:
        print(to_json(report.entries, now=world.now, costs=app.costs()))
    else:
        print(table(report.entries, costs=app.costs(), keeps=args.all))
        for (where, name), why in report.untied[:20]:
            print(f"Kept, nobody's: {where}/{name}: {why}")
    return _ended(report)


async def _run(args: argparse.Namespace, app: IdleCuller, ports: Ports, namespace: str) -> int:
    only = None
    if args.plan:
        try:
            text = Path(args.plan).read_text(encoding="utf-8")  # noqa: ASYNC240 - one file, at a terminal
        except (OSError, ValueError) as error:
            raise SetupError(
                f"The plan can't be read: {error}", where="--plan", fix="Name a file of cull plan --json."
            ) from None
        only = agreed(text, where=args.plan)
    world = app.world(ports, namespace, only=only)
    sweep = Sweep(world, progress=progress(), begins_with_plan=only is None)
    report = await sweep.run()
    if sweep.only_plans:
        print("This was the first run, which only plans. Run it again, or with --plan.")
        print(table(report.entries, costs=app.costs()))
    counts = ", ".join(f"{what}: {count}" for what, count in sorted(world.counts.items()))
    print(counts or "Nothing was done.")
    if report.waiting:
        print(f"{report.waiting} people wait for the next run: the fuse lets no more go in one.")
    return _ended(report)


async def _protect(args: argparse.Namespace, app: IdleCuller, ports: Ports, namespace: str) -> int:
    claims = await protect(app.world(ports, namespace), args.user, None if args.release else args.reason)
    for claim in claims:
        print(f"{claim.namespace}/{claim.name} {'is not on hold any more' if args.release else 'is on hold'}")
    if not claims:
        print("No claim of this person was found.", file=sys.stderr)
    return 0 if claims else FAILED


async def _status(app: IdleCuller, ports: Ports, namespace: str) -> int:
    rows: list[tuple[str, ...]] = [("CLAIM", "USER", "STEP", "DELETE AFTER", "HOLD", "WHY")]
    for entry in await status(app.world(ports, namespace)):
        keys = ("claim", "user", "step", "delete_after", "hold", "reason")
        rows.append(tuple(_plain(entry.get(key)) for key in keys))
    print(columns(rows) if len(rows) > 1 else "Nothing is marked or on hold.")
    return 0


async def _restore(args: argparse.Namespace, app: IdleCuller, ports: Ports, namespace: str) -> int:
    world: World = app.world(ports, namespace)
    found = await ports.snapshots.list() if ports.snapshots is not None else ()
    if args.snapshot is None:
        for each in found:
            state = "ready" if each.is_ready else "not ready"
            print(f"{each.namespace}/{each.name}  {each.claim_name}  {state}")
        return 0
    chosen = [each for each in found if f"{each.namespace}/{each.name}" == args.snapshot]
    if not chosen:
        raise SetupError(
            f"There is no snapshot {args.snapshot!r:.120}",
            where="cull restore",
            fix="List them without a name.",
        )
    claim = await restore(world, chosen[0])
    print(f"{claim.namespace}/{claim.name} is made again; it is filled when a server mounts it.")
    return 0


async def _export(args: argparse.Namespace, app: IdleCuller, ports: Ports, namespace: str) -> int:
    found = await export(app.world(ports, namespace), args.user, app.audit_file)
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 0


def _ended(report: Report) -> int:
    if report.problem:
        print(report.problem, file=sys.stderr)
    return FAILED if report.problem else 0


def progress() -> Callable[[str, int, int], None] | None:
    """A line that grows, where somebody looks at it."""
    if not sys.stderr.isatty():
        return None

    def show(what: str, done: int, of: int) -> None:
        filled = 30 * done // max(of, 1)
        end = "\n" if done == of else ""
        print(
            f"\r{what:<8} [{'#' * filled}{'.' * (30 - filled)}] {done}/{of}",
            end=end,
            file=sys.stderr,
            flush=True,
        )

    return show


def _plain(value: Any) -> str:
    return "".join(each if each.isprintable() else "?" for each in str(value or "-"))
