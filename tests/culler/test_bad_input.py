"""What does input do that nobody meant? It keeps its own home, and nobody else's business stops for it."""

from dataclasses import replace

import pytest

from libretexts_hub.culler.app import main
from libretexts_hub.culler.sweep import Sweep
from libretexts_hub.domain import cull_annotations as keys
from tests.culler.histories import hub, loop_of
from tests.culler.model import DAY, NAMESPACE
from tests.culler.test_sweeps import world_of

YEAR = 365 * DAY


def odd(name):
    """Somebody of this name who is gone for a year."""

    def prepare(model):
        model.time -= YEAR
        model.spawn(name)
        model.stop(name)
        model.time += YEAR
        return model.records[name].servers[""]["state"]["pvc_name"]

    return prepare


def ann(**changes):
    def prepare(model):
        for key, value in changes.items():
            setattr(model.records["ann"], key, value)
        return "claim-ann"

    return prepare


def claim(**changes):
    def prepare(model):
        place = (NAMESPACE, "claim-ann")
        model.claims[place] = replace(model.claims[place], **changes)
        return "claim-ann"

    return prepare


def started_in_the_future(model):
    model.records["ann"].servers[""]["running"] = True
    model.records["ann"].servers[""]["started"] = model.time + 9 * DAY
    return "claim-ann"


def many(model):
    there = model.claims[NAMESPACE, "claim-ann"]
    for number in range(10_000):
        name = f"claim-ann--n{number}"
        model.claims[NAMESPACE, name] = replace(there, name=name, uid=f"uid-n{number}")
    return "claim-ann"


NAMES = ["a#b", "what?", "50%25", "a/b", "ünï", "人", "عمر", "x y", "<b>x</b>", "a\tb"]
GONE = {f"the name {name!r}": odd(name) for name in NAMES}
KEPT = {
    "activity and creation unknown": ann(last_activity=None, created=None),
    "activity unknown, made just now": ann(last_activity=None, created=1_800_000_000.0),
    "active in the future": ann(last_activity=1_800_000_000.0 + 900 * DAY),
    "made in the future": ann(created=1_800_000_000.0 + 900 * DAY),
    "started in the future": started_in_the_future,
    "a claim without labels": claim(labels={}),
    "a claim without labels and annotations": claim(labels={}, annotations={}),
    "a claim of another kind": claim(labels={keys.COMPONENT: "else"}),
    "a claim that names somebody else": claim(annotations={keys.OWNER: "cid"}),
    "a claim of unknown age": claim(created=None),
    "a claim from the future": claim(created=1_800_000_000.0 + 900 * DAY),
    "a mark of another version": claim(annotations={keys.OWNER: "ann", keys.VERSION: "7"}),
    "a mark with half of it": claim(annotations={keys.OWNER: "ann", keys.MARKED_AT: "yesterday"}),
    "a finalizer of others": claim(finalizers=("backup.example.edu/hold",)),
    "10,000 claims of one person": many,
}


def runs(model):
    """Until everything that may go is gone: marks, notices, records, claims."""
    reports = []
    for days in (0, 11.5, 3.5, 0.1, 0.1, 0.1):
        model.time += days * DAY
        world = world_of(model, name=f"run-{model.calls}")
        world.settings = replace(world.settings, claim_page=5000, user_page=50)
        reports.append(loop_of().run_until_complete(Sweep(world).run()))
        model.lease_holder = None
    return reports


@pytest.mark.parametrize("prepare", GONE.values(), ids=GONE)
def test_any_name_is_the_name_of_a_person(prepare):
    model = hub()
    name = prepare(model)
    for report in runs(model):
        assert not report.problem
    assert (NAMESPACE, name) not in model.claims


@pytest.mark.parametrize("prepare", KEPT.values(), ids=KEPT)
def test_what_is_not_known_for_sure_is_kept_and_others_go(prepare):
    model = hub()
    name = prepare(model)
    before = {place for place in model.claims if place[1].startswith(name)}
    runs(model)
    assert before <= set(model.claims) | {(NAMESPACE, "claim-bob")}
    assert (NAMESPACE, "claim-bob") not in model.claims


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("homes: {left: {inactiv: 180d}}", ["'inactive'", "homes['left']", "Did you mean"]),
        ("homes: {left: {inactive: -3}}", ["inactive", "homes['left']"]),
        ("homes: {erase: {inactive: 30d}}", ["erase"]),
        ("servers: {a: {idle: 1}}", ["idle", "servers['a']"]),
        ("fuse: {claims: -1}", ["negative", "fuse"]),
        ("protect: {patterns: ['(']}", ["protect"]),
        ("- a list", ["no mapping"]),
        ("homes: [", ["The file is no YAML"]),
        ("servers:\n\tall: {idle: 1h}\n", ["The file is no YAML: a tab", "line 2"]),
    ],
)
def test_a_wrong_policy_is_one_sentence_and_nothing_runs(tmp_path, capsys, policy, says):
    file = tmp_path / "policy.yaml"
    file.write_text(policy)
    assert main([f"--policy-file={file}", "--cull-every=0"]) == 2
    said = capsys.readouterr().err
    assert str(file) in said
    assert all(each in said for each in says), said
    assert "Traceback" not in said
