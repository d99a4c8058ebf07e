"""Is a home kept, marked, announced or deleted as the policy says? What is unknown is kept."""

from dataclasses import replace

import pytest

from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.cull_judge import Person, judge, looks_due, with_notices
from libretexts_hub.domain.cull_mark import Mark, Unreadable, read_mark, to_annotations
from libretexts_hub.domain.cull_plan import Entry, agreed, table, to_json
from libretexts_hub.domain.cull_policy import parse_policy
from libretexts_hub.domain.cull_verdicts import Delete, Keep, MarkIt, Notify, Unmark
from libretexts_hub.domain.culling import Claim, HubServer, HubUser, Standing
from libretexts_hub.errors import ConfigurationError

DAY = 86400.0
NOW = 1_800_000_000.0
POLICY = parse_policy(
    {
        "homes": {
            "left": {"left": "directory", "inactive": "30d", "notices": []},
            "gone": {"inactive": "180d", "notices": ["14d"], "grace": "10d"},
            "nobody": {"orphans": True, "inactive": "60d"},
        },
        "protect": {"users": ["boss"], "groups": ["staff"], "patterns": ["test-[0-9]+"]},
    },
    where="p",
)
LONG_AGO = NOW - 400 * DAY
ADA = HubUser("ada", created=LONG_AGO, last_activity=NOW - 200 * DAY)
HOME = Claim("hub", "claim-ada", "uid-1", "7", created=LONG_AGO)


def person(user=ADA, **more):
    return Person("ada" if user is None else user.name, user, **more)


def marked(days_ago=15, *, told=True, claim=HOME, **changes):
    at = NOW - days_ago * DAY
    mark = Mark(at, at + 14 * DAY, "gone", "why", "ada", "uid-1", ADA.created, ADA.last_activity)
    mark = replace(with_notices(mark, (14 * DAY,), at) if told else mark, **changes)
    notes = {key: value for key, value in to_annotations(mark).items() if value is not None}
    return replace(claim, annotations={**claim.annotations, **notes})


def noted(claim, **notes):
    return replace(claim, annotations={**claim.annotations, **notes})


@pytest.mark.parametrize(
    ("claim", "who", "verdict"),
    [
        pytest.param(HOME, person(), MarkIt, id="gone"),
        pytest.param(HOME, person(replace(ADA, last_activity=NOW - 9 * DAY)), Keep, id="here"),
        pytest.param(HOME, person(replace(ADA, last_activity=None)), MarkIt, id="never seen, made long ago"),
        pytest.param(HOME, person(replace(ADA, last_activity=None, created=None)), Keep, id="nothing known"),
        pytest.param(HOME, person(replace(ADA, last_activity=NOW + DAY)), Keep, id="seen in the future"),
        pytest.param(HOME, person(replace(ADA, servers=(HubServer(is_stopped=False),))), Keep, id="runs"),
        pytest.param(
            HOME,
            person(replace(ADA, servers=(HubServer("a", last_activity=NOW - DAY),))),
            Keep,
            id="named one used",
        ),
        pytest.param(HOME, person(replace(ADA, is_admin=True)), Keep, id="administrator"),
        pytest.param(HOME, person(replace(ADA, groups=("STAFF",))), Keep, id="protected group"),
        pytest.param(HOME, person(replace(ADA, name="boss")), Keep, id="protected name"),
        pytest.param(HOME, person(replace(ADA, name="test-12")), Keep, id="protected pattern"),
        pytest.param(replace(HOME, created=NOW - 9 * DAY), person(), Keep, id="young claim"),
        pytest.param(replace(HOME, created=None), person(), Keep, id="age unknown"),
        pytest.param(replace(HOME, is_leaving=True), person(), Keep, id="leaving"),
        pytest.param(noted(HOME, **{keys.HOLD: ""}), person(), Keep, id="hold"),
        pytest.param(noted(HOME, **{keys.PROTECT: "true"}), person(), Keep, id="annotation"),
        pytest.param(HOME, person(None), MarkIt, id="orphan"),
        pytest.param(replace(HOME, created=NOW - 40 * DAY), person(None), Keep, id="young orphan"),
        pytest.param(marked(told=False), person(), Notify, id="not told"),
        pytest.param(marked(13), person(), Keep, id="waits"),
        pytest.param(marked(15), person(), Delete, id="time is over"),
        pytest.param(marked(15), person(replace(ADA, last_activity=NOW)), Unmark, id="came back"),
        pytest.param(marked(15), person(replace(ADA, created=NOW - 20 * DAY)), Unmark, id="another record"),
        pytest.param(marked(15), person(None), Unmark, id="lost, and not by us"),
        pytest.param(marked(15, user_deleted_at=NOW - 60), person(None), Keep, id="settles"),
        pytest.param(marked(15, user_deleted_at=NOW - 700), person(None), Delete, id="released"),
        pytest.param(marked(15, user_deleted_at=NOW - 700), person(), Keep, id="a removed record is back"),
        pytest.param(marked(15, claim_uid="uid-0"), person(), Unmark, id="mark of another claim"),
        pytest.param(marked(15, rule="old"), person(), Unmark, id="entry was renamed"),
        pytest.param(marked(15, user="bob"), person(), Unmark, id="mark of another person"),
        pytest.param(marked(-9), person(), Keep, id="mark of the future"),
        pytest.param(noted(marked(15), **{keys.HOLD: "court"}), person(), Unmark, id="hold on a mark"),
        pytest.param(noted(marked(15), **{keys.NOTICES: "{"}), person(), Unmark, id="unreadable"),
        pytest.param(noted(marked(15), **{keys.MARKED_AT: "yesterday"}), person(), Unmark, id="no time"),
        pytest.param(marked(15, last_activity=NOW - 190 * DAY), person(), Keep, id="activity went back"),
    ],
)
def test_verdict(claim, who, verdict):
    found = judge(claim, who, POLICY, now=NOW)
    assert isinstance(found, verdict), found
    assert found.reason


