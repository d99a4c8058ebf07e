"""Does a policy say what the operator wrote, and is everything else refused with its place?"""

import pytest

from libretexts_hub.domain.cull_fuse import Fuse, Seen, blown
from libretexts_hub.domain.cull_policy import Policy, parse_policy
from libretexts_hub.domain.cull_servers import Leave, Stop, Warn, judge_server, stops_at
from libretexts_hub.domain.culling import HubServer, HubUser, Ledger
from libretexts_hub.errors import ConfigurationError

HOUR, DAY = 3600.0, 86400.0
NOW = 1_800_000_000.0
WRITTEN = {
    "servers": {
        "everyone": {"idle": "1h", "warn": "10m"},
        "hpc": {"groups": ["Physics:GPU"], "max_age": "12h"},
    },
    "homes": {"left": {"inactive": "180d", "notices": ["7d", "30d"], "grace": "14d", "snapshot": True}},
    "protect": {"groups": ["Staff"], "younger_than": "30d"},
    "fuse": {"claims": 200, "percent": 5},
}


def test_a_policy_is_read():
    policy = parse_policy(WRITTEN, where="p")
    [home] = policy.homes
    assert (home.notices, home.wait, home.snapshot) == ((30 * DAY, 7 * DAY), 30 * DAY, True)
    assert policy.protect.admins
    assert (policy.fuse.claims, policy.shortest_inactive, policy.looks_for_orphans) == (200, 180 * DAY, False)


