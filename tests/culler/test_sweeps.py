"""Do whole runs do what an operator sees: plans, fuses, servers, snapshots, one runner?"""

import asyncio
import json
import logging
import os
import sys
from dataclasses import replace

import pytest

from libretexts_hub.cli.cull import progress
from libretexts_hub.culler.app import main
from libretexts_hub.culler.commands import claims_of, export, protect, status
from libretexts_hub.culler.directory import MembersFile
from libretexts_hub.culler.mounts import Mounts
from libretexts_hub.culler.servers import ServerSweep
from libretexts_hub.culler.settings import CullerSettings
from libretexts_hub.culler.snapshotting import ensure_snapshot, manifest_from, wrong_with
from libretexts_hub.culler.sweep import Sweep
from libretexts_hub.culler.world import Ports as PortSet
from libretexts_hub.culler.world import Settings, World
from libretexts_hub.domain.cull_annotations import MARKED_AT
from libretexts_hub.domain.cull_homes import HomeRule
from libretexts_hub.domain.cull_mark import Mark
from libretexts_hub.domain.cull_plan import agreed, to_json
from libretexts_hub.domain.cull_policy import parse_policy
from libretexts_hub.domain.culling import Claim, HubUser, Ledger, Snapshot
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.log_lines import JsonLines
from tests.culler.histories import NAMING, PARSED, POLICY, Claims, hub, run
from tests.culler.model import DAY, START, Ports

HOMES_ONLY = parse_policy({**POLICY, "homes": {"left": POLICY["homes"]["left"]}}, where="p")


def world_of(model, *, policy=PARSED, name="run", **settings):
    ports = Ports(model, name)
    model.lease_holder = name
    found = PortSet(ports, Claims(ports), ports, ports, ports, ports, notices=ports)
    return World(found, Settings(policy, NAMING, run=name, user_page=2, claim_page=3, **settings))


def due():
    model = hub()
    run(model)
    for days in (11.5, 3.5):
        model.time += days * DAY
        run(model) if days > 5 else None
    return model


async def test_a_plan_changes_nothing_and_says_what_a_run_does():
    model = await asyncio.to_thread(due)
    before = dict(model.claims)
    report = await Sweep(world_of(model), is_dry=True).run()
    assert (model.claims, report.problem) == (before, "")
    told = {(entry.action, entry.claim) for entry in report.entries}
    assert {("delete", "claim-ann"), ("delete", "claim-eve")} <= told
    assert report.waiting == 1  # Bob has two claims, and the fuse lets two go

    agreed_to = agreed(to_json(report.entries, now=START), where="plan")
    only = {place: uid for place, uid in agreed_to.items() if place[1] == "claim-eve"}
    await Sweep(world_of(model, only=only)).run()
    assert [claim.name for claim in model.deleted] == ["claim-eve"]
    assert "ann" in model.records


async def test_the_first_run_of_all_only_plans():
    model = hub()
    sweep = Sweep(world_of(model), begins_with_plan=True)
    report = await sweep.run()
    assert sweep.only_plans
    assert {entry.action for entry in report.entries} >= {"mark"}
    assert not any(
        "cull.libretexts.org" in key for claim in model.claims.values() for key in claim.annotations
    )
    await Sweep(world_of(model), begins_with_plan=True).run()
    assert model.marked_since


async def test_a_signal_ends_the_run_before_the_next_person():
    model = hub()
    world = world_of(model)
    world.end("a signal")
    await Sweep(world).run()
    assert not model.marked_since


async def test_a_second_culler_does_nothing():
    model = hub()
    world = world_of(model)
    model.lease_holder = "another"
    report = await Sweep(world).run()
    assert "another culler" in report.problem
    assert not model.marked_since


async def test_a_hub_that_lost_its_people_is_left_alone_and_says_what_was_seen():
    model = await asyncio.to_thread(due)
    model.ledger = Ledger(users=1000, claims=9, finished=model.time - DAY)
    report = await Sweep(world_of(model)).run()
    assert "had 1000 at the last run" in report.problem
    assert not model.deleted


SERVERS = parse_policy({"servers": {"everyone": {"idle": "1h", "warn": "30m"}}}, where="p")


