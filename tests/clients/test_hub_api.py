"""Does the culler read a real hub rightly, and change it no more often than once?"""

import asyncio
import json
import time
from types import SimpleNamespace

import pytest
import pytest_asyncio

from libretexts_hub.clients.hub_answers import parse_page, parse_user, seconds
from libretexts_hub.clients.hub_api import quoted
from libretexts_hub.clients.polite_requests import Answer
from libretexts_hub.domain.culling_errors import (
    ForbiddenError,
    GoneError,
    PartialListError,
    RefusedError,
    UnavailableError,
)
from tests.clients.culler_hub import (
    FILTERED,
    SPAWNER,
    WEAK,
    add_people,
    culler_of,
    make_database,
    services,
)
from tests.servers.faults import FaultProxy
from tests.servers.hub import HubProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")
ODD = ["a#b", "what?", "50%25", "ünï", "人", "x y", "semi;colon", "plus+and&", "%2e%2e", "...", "a\\b"]
# The same once more, which no test deletes.
LISTED = [f"{name}+" for name in ODD]
PEOPLE = 450


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory):
    hub = HubProcess(tmp_path_factory.mktemp("hub"), spawner=SPAWNER, extra=services())
    people = [
        (f"user-{number:03}", f"2021-01-01 00:{number // 60:02}:{number % 60:02}") for number in range(PEOPLE)
    ]
    add_people(
        make_database(hub),
        [*people, *((name, "2024-01-01 00:00:00") for name in ODD + LISTED), ("never", None)],
    )
    await hub.start()
    async with FaultProxy.before(hub.url) as faults:
        yield SimpleNamespace(url=faults.url, faults=faults, hub=hub)
    hub.close()


@pytest_asyncio.fixture(loop_scope="module")
async def hub(running):
    async with running.faults.afresh() as faults:
        yield SimpleNamespace(url=running.url, faults=faults, hub=running.hub)


async def everybody(api, limit=1000):
    users, offset = [], 0
    while offset is not None:
        page = await api.users(offset=offset, limit=limit)
        users += page.users
        offset = page.next_offset
    return users, page


async def test_everybody_is_listed_those_longest_away_first(hub):
    async with culler_of(hub.url) as api:
        users, page = await everybody(api)
        lists = await hub.faults.requests(path="/hub/api/users*") or [
            each for each in await hub.faults.requests() if each.path.startswith("/hub/api/users")
        ]

    assert len({user.name for user in users}) == len(users) == page.total
    assert set(LISTED) <= {user.name for user in users}
    active = [user.last_activity for user in users if user.last_activity is not None]
    assert active == sorted(active)
    assert users[0].last_activity is None
    assert len(lists) == 3  # of 200, the hub's largest page
    assert abs(page.hub_time - time.time()) < 60


async def test_one_person_has_their_stopped_server_and_its_state(hub):
    async with culler_of(hub.url) as api:
        user = await api.user("user-007")
        [server] = user.servers
    assert (user.name, user.is_admin, user.created) == ("user-007", False, seconds("2020-01-01T00:00:00Z"))
    assert server.is_stopped
    assert server.state["pvc_name"].startswith("claim-")


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_name_is_that_person_and_no_other(hub, name):
    async with culler_of(hub.url) as api:
        assert (await api.user(name)).name == name
        await api.delete_user(name)
        assert await api.user(name) is None
        with pytest.raises(GoneError):
            await api.delete_user(name)


async def test_a_proxys_404_is_not_the_hubs(hub):
    async with culler_of(hub.url) as api:
        await api.user("never")
        await hub.faults.add("status", path="*/users/never*", status=404, body="default backend - 404")
        with pytest.raises(UnavailableError):
            await api.user("never")


@pytest.mark.parametrize(("token", "words"), [(FILTERED, "list:users"), (WEAK, "delete:users")])
async def test_a_token_that_sees_too_little_is_refused_before_it_lists(hub, token, words):
    async with culler_of(hub.url, token) as api:
        with pytest.raises(ForbiddenError, match=words):
            await api.users(offset=0, limit=10)
        with pytest.raises(ForbiddenError):
            await api.user("user-001")


async def test_a_wrong_token_is_said_and_never_shown(hub, caplog):
    async with culler_of(hub.url, "s3cret" * 5) as api:
        with pytest.raises(ForbiddenError) as refused:
            await api.users(offset=0, limit=10)
    assert "s3cret" not in str(refused.value) + caplog.text


async def test_reads_are_asked_again(hub):
    async with culler_of(hub.url) as api:
        await api.user("never")
        await hub.faults.add("status", path="*/users*", status=500, first=1)
        await hub.faults.add("status", path="*/users*", status=429, retry_after=1, first=2)
        await hub.faults.add("drop", path="*/users*", first=3)
        began = time.monotonic()
        page = await api.users(offset=0, limit=50)
        assert time.monotonic() - began >= 1
        assert len(page.users) == 50


