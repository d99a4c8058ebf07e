"""Does all of one person go when they ask for it, with proof, and nothing of anybody else?"""

import contextlib
from dataclasses import replace

import pytest

from libretexts_hub.culler.commands import export
from libretexts_hub.culler.erasing import erase
from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.culling import Snapshot
from libretexts_hub.domain.culling_errors import RefusedError
from tests.culler.histories import hub, loop_of, run
from tests.culler.model import DAY, NAMESPACE, Crash
from tests.culler.test_histories import prepared
from tests.culler.test_steps import Secrets, database
from tests.culler.test_sweeps import READY, world_of


class Kept:
    """Snapshots that are listed and deleted."""

    def __init__(self, *there: Snapshot):
        self.there = list(there)

    async def list(self):
        return tuple(self.there)

    async def delete(self, snapshot):
        self.there.remove(snapshot)


def place_of(model, name):
    """Bob has two homes; this adds a database. The oracle of deletes knows of policies only."""
    labels = {keys.COMPONENT: keys.DATABASE_COMPONENT}
    model.make_claim(f"db-{name}", labels=labels, owner=name, body=model.records[name].body)
    return model


def begun():
    return place_of(hub(), "bob")


def erasing(model, secrets, snapshots, name="bob"):
    model.check_claim_deleted = model.check_record_deleted = lambda flow, it: None
    world = world_of(model, name=f"erase-{model.calls}")
    model.lease_holder = None
    world.ports = replace(world.ports, secrets=Secrets(world.ports.hub, secrets), snapshots=snapshots)
    try:
        return loop_of().run_until_complete(erase(world, name, "request 12")), world
    finally:
        model.lease_holder = None


def snapshots_of(*names):
    return Kept(*(replace(READY, name=f"s-{name}", annotations={keys.USER: name}) for name in names))


def test_all_of_a_person_goes_and_nothing_else():
    model, kept = prepared(begun), snapshots_of("bob", "cid")
    others = {place for place in model.claims if "bob" not in place[1]}
    there = {(NAMESPACE, f"db-{name}"): database(name) for name in ("bob", "cid")}
    done, _ = erasing(model, there, kept)
    assert set(model.claims) == others
    assert "bob" not in model.records
    assert "cid" in model.records
    assert set(there) == {(NAMESPACE, "db-cid")}
    assert [each.name for each in kept.there] == ["s-cid"]
    assert done.record
    assert len(done.claims) == 3
    lines = [(record.action, record.user) for record in model.audited]
    assert lines[0] == ("erase", "bob")
    assert lines[-1] == ("erased", "bob")
    assert lines.count(("claim deleted", "bob")) == 3


def test_it_is_ended_by_the_same_command_wherever_it_was_killed():
    for step in range(80):
        model, kept = prepared(begun), snapshots_of("bob")
        there = {(NAMESPACE, "db-bob"): database("bob")}
        model.schedule = {model.calls + step: ("crash after",)}
        with contextlib.suppress(Crash):
            erasing(model, there, kept)
        if model.schedule:
            break  # there is no such step
        model.time += DAY
        run(model)  # the culler meets what is left
        erasing(model, there, kept)
        assert not any("bob" in name for _, name in model.claims), step
        assert not there
        assert not kept.there
    assert step > 15


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (lambda model: model.spawn("bob"), "server of bob runs"),
        (lambda model: model.touch((NAMESPACE, "claim-bob"), **{keys.HOLD: "court"}), "on hold: court"),
        (lambda model: model.pods.append(((NAMESPACE, "claim-bob"), "backup", 0)), "backup mounts"),
        (
            lambda model: model.records["cid"].servers[""]["state"].update(pvc_name="claim-bob"),
            "record of cid",
        ),
    ],
    ids=["a server runs", "a legal hold", "a pod of others", "another record"],
)
def test_nothing_goes_where_not_all_may(happens, says):
    model = prepared(begun)
    happens(model)
    before = set(model.claims)
    with pytest.raises(RefusedError, match=says):
        erasing(model, {}, snapshots_of())
    assert set(model.claims) == before
    assert "bob" in model.records


async def test_an_export_names_what_there_is():
    found = await export(world_of(hub()), "bob", "")
    assert {each["claim"] for each in found["claims"]} == {"hub/claim-bob", "hub/claim-bob--lab"}
    assert found["user"]["name"] == "bob"