async def test_idle_servers_are_stopped_after_another_look():
    model = hub()
    model.spawn("ann")
    model.spawn("cid")
    for record in model.records.values():
        record.servers[""]["started"] = model.time
    model.time += 2 * 3600
    model.records["cid"].servers[""]["started"] = model.time
    world = world_of(model, policy=SERVERS)
    model.lease_holder = None  # as when a run begins: the Lease is taken later, for homes
    stopped = []

    async def stop_server(user, server, *, remove=False):
        stopped.append((user, server))
        return True

    world.ports.hub.stop_server = stop_server
    report = await ServerSweep(world).run()
    assert stopped == [("ann", "")]
    assert not world.ended, "and the homes have their turn"
    assert "nobody used it" in report.stopped[0][2]


@pytest.mark.parametrize(("word", "stops"), [(False, 0), (None, 1), (True, 1), (RuntimeError, 0)])
async def test_the_arbiter_has_the_last_word_and_one_that_raises_keeps(word, stops):
    class Arbiter:
        async def allows(self, user, server, *, idle, limit):
            assert (user.name, server, limit) == ("ann", "", 3600.0)
            if word is RuntimeError:
                raise word
            return word

    model = hub()
    model.spawn("ann")
    model.time += 2 * 3600
    world = world_of(model, policy=SERVERS)
    report = await ServerSweep(world, arbiter=Arbiter(), is_dry=True).run()
    assert len(report.stopped) == stops


async def test_no_server_is_stopped_while_clocks_disagree():
    model = hub()
    model.spawn("ann")
    model.clock_offset = DAY
    report = await ServerSweep(world_of(model, policy=SERVERS), is_dry=True).run()
    assert not report.stopped
    assert "clock" in report.problem


HOME = Claim("hub", "claim-ann", "uid-9", "1", created=START, access_modes=("ReadWriteOnce",), bytes=2**30)
MARK = Mark(START, START, "left", "why", "ann", "uid-9")
READY = Snapshot("hub", "s", "u", "1", "claim-ann", "uid-9", is_ready=True, is_retained=True)


@pytest.mark.parametrize(
    ("snapshot", "wrong"),
    [
        (READY, ""),
        (None, "gone"),
        (replace(READY, error="no space"), "no space"),
        (replace(READY, claim_uid="uid-0"), "another claim"),
        (replace(READY, is_retained=False), "Retain"),
        (replace(READY, is_retained=None), "Retain"),
        (replace(READY, is_ready=False), "not ready"),
    ],
)
def test_only_a_snapshot_that_a_home_can_be_made_from_counts(snapshot, wrong):
    assert wrong in wrong_with(snapshot, HOME)
    assert bool(wrong) == bool(wrong_with(snapshot, HOME))


async def test_a_snapshot_that_never_gets_ready_keeps_the_home():
    model = hub()
    world = world_of(model, snapshot_seconds=60)

    class Never:
        async def create(self, claim, name, annotations):
            self.snapshot = replace(READY, name=name, is_ready=False, annotations=annotations)
            return self.snapshot

        async def get(self, namespace, name):
            return self.snapshot

    never = Never()
    world = World(replace(world.ports, snapshots=never), world.settings)
    name, wrong = await ensure_snapshot(world, HOME, MARK, HomeRule("left", DAY, snapshot=True))
    assert wrong == "its snapshot is not ready"
    made = manifest_from(replace(never.snapshot, restore_bytes=2**31))
    assert made["spec"]["resources"]["requests"]["storage"] == str(2**31)
    assert (made["metadata"]["name"], made["spec"]["dataSource"]["name"]) == ("claim-ann", name)


async def test_a_hold_is_put_on_every_home_of_a_person_and_shown():
    model = await asyncio.to_thread(due)
    world = world_of(model)
    assert [claim.name for claim in await claims_of(world, "bob")] == ["claim-bob", "claim-bob--lab"]
    await protect(world, "bob", "court")
    await Sweep(world_of(model)).run()
    shown = {entry["claim"]: entry for entry in await status(world_of(model))}
    assert (shown["hub/claim-bob"]["hold"], "step" in shown["hub/claim-bob"]) == ("court", False)
    held = await export(world_of(model), "bob", "")
    assert json.dumps(held)
    assert len(held["claims"]) == 2


