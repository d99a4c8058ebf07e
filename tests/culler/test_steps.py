"""Is what was begun ended, however it was cut off, and nothing else with it? One step after the other."""

from dataclasses import replace

import pytest

from libretexts_hub.culler.sweep import Sweep
from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.cull_policy import parse_policy
from libretexts_hub.domain.culling import Secret, Snapshot
from libretexts_hub.domain.culling_errors import GoneError
from tests.culler.histories import FACTS, NAMING, POLICY, hub, loop_of, run
from tests.culler.model import DAY, NAMESPACE, Crash, says
from tests.culler.test_histories import KEEPING, fresh, prepared, released, requests_of_a_run
from tests.culler.test_sweeps import HOMES_ONLY, world_of


def go(model, **settings):
    """One run with settings of its own; None where it was killed."""
    world = world_of(model, name=f"run-{model.calls}", **settings)
    try:
        return loop_of().run_until_complete(Sweep(world).run()), world
    except Crash:
        return None, world
    finally:
        model.lease_holder = None


def pass_days(model, *days, **settings):
    for each in days:
        model.time += each * DAY
        go(model, **settings)


def test_a_home_whose_record_went_in_a_run_that_was_killed_goes_though_no_entry_is_about_orphans():
    """Killed after each request: whatever was written down, later runs end it."""
    for step in range(requests_of_a_run(fresh)):
        model = prepared(fresh)
        model.schedule = {model.calls + step: ("crash after",)}
        go(model, policy=HOMES_ONLY, concurrency=1)
        pass_days(model, 0.1, 0.1, 0.1, 0.1, 0.1, policy=HOMES_ONLY)
        left = sorted(name for _, name in model.claims)
        assert "claim-ann" not in left, step
        assert "claim-bob" not in left, step
        assert {"claim-cid", "claim-dot"} <= set(left)


def test_a_record_that_an_operator_removed_is_no_step_of_ours():
    model = prepared(fresh)
    model.remove_record("ann")
    pass_days(model, 0.1, 0.1, 1, policy=HOMES_ONLY)
    assert keys.MARKED_AT not in model.claims[NAMESPACE, "claim-ann"].annotations


def test_a_renamed_person_does_not_look_like_one_whose_record_we_removed():
    model = prepared(fresh)
    home = (NAMESPACE, "claim-ann")
    model.touch(home, **{keys.DELETING_AT: "2027-01-01T00:00:00Z"})
    model.rename("ann", "anna")
    pass_days(model, 0.1, 0.1, 1, policy=HOMES_ONLY)
    assert home in model.claims


def test_who_comes_back_before_it_was_written_down_keeps_the_home():
    model = prepared(fresh)
    for step in range(requests_of_a_run(fresh)):
        model = prepared(fresh)
        model.schedule = {model.calls + step: ("crash after",)}
        go(model, policy=HOMES_ONLY, concurrency=1)
        model.login("ann")
        pass_days(model, 0.1, 0.1, 1, policy=HOMES_ONLY)
        assert (NAMESPACE, "claim-ann") in model.claims


@pytest.mark.parametrize("part", [0.0, 0.4, 0.999])
def test_a_notice_of_the_whole_time_goes_out_with_the_mark(part):
    model = hub()
    model.time += part
    run(model)
    assert {"ann", "bob"} <= {name for name, _ in model.sent}


def away_for_long(prepare, name):
    """Somebody is there once, and then no culler runs until even that is longer ago than the policy asks."""
    model = prepare()
    model.login(name)
    model.time += 250 * DAY
    go(model, concurrency=1)
    return model


def test_who_came_back_once_is_judged_anew_however_long_no_culler_ran():
    model = away_for_long(lambda: prepared(fresh), "ann")
    assert "ann" in model.records
    assert keys.DELETING_AT not in model.claims[NAMESPACE, "claim-ann"].annotations


def test_an_orphan_whose_person_registered_is_judged_anew_however_long_no_culler_ran():
    model = away_for_long(lambda: prepared(fresh), "eve")
    assert (NAMESPACE, "claim-eve") in model.claims
    assert "eve" in model.records