@pytest.mark.parametrize(
    ("claim", "is_due"),
    [
        pytest.param(HOME, False, id="no mark"),
        pytest.param(marked(15), True, id="time is over"),
        pytest.param(marked(13), False, id="waits"),
        pytest.param(marked(15, told=False), False, id="not told"),
        pytest.param(marked(15, user_deleted_at=NOW - 60), False, id="settles"),
        pytest.param(marked(15, user_deleted_at=NOW - 700), True, id="released"),
        pytest.param(marked(15, rule="old"), False, id="entry was renamed"),
        pytest.param(noted(marked(15), **{keys.HOLD: "court"}), False, id="hold"),
        pytest.param(noted(marked(15), **{keys.NOTICES: "{"}), False, id="unreadable"),
        pytest.param(replace(marked(15), is_leaving=True), False, id="leaving"),
    ],
)
def test_what_is_on_a_claim_says_whether_all_people_have_to_be_read(claim, is_due):
    assert looks_due(claim, POLICY, now=NOW) is is_due


def test_a_restored_hub_raises_the_alarm():
    assert judge(marked(15, last_activity=NOW - 190 * DAY), person(), POLICY, now=NOW).is_alarming


def test_a_person_who_left_the_directory_has_numbers_of_their_own():
    who = replace(ADA, last_activity=NOW - 40 * DAY)
    left = judge(HOME, person(who, standing=Standing(is_member=False)), POLICY, now=NOW)
    assert left.rule.slug == "left"
    assert isinstance(judge(HOME, person(who, standing=Standing()), POLICY, now=NOW), Keep)
    on_the_way = marked(15, told=False, rule="left", last_activity=who.last_activity)
    assert isinstance(judge(on_the_way, person(who, standing=Standing()), POLICY, now=NOW), Keep | Unmark)


def test_a_late_notice_gives_its_whole_time():
    late = judge(marked(100, told=False), person(), POLICY, now=NOW)
    told = with_notices(late.mark, late.leads, NOW)
    notes = {key: value for key, value in to_annotations(told).items() if value is not None}
    claim = replace(HOME, annotations=notes)
    assert isinstance(judge(claim, person(), POLICY, now=NOW + 13 * DAY), Keep)
    assert isinstance(judge(claim, person(), POLICY, now=NOW + 14 * DAY + 2), Delete)


def test_a_longer_grace_counts_for_marks_that_are_there():
    longer = parse_policy(
        {"homes": {"gone": {"inactive": "180d", "notices": ["14d"], "grace": "60d"}}}, where="p"
    )
    assert isinstance(judge(marked(15), person(), longer, now=NOW), Keep)


def test_a_mark_is_read_as_it_was_written():
    mark = read_mark(marked(15, snapshot="s", deleting_at=NOW, user_deleted_at=NOW + 1))
    assert (mark.user, mark.last_activity, mark.snapshot) == ("ada", ADA.last_activity, "s")
    assert isinstance(read_mark(noted(marked(15), **{keys.VERSION: "9"})), Unreadable)
    assert read_mark(HOME) is None


def test_a_plan_is_read_as_what_it_deletes():
    entries = [
        Entry("delete", "ada\x1b[2J", "hub", "claim-ada", "uid-1", "gone", 2**31, "ssd"),
        Entry("mark", "bob", "hub", "claim-bob", "uid-2", "gone"),
    ]
    assert agreed(to_json(entries, now=NOW, costs={"ssd": 0.1}), where="f") == {("hub", "claim-ada"): "uid-1"}
    text = table(entries, costs={"ssd": 0.1})
    assert "2.0 GiB, 0.20 a month" in text
    assert "\x1b" not in text
    for wrong in ("", "[]", "{}", '{"version": 9}', '{"version": 1, "claims": [{"action": "delete"}]}'):
        with pytest.raises(ConfigurationError):
            agreed(wrong, where="f")
