"""Is anything ever deleted that the policy did not allow at that moment? Thousands of histories say no.

`LIBRETEXTS_HUB_HISTORIES` is how many the state machine plays (250); each has several runs of the culler.
"""

import os
import pickle

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.cull_policy import parse_policy
from tests.culler.histories import FACTS, NAMES, POLICY, hub, run
from tests.culler.model import DAY, NAMESPACE

HISTORIES = int(os.environ.get("LIBRETEXTS_HUB_HISTORIES", "250"))
KEEPING = parse_policy(
    {**POLICY, "homes": {**POLICY["homes"], "left": {**POLICY["homes"]["left"], "hub_user": "keep"}}},
    where="p",
)
HOMES = [(NAMESPACE, f"claim-{name}") for name in NAMES]


def move_clock(days):
    def event(model):
        model.clock_offset += days * DAY

    return event


def protect(name):
    def event(model):
        if name in model.records:
            model.event += 1
            model.records[name].groups = ("staff",)

    return event


def promote(name):
    def event(model):
        if name in model.records:
            model.event += 1
            model.records[name].is_admin = True

    return event


def pod_of_others(place):
    def event(model):
        model.event += 1
        model.pods.append((place, f"foreign-{model.event}", model.event))

    return event


def visit_and_be_removed(name):
    """Nothing in the hub or the cluster tells of it later but the spawner of this package, which takes the
    mark off at a start (`culler_owns_homes`)."""

    def event(model):
        model.spawn(name)
        model.touch((NAMESPACE, f"claim-{name}"), **dict.fromkeys(keys.MARK_KEYS))
        model.remove_record(name)

    return event


def rename_and_replace(name):
    def event(model):
        model.rename(name, f"{name}-2")
        model.login(name)

    return event


EVENTS = {
    **{f"login {name}": (lambda model, name=name: model.login(name)) for name in NAMES},
    **{f"spawn {name}": (lambda model, name=name: model.spawn(name)) for name in NAMES},
    **{f"rename {name}": (lambda model, name=name: model.rename(name, f"{name}-2")) for name in NAMES},
    **{f"rename and replace {name}": rename_and_replace(name) for name in ("ann", "bob")},
    **{f"remove {name}": (lambda model, name=name: model.remove_record(name)) for name in NAMES},
    **{f"visit and be removed {name}": visit_and_be_removed(name) for name in ("ann", "bob")},
    **{f"protect {name}": protect(name) for name in ("ann", "bob")},
    **{f"promote {name}": promote(name) for name in ("ann",)},
    **{
        f"hold {home[1]}": (lambda model, home=home: model.touch(home, **{keys.HOLD: "court"}))
        for home in HOMES
    },
    **{
        f"recreate {home[1]}": (lambda model, home=home: model.recreate(home, with_notes=False))
        for home in HOMES
    },
    **{f"copy {home[1]}": (lambda model, home=home: model.recreate(home, with_notes=True)) for home in HOMES},
    **{f"pod on {home[1]}": pod_of_others(home) for home in HOMES},
    "save": lambda model: model.save(),
    "restore": lambda model: model.restore(),
    "empty": lambda model: (
        model.left_traces({record.body for record in model.records.values()}),
        model.records.clear(),
        setattr(model, "pods", []),
    ),
    "clock forward": move_clock(400),
    "clock back": move_clock(-400),
    "lease lost": lambda model: setattr(model, "lease_holder", "somebody"),
}
FAULTS = ("crash", "crash after", "unavailable", "lost", "conflict", "half")
anything = st.one_of(st.sampled_from(sorted(EVENTS)), st.sampled_from(FAULTS))


def happenings(names):
    return tuple(EVENTS.get(name, name) for name in names)