class Secrets:
    """The Secrets of a namespace, each get and delete one request of the model."""

    def __init__(self, ports, there):
        self.ports, self.there = ports, there

    async def get(self, namespace, name):
        fault = await self.ports.request("get secret", name)
        self.ports.after(fault, "get secret", name)
        return self.there.get((namespace, name))

    async def delete(self, secret):
        fault = await self.ports.request("delete secret", secret.name)
        if self.there.pop((secret.namespace, secret.name), None) is None:
            raise says(GoneError)
        self.ports.after(fault, "delete secret", secret.name)


def database(name):
    labels = {keys.COMPONENT: keys.DATABASE_COMPONENT}
    return Secret(NAMESPACE, f"db-{name}", f"uid-db-{name}", "1", labels, {keys.OWNER: name})


def with_database():
    """Ann has a database and no home; it may go. Cid, who is here, has one too."""
    model = hub()
    labels = {keys.COMPONENT: keys.DATABASE_COMPONENT}
    for name in ("ann", "cid"):
        body, made = model.records[name].body, model.time - 300 * DAY
        model.make_claim(f"db-{name}", labels=labels, owner=name, created=made, body=body)
    del model.claims[NAMESPACE, "claim-ann"]
    model.records["ann"].servers.clear()
    run(model)
    for days in (11.5, 3.5, 0.1):
        model.time += days * DAY
        run(model) if days > 1 else None
    return model


def end_with_secrets(model, there, **more):
    world = world_of(model, name=f"run-{model.calls}", concurrency=1, **more)
    world.ports = replace(world.ports, secrets=Secrets(world.ports.hub, there))
    try:
        loop_of().run_until_complete(Sweep(world).run())
    except Crash:
        pass
    finally:
        model.lease_holder = None


def test_no_secret_stays_without_its_database_wherever_a_run_is_killed():
    for step in range(60):
        model = prepared(with_database)
        assert (NAMESPACE, "db-ann") in model.claims
        there = {(NAMESPACE, f"db-{name}"): database(name) for name in ("ann", "cid")}
        model.schedule = {model.calls + step: ("crash after",)}
        end_with_secrets(model, there)
        has_ended = not model.schedule
        for _ in range(4):
            model.time += 0.1 * DAY
            end_with_secrets(model, there)
        assert (NAMESPACE, "db-ann") not in model.claims, step
        assert set(there) == {(NAMESPACE, "db-cid")}, step
        if not has_ended:
            break
    assert step > 10


def test_the_record_of_a_named_server_goes_with_its_home_and_the_person_stays():
    model = prepared(fresh)
    model.facts = {**FACTS, "hub_user": "keep"}
    pass_days(model, 0, 0.1, 1, 1, policy=KEEPING, concurrency=1)
    assert (NAMESPACE, "claim-bob--lab") not in model.claims
    assert list(model.records["bob"].servers) == [""]


@pytest.mark.parametrize("is_left", [True, False])
def test_no_record_goes_where_no_hub_says_that_it_leaves_homes_to_the_culler(is_left):
    model = prepared(fresh)
    forget_consent(model, is_left)
    report, world = go(model, asks_hub=True)
    assert ("ann" not in model.records) == is_left
    assert ("culler_owns_homes" in report.problem) == (not is_left)
    assert bool(world.counts["deleted"]) == is_left  # the orphan
    forget_consent(model, is_left)
    plan = loop_of().run_until_complete(Sweep(world_of(model, asks_hub=True), is_dry=True).run())
    model.lease_holder = None
    assert any("culler_owns_homes" in entry.reason for entry in plan.entries) == (not is_left)


def test_what_was_begun_is_ended_though_nobody_is_left_who_could_say_so():
    model = prepared(released)
    forget_consent(model, False)
    go(model, asks_hub=True)
    assert (NAMESPACE, "claim-ann") not in model.claims


def forget_consent(model, is_left):
    for record in model.records.values() if not is_left else ():
        for server in record.servers.values():
            server["state"].pop(keys.LEFT_TO_CULLER, None)