async def test_one_list_of_pods_answers_all_who_wait():
    class Pods:
        calls = 0

        async def mounting(self, namespace, claims):
            self.calls += 1
            await asyncio.sleep(0.01)
            return {name: ("pod",) for name in claims if name.endswith("7")}

    pods = Pods()
    mounts = Mounts(pods)
    found = await asyncio.gather(*(mounts.of([("hub", f"claim-{number}")]) for number in range(50)))
    assert [number for number, answer in enumerate(found) if answer] == [7, 17, 27, 37, 47]
    assert pods.calls <= 2


async def test_a_file_of_members_tells_who_left_and_a_bad_one_nothing(tmp_path):
    file = tmp_path / "members.txt"
    ask = MembersFile(file).standing
    assert (await ask(HubUser("ada"))).is_member is None
    file.write_text("")
    assert (await ask(HubUser("ada"))).is_member is None
    file.write_text("Ada\nben\n")
    assert [(await ask(HubUser(name))).is_member for name in ("ada", "cid")] == [True, False]
    os.utime(file, (START / 2, START / 2))
    assert (await ask(HubUser("cid"))).is_member is None
    with pytest.raises(ConfigurationError, match="who left the directory"):
        CullerSettings(homes={"a": {"inactive": "9d", "left": "directory"}}).policy()


def test_settings_of_the_peer_mean_the_same_and_stop_servers_only():
    app = CullerSettings(timeout=3600, max_age=86400, remove_named_servers=True)
    [rule] = app.policy().servers
    assert (rule.idle, rule.max_age, rule.remove_named, rule.kinds) == (3600.0, 86400.0, True, "all")
    assert not app.policy().homes
    assert CullerSettings().policy() == parse_policy({}, where="p")
    [rule] = CullerSettings(timeout=60, cull_default_servers=False).policy().servers
    assert rule.kinds == "named"
    assert (
        not CullerSettings(timeout=60, cull_default_servers=False, cull_named_servers=False).policy().servers
    )


def test_an_option_of_the_peer_that_would_delete_people_at_once_is_refused(capsys):
    assert main(["--timeout=60", "--cull-users=true"]) == 2
    assert "homes: {left:" in capsys.readouterr().err


@pytest.mark.parametrize("cost", [-1, "1", True, None, float("nan")])
def test_costs_that_nobody_pays_are_refused(cost):
    with pytest.raises(ConfigurationError, match="storage_costs"):
        CullerSettings(storage_costs={"standard": cost}).costs()


def test_a_line_of_the_log_can_be_read_by_a_program():
    record = logging.LogRecord("culler", logging.INFO, "file", 1, "ada\n%s", ('"',), None)
    assert json.loads(JsonLines().format(record))["message"] == 'ada\n"'
    assert "\n" not in JsonLines().format(record)


def test_a_bar_grows_where_somebody_looks_at_it(monkeypatch, capsys):
    assert progress() is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show = progress()
    show("judged", 1, 2)
    show("judged", 2, 2)
    assert capsys.readouterr().err.endswith(f"[{'#' * 30}] 2/2\n")


def test_a_policy_file_that_is_wrong_says_where(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text("homes: {left: {inactive: -3}}")
    with pytest.raises(ConfigurationError, match="inactive"):
        CullerSettings(policy_file=str(file)).policy()
    with pytest.raises(ConfigurationError, match="can't be read"):
        CullerSettings(policy_file=str(tmp_path / "none.yaml")).policy()


@pytest.mark.parametrize("seen", [START - 700 * DAY, None], ids=["in the same moment", "never"])
async def test_nobody_is_missed_whom_the_hub_lists_in_another_order_on_each_page(seen):
    """PostgreSQL does so with people who were active in the same moment, and with imported ones."""
    model = hub()
    everybody = [f"person-{number}" for number in range(7)]
    model.time -= 365 * DAY
    for name in everybody:
        model.spawn(name)
        model.stop(name)
        model.records[name].last_activity = seen
    model.time += 365 * DAY
    model.schedule.clear()
    await Sweep(world_of(model, policy=HOMES_ONLY)).run()
    marked = {claim.name for claim in model.claims.values() if MARKED_AT in claim.annotations}
    assert {f"claim-{name}" for name in everybody} <= marked