@pytest.mark.parametrize("raw", [{}, {"homes": {}}, {"servers": None, "protect": None}])
def test_what_is_not_written_is_not_done(raw):
    assert parse_policy(raw, where="p") == Policy()


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        ([], "A policy is a mapping"),
        ({"home": {}}, "Did you mean 'homes'"),
        ({"homes": {"a": {"inactive": "180d", "gace": "1d"}}}, "Did you mean 'grace'"),
        ({"homes": {"a": {"inactive": -5}}}, "p.homes['a'].inactive"),
        ({"homes": {"a": {"inactive": "-5d"}}}, "not a duration"),
        ({"homes": {"a": {"inactive": "1h"}}}, "less than a day"),
        ({"homes": {"a": {"inactive": "9d", "grace": "1h"}}}, "less than a day"),
        ({"homes": {"a": {"grace": "14d"}}}, "needs inactive"),
        ({"homes": {"a": {"inactive": "9d", "left": "dirctory"}}}, "Did you mean 'directory'"),
        ({"homes": {"a": {"inactive": "9d", "orphans": True, "groups": ["x"]}}}, "no groups"),
        (
            {"homes": {"a": {"inactive": "9d", "orphans": True}, "b": {"inactive": "9d", "orphans": True}}},
            "Two",
        ),
        ({"homes": {"a": {"inactive": "9d", "notices": "7d"}}}, "list of texts"),
        ({"servers": {"a": {"idle": "10s"}}}, "less than a minute"),
        ({"servers": {"a": {}}}, "needs idle or max_age"),
        ({"servers": {"a": {"idle": "1h", "warn": "2h"}}}, "before the server could be idle"),
        ({"servers": {"a": {"idle": "1h", "servers": "nmed"}}}, "Did you mean 'named'"),
        ({"fuse": {"claims": -1}}, "negative"),
        ({"fuse": {"percent": -1}}, "from 0 to 100"),
        ({"fuse": {"percent": True}}, "from 0 to 100"),
        ({"protect": {"patterns": ["("]}}, "not a regular expression"),
        ({"protect": {"labels": {"keep": True}}}, "must have a text"),
        ({"protect": {"user": ["a"]}}, "Did you mean 'users'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(raw, what):
    with pytest.raises(ConfigurationError) as caught:
        parse_policy(raw, where="p")
    assert what in str(caught.value)
    assert "p" in caught.value.where


def server(idle=0.0, age=5 * HOUR, **more):
    return HubServer(is_ready=True, is_stopped=False, started=NOW - age, last_activity=NOW - idle, **more)


@pytest.mark.parametrize(
    ("found", "groups", "verdict"),
    [
        pytest.param(server(30 * 60), (), Leave, id="used"),
        pytest.param(server(55 * 60), (), Warn, id="soon"),
        pytest.param(server(2 * HOUR), (), Stop, id="idle"),
        pytest.param(server(2 * HOUR), ("physics:gpu",), Leave, id="another entry counts"),
        pytest.param(server(0, 13 * HOUR), ("PHYSICS:gpu",), Stop, id="old"),
        pytest.param(server(2 * HOUR, pending="stop"), (), Leave, id="pending"),
        pytest.param(HubServer(is_ready=True), (), Leave, id="nothing known"),
        pytest.param(server(-DAY), (), Leave, id="used in the future"),
        pytest.param(HubServer(is_ready=True, started=NOW - 2 * HOUR), (), Stop, id="never used"),
    ],
)
def test_servers(found, groups, verdict):
    rules = parse_policy(WRITTEN, where="p").servers
    assert isinstance(judge_server(rules, HubUser("ada", groups=groups), found, now=NOW), verdict)


@pytest.mark.parametrize(
    ("found", "groups", "left"),
    [
        pytest.param(server(55 * 60), (), 5 * 60, id="idle"),
        pytest.param(server(2 * HOUR), (), 0, id="over"),
        pytest.param(server(0, 11 * HOUR), ("physics:gpu",), HOUR, id="age"),
        pytest.param(server(2 * HOUR, pending="stop"), (), None, id="pending"),
        pytest.param(HubServer(is_ready=True), (), None, id="nothing known"),
        pytest.param(server(-DAY), (), None, id="used in the future"),
        pytest.param(HubServer(), (), None, id="stopped"),
    ],
)
def test_when_a_server_stops_is_known_before(found, groups, left):
    rules = parse_policy(WRITTEN, where="p").servers
    at = stops_at(rules, HubUser("ada", groups=groups), found, now=NOW)
    assert at == (None if left is None else NOW + left)
    assert stops_at((), HubUser("ada"), found, now=NOW) is None


SEEN = Seen(NOW, users=100, claims=100, hub_time=NOW, server_time=NOW, newest_activity=NOW)
LAST = Ledger(users=100, claims=100, finished=NOW - DAY, newest_activity=NOW - DAY)


@pytest.mark.parametrize(
    ("changes", "last", "what"),
    [
        pytest.param({}, LAST, "", id="well"),
        pytest.param({}, Ledger(), "", id="first run"),
        pytest.param({"users": 0}, Ledger(), "no users", id="emptied"),
        pytest.param({"users": 80}, LAST, "has 80 users", id="fallen"),
        pytest.param({"users_read": 99, "distinct_names": 99}, LAST, "99 were read", id="half"),
        pytest.param({"users_read": 100, "distinct_names": 99}, LAST, "different names", id="twice"),
        pytest.param({"hub_time": NOW - HOUR}, LAST, "clock of the hub", id="hub's clock"),
        pytest.param({"server_time": NOW + HOUR}, LAST, "clock of the API server", id="cluster's clock"),
        pytest.param({"hub_time": None}, LAST, "does not say", id="no clock"),
        pytest.param({"newest_activity": NOW - 9 * DAY}, LAST, "restored", id="restored"),
        pytest.param({}, Ledger(finished=NOW + DAY), "last run ended", id="our clock went back"),
    ],
)
def test_the_fuse(changes, last, what):
    import dataclasses

    why = blown(Fuse(), dataclasses.replace(SEEN, **changes), last)
    assert (what in why) if what else not why


@pytest.mark.parametrize(
    ("fuse", "claims", "most"),
    [(Fuse(), 10_000, 50), (Fuse(), 100, 5), (Fuse(), 3, 1), (Fuse(claims=0), 9, 0), (Fuse(percent=0), 9, 0)],
)
def test_how_many_may_go(fuse, claims, most):
    assert fuse.most_deletes(claims) == most