def test_a_home_in_the_namespace_of_a_route_goes_with_its_person():
    model = prepared(with_route)
    naming = replace(NAMING, others=frozenset(["hpc"]))
    for days in (0, 11.5, 3.5, 0.1, 0.1):
        model.time += days * DAY
        world = world_of(model, name=f"run-{model.calls}", policy=HOMES_ONLY, concurrency=1)
        world.settings = replace(world.settings, naming=naming)
        loop_of().run_until_complete(Sweep(world).run())
        model.lease_holder = None
    assert {(NAMESPACE, "claim-ann"), ("hpc", "claim-ann")}.isdisjoint(model.claims)
    assert ("hpc", "claim-cid") in model.claims


def with_route():
    model = hub()
    for name in ("ann", "cid"):
        home = model.claims[NAMESPACE, f"claim-{name}"]
        model.claims["hpc", home.name] = replace(home, namespace="hpc", uid=f"{home.uid}-hpc")
        model.users_of[f"{home.uid}-hpc"] = set(model.users_of[home.uid])
    return model


class Kept:
    """The snapshots of a namespace, ready at once unless `is_ready` says no; each call is one request."""

    def __init__(self, ports, there, *, is_ready=True):
        self.ports, self.there, self.is_ready = ports, there, is_ready

    async def create(self, claim, name, annotations):
        fault = await self.ports.request("create snapshot", name)
        place = (claim.namespace, name)
        made = Snapshot(*place, f"uid-{name}", "1", claim.name, claim.uid, self.is_ready, is_retained=True)
        self.there.setdefault(place, replace(made, annotations=annotations))
        self.ports.after(fault, "create snapshot", name)
        return self.there[place]

    async def get(self, namespace, name):
        fault = await self.ports.request("get snapshot", name)
        self.ports.after(fault, "get snapshot", name)
        return self.there.get((namespace, name))

    async def list(self):
        return tuple(self.there.values())

    async def delete(self, snapshot):
        del self.there[snapshot.namespace, snapshot.name]


def kept_of(model, name):
    return [each for each in kept(model).values() if each.claim_name == f"claim-{name}" and each.is_ready]


def kept(model):
    return model.__dict__.setdefault("kept", {})


def end_with_snapshots(model, **more):
    """One run; whoever's record went has a snapshot that is ready."""
    policy = {**POLICY, "homes": {"left": {**POLICY["homes"]["left"], "snapshot": True}}}
    world = world_of(
        model,
        name=f"run-{model.calls}",
        concurrency=1,
        policy=parse_policy(policy, where="p"),
        snapshot_seconds=1.0,
        snapshot_pause=1.0,
    )
    world.ports = replace(world.ports, snapshots=Kept(world.ports.hub, kept(model), **more))
    try:
        loop_of().run_until_complete(Sweep(world).run())
    except Crash:
        pass
    finally:
        model.lease_holder = None
        model.flows.clear()
    for name in ("ann", "bob"):
        assert name in model.records or kept_of(model, name)
        assert (NAMESPACE, f"claim-{name}") in model.claims or kept_of(model, name)


@pytest.mark.parametrize("what", ["crash after", "lost", "conflict"])
def test_nobody_goes_without_a_snapshot_that_is_ready_whatever_happens_at_any_step(what):
    for step in range(80):
        model = prepared(fresh)
        model.schedule = {model.calls + step: (what,)}
        end_with_snapshots(model)
        has_ended = bool(model.schedule)
        model.schedule.clear()
        for _ in range(6):
            model.time += 0.1 * DAY
            end_with_snapshots(model)
        assert {(NAMESPACE, "claim-ann"), (NAMESPACE, "claim-bob")}.isdisjoint(model.claims), step
        if has_ended:
            break
    assert step > 10


def test_a_record_stays_while_its_snapshot_does_not_get_ready():
    model = prepared(fresh)
    for _ in range(3):
        end_with_snapshots(model, is_ready=False)
        model.time += DAY
    assert {"ann", "bob"} <= set(model.records)
    assert not any(keys.DELETING_AT in claim.annotations for claim in model.claims.values())