@pytest.mark.parametrize("fault", [{"action": "truncate", "bytes": 200}, {"action": "status", "status": 503}])
async def test_a_hub_that_stays_away_ends_in_an_error_and_no_page(hub, fault):
    from libretexts_hub.clients.polite_requests import Patience

    patience = Patience(seconds=5, deadline=0.5, first_pause=0.02)
    async with culler_of(hub.url, patience=patience) as api:
        await api.user("never")
        await hub.faults.add(**fault, path="*/users*")
        with pytest.raises(UnavailableError):
            await api.users(offset=0, limit=50)


async def test_a_change_whose_answer_is_lost_is_not_sent_again(hub):
    async with culler_of(hub.url) as api:
        await api.user("user-100")
        await hub.faults.add("drop", path="*/users/user-100", verb="DELETE", when="after")
        await hub.faults.add("drop", path="*/users/user-100", verb="delete", when="after")
        with pytest.raises(UnavailableError) as lost:
            await api.delete_user("user-100")
        sent = [each for each in await hub.faults.requests() if each.verb.lower() == "delete"]
        assert (len(sent), lost.value.is_sure) == (1, False)
        assert await api.user("user-100") is None


async def test_a_change_that_was_turned_away_is_sent_again(hub):
    async with culler_of(hub.url) as api:
        await api.user("user-101")
        await hub.faults.add("status", path="*/users/user-101", status=429, retry_after=0, first=2)
        await api.delete_user("user-101")
        assert api.client.retried == 2


async def test_stopping_what_does_not_run(hub):
    async with culler_of(hub.url) as api:
        assert await api.stop_server("user-102", "")  # 204: there is nothing to stop
        with pytest.raises(GoneError):
            await api.stop_server("user-102", "lab", remove=True)


async def test_never_more_requests_than_allowed(hub):
    async with culler_of(hub.url, concurrency=3) as api:
        await asyncio.gather(*(api.user(f"user-2{number:02}") for number in range(20)))
        assert api.client.most_in_flight <= 3


# Answers that no hub should give ----------------------------------------------------------------------------


def page(items, offset=0, limit=3, total=6, following=3, **more):
    after = None if following is None else {"offset": following, "limit": limit, "url": "x"}
    paging = {"offset": offset, "limit": limit, "total": total, "next": after} | more
    return Answer(200, {}, json.dumps({"items": items, "_pagination": paging}).encode())


A, B, C = ({"name": name, "admin": False} for name in "abc")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(page([A, B]), id="one is missing"),
        pytest.param(page([A, B, B]), id="one is there twice"),
        pytest.param(page([A, B, C], offset=3), id="another page"),
        pytest.param(page([A, B, C], following=None), id="no next page, but a larger total"),
        pytest.param(page([A, B, C], following=4), id="a gap"),
        pytest.param(page([A, B, C, {"name": "d"}]), id="too many"),
        pytest.param(page([A, B, {"name": None}]), id="no name"),
        pytest.param(page([A, B, C], total="6"), id="no number"),
        pytest.param(page([A, B, C], total=True), id="a truth"),
        pytest.param(Answer(200, {}, json.dumps([A, B]).encode()), id="no pages"),
        pytest.param(Answer(200, {}, b"<html>"), id="HTML"),
        pytest.param(Answer(200, {}, b"[" * 100_000), id="deep"),
    ],
)
async def test_a_page_that_is_not_whole_is_none(answer):
    with pytest.raises(PartialListError):
        parse_page(answer, asked_offset=0, where="hub")


@pytest.mark.parametrize(
    "activity", [None, "", "soon", 5, [], "9999-99-99T00:00:00Z", "0000", "2021-01-01T00:00:00+99:99"]
)
async def test_an_activity_that_cannot_be_read_is_not_known(activity):
    assert parse_user({"name": "a", "last_activity": activity}).last_activity is None


async def test_what_is_not_surely_nothing_is_something():
    user = parse_user({"name": "a", "servers": {"": 5, "b": {"ready": False, "pending": "spawn"}}})
    assert user.is_admin  # nobody said that they are none
    assert [(server.is_stopped, server.pending) for server in user.servers] == [
        (False, "unknown"),
        (False, "spawn"),
    ]


@pytest.mark.parametrize("name", [".", ".."])
async def test_a_name_that_a_proxy_would_swallow_is_not_asked_for(name):
    with pytest.raises(RefusedError, match="URL"):
        quoted(name)


@pytest.mark.parametrize("name", ["a/b", "a/../b", "...", "a#?%", "\ud800"])
async def test_a_name_is_one_part_of_a_path(name):
    assert "/" not in quoted(name)
    assert quoted(name) not in (".", "..")
    assert not set("#?") & set(quoted(name))


async def test_a_500_of_the_hub_is_a_refusal(hub):
    async with culler_of(hub.url) as api:
        await api.user("never")
        body = '{"status": 500, "message": "Internal Server Error"}'
        await hub.faults.add("status", path="*/users/never*", status=500, body=body)
        with pytest.raises(RefusedError):
            await api.delete_user("never")