class Histories(RuleBasedStateMachine):
    """Days pass, people come and go, and in each run things happen between its requests."""

    @initialize(reaches=st.booleans() | st.just(True), aged=st.booleans())
    def begin(self, reaches, aged):
        self.model = hub()
        self.model.reaches = reaches
        if aged:  # half of the histories begin where it becomes dangerous: everything is due
            run(self.model)
            self.model.time += 12 * DAY
            run(self.model)
            self.model.time += 5 * DAY

    @rule(days=st.sampled_from([0.001, 0.02, 1, 3, 4, 11, 13, 15, 200]))
    def days_pass(self, days):
        self.model.time += days * DAY

    @rule(event=st.sampled_from(sorted(EVENTS)))
    def something_happens(self, event):
        EVENTS[event](self.model)

    @rule(name=st.sampled_from(NAMES))
    def a_server_stops(self, name):
        self.model.stop(name)

    @rule()
    def the_clock_is_right_again(self):
        self.model.clock_offset = 0.0

    @rule(
        when=st.dictionaries(st.integers(0, 70), st.lists(anything, min_size=1, max_size=2), max_size=3),
        others=st.sampled_from([0, 0, 0, 1]),
        yields=st.integers(0, 2),
        concurrency=st.sampled_from([1, 3]),
    )
    def the_culler_runs(self, when, others, yields, concurrency):
        model = self.model
        model.schedule = {model.calls + offset: happenings(names) for offset, names in when.items()}
        run(model, others=others, yields=yields, concurrency=concurrency)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def requests_of_a_run(prepare):
    model = prepared(prepare)
    before = model.calls
    run(model)
    return model.calls - before


def prepared(prepare):
    """A copy each time: the runs that lead to it are played once."""
    if prepare not in _prepared:
        _prepared[prepare] = pickle.dumps(prepare())
    return pickle.loads(_prepared[prepare])


_prepared = {}
ONES = ("ann", "claim-ann", "eve", "claim-eve")
OF_ONE = [
    name
    for name in sorted(EVENTS)
    if " " not in name or name.split()[-1] in (*ONES, "forward", "back", "lost")
]


def fresh():
    model = hub()
    run(model)
    model.time += 11.5 * DAY
    run(model)
    model.time += 3.5 * DAY
    return model


def released():
    model = fresh()
    run(model)
    model.time += DAY / 24
    return model


@pytest.mark.parametrize("prepare", [fresh, released], ids=["records go", "claims go"])
def test_the_state_of_things_is_what_the_names_say(prepare):
    model = prepare()
    run(model)
    assert model.deleted if prepare is released else "ann" not in model.records


@pytest.mark.parametrize("what", [*FAULTS, *OF_ONE])
@pytest.mark.parametrize("prepare", [fresh, released], ids=["records go", "claims go"])
def test_at_every_step(prepare, what):
    requests = requests_of_a_run(prepare)
    assert requests > 5
    for step in range(requests):
        model = prepared(prepare)
        model.schedule = {model.calls + step: happenings([what])}
        run(model, concurrency=1)
        for hours in (1, 24 * 20):
            model.time += hours * DAY / 24
            run(model, concurrency=1)
        # The oracle has judged each delete; these are gone in no history.
        assert not {"shared-data", "claim-cid", "claim-dot"} & {claim.name for claim in model.deleted}


@pytest.mark.parametrize("days", [400, -400, 16, 0.01])
def test_a_clock_that_was_moved_before_a_run(days):
    model = hub()
    run(model)
    model.time += DAY
    model.clock_offset = days * DAY
    for _ in range(3):
        report = run(model)
        assert "clock" in report.problem
    assert not model.deleted


def test_a_renamed_person_and_a_new_one_of_the_old_name_share_a_claim_that_stays():
    model = hub()
    model.rename("ann", "anna")
    model.register("ann", created=model.time - 300 * DAY)
    model.records["ann"].servers[""] = {
        **model.records["anna"].servers[""],
        "started": model.time - 300 * DAY,
    }
    model.login("anna")
    for days in (0, 11.5, 3.5, 1, 30, 30):
        model.time += days * DAY
        model.login("anna")
        run(model)
    assert (NAMESPACE, "claim-ann") in model.claims


@pytest.mark.parametrize("what", ["crash", "lost", "login ann", "spawn ann", "hold claim-ann", "remove ann"])
def test_at_every_step_where_the_record_stays(what):
    for step in range(24):
        model = prepared(fresh)
        model.facts = {**FACTS, "hub_user": "keep"}
        model.schedule = {model.calls + 14 + step: happenings([what])}
        run(model, concurrency=1, policy=KEEPING)
        model.time += DAY
        run(model, concurrency=1, policy=KEEPING)
    assert model.deleted


def test_a_run_that_is_killed_at_any_step_is_ended_by_later_ones():
    left = {}
    for step in range(requests_of_a_run(fresh)):
        model = prepared(fresh)
        model.schedule = {model.calls + step: ("crash",)}
        run(model, concurrency=1)
        for _ in range(12):
            model.time += 3 * DAY
            run(model, concurrency=1)
        left[step] = sorted({name for _, name in HOMES} & {name for _, name in model.claims})
    assert set(map(tuple, left.values())) == {("claim-cid", "claim-dot")}
