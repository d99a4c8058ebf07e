"""What does a login cost at GitHub, and what is made of answers that are late, wrong or refused?"""

import asyncio
import dataclasses
import json
import time

import pytest
import pytest_asyncio

from libretexts_hub.clients.github import GitHub, Wanted
from libretexts_hub.clients.upstream import Expired, RateLimited, Upstream, UpstreamAway, UpstreamError
from libretexts_hub.domain.github_entries import GroupChoice, Named, parse_entries
from libretexts_hub.domain.github_membership import Found
from tests.servers.fake_github import CLIENT_ID, CLIENT_SECRET, FakeGitHub, Fault, rate_limited

EVERYTHING = GroupChoice(is_everything=True)


@pytest_asyncio.fixture
async def github():
    async with FakeGitHub() as fake:
        fake.organization("LSST", 7)
        fake.organization("physics", 8)
        fake.organization("closed", 9, is_approved=False)
        fake.organization("signed", 10, wants_sign_in=True)
        yield fake


@pytest_asyncio.fixture
async def client(github):
    upstream = Upstream(connect_seconds=2, total_seconds=3)
    yield GitHub(upstream, github.api)
    await upstream.close()


def wanted(allowed=(), groups=(), *, teams=False):
    names = [parse_entries(list(each), "here") for each in (allowed, groups)]
    return Wanted(addresses=True, organizations=True, teams=teams, allowed=names[0], groups=names[1])


async def read(github, client, asked, login="ben", *scopes):
    return await client.read(f"Bearer {github.token_for(login, *scopes)}", asked)


async def test_everything_in_one_round_trip(github, client):
    github.person("ben", 5001, "LSST", "physics")
    github.latency_seconds = 0.1
    known = await read(github, client, wanted(["lsst"], teams=True))
    assert len(github.requests) == github.most_at_once == 4
    assert known.account.login == "ben"
    assert (known.address.email, known.address.is_verified) == ("ben@example.org", True)
    assert known.membership.groups(EVERYTHING) == {Named("lsst"): 7, Named("physics"): 8}


async def test_nothing_is_asked_that_nothing_needs(github, client):
    github.person("ben", 5001, "LSST")
    await read(github, client, Wanted())
    assert github.requests == ["GET /user"]


@pytest.mark.parametrize("says_last", [True, False])
async def test_all_pages(github, client, says_last):
    ben = github.person("ben", 5001, "LSST")
    ben.teams = [github.team("LSST", f"t{number}", number) for number in range(1, 24)]
    github.page_size, github.says_last = 5, says_last
    known = await read(github, client, wanted(teams=True))
    assert len(known.membership.teams) == 23
    assert sum("/user/teams" in each for each in github.requests) == 5


async def test_invitations_do_not_admit(github, client):
    github.person("ben", 5001).memberships = {"LSST": "pending"}
    known = await read(github, client, wanted(["lsst"]))
    assert known.membership.admitted_by([Named("lsst")]) is None
    assert known.membership.checked[Named("lsst")].found is Found.OUTSIDE


async def test_an_organisation_that_did_not_approve_is_asked_by_itself(github, client):
    github.person("ben", 5001, "closed", "LSST")
    known = await read(github, client, wanted(["closed"], ["closed"]))
    assert known.membership.admitted_by([Named("closed")]) == Named("closed")
    assert known.membership.numbers[Named("closed")] == 9


async def test_an_organisation_that_sends_elsewhere_says_nothing(github, client):
    github.person("ben", 5001, "closed", "LSST")
    github.faults["/orgs/closed/members/ben"] = Fault(302, {"Location": "http://127.0.0.2:9/"})
    known = await read(github, client, wanted(["lsst"], ["closed"]))
    assert known.membership.checked[Named("closed")].found is Found.UNKNOWN
    assert list(known.membership.groups(EVERYTHING)) == [Named("lsst")]


async def test_who_is_in_by_the_lists_costs_no_more(github, client):
    github.person("ben", 5001, "LSST")
    await read(github, client, wanted(["closed", "lsst", "physics"]))
    assert len(github.requests) == 3


async def test_what_was_in_somebodys_list_is_not_asked_again(github, client):
    github.person("ada", 5002, "physics", "LSST")
    github.person("ben", 5001, "LSST")
    await read(github, client, wanted(), "ada")
    github.requests.clear()
    await read(github, client, wanted(["lsst"], ["physics"]))
    assert len(github.requests) == 3


async def test_who_belongs_nowhere_is_known_at_once_where_others_do(github, client):
    github.person("ada", 5002, "physics", "LSST")
    github.person("ben", 5001)
    await read(github, client, wanted(), "ada")
    github.requests.clear()
    known = await read(github, client, wanted(["lsst", "physics"]))
    assert known.membership.admitted_by([Named("lsst"), Named("physics")]) is None
    assert len(github.requests) == 3


async def test_a_team_deep_within(github, client):
    outer = github.team("LSST", "outer", 1)
    middle = github.team("LSST", "middle", 2, outer)
    ben = github.person("ben", 5001, "LSST")
    ben.teams = [github.team("LSST", "inner", 3, middle)]
    known = await read(github, client, wanted(["lsst:outer"], teams=True))
    assert known.membership.admitted_by([Named("lsst", "outer")]) is not None
    assert {Named("lsst", "middle"), Named("lsst", "inner")} < set(known.membership.numbers)


async def test_single_sign_on_is_told_apart(github, client):
    github.person("ben", 5001, "signed")
    known = await read(github, client, wanted(["signed"]))
    assert known.membership.hidden == {10}
    answer = known.membership.checked[Named("signed")]
    assert (answer.found, answer.sign_in.split("?")[0]) == (Found.UNKNOWN, f"{github.url}/orgs/signed/sso")


async def test_without_scopes_what_is_left_is_public(github, client):
    github.person("ben", 5001, "LSST", public_email="ben@public.example.org")
    known = await read(github, client, wanted(["lsst"]), "ben", "none")
    assert known.address.email == "ben@public.example.org"
    assert known.membership.checked[Named("lsst")].found is Found.UNKNOWN


IN_90_SECONDS = "a time that the test knows when it begins"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(rate_limited(Retry_After="90"), id="403 Retry-After"),
        pytest.param(rate_limited(429, Retry_After="90"), id="429"),
        pytest.param(rate_limited(X_RateLimit_Reset=IN_90_SECONDS), id="reset"),
    ],
)
@pytest.mark.parametrize("path", ["/user", "/user/emails", "/user/memberships/orgs"])
async def test_a_limit_is_honoured_and_told(github, client, fault, path):
    github.person("ben", 5001, "LSST")
    now = str(int(time.time()) + 90)
    headers = {name: now if value == IN_90_SECONDS else value for name, value in fault.headers.items()}
    github.faults[path] = dataclasses.replace(fault, headers=headers)
    token = f"Bearer {github.token_for('ben')}"
    with pytest.raises(RateLimited) as caught:
        await client.read(token, wanted(["lsst"]))
    assert 60 < caught.value.retry_after <= 90
    assert "Try again in" in caught.value.jupyterhub_message
    github.requests.clear()
    with pytest.raises(RateLimited):
        await client.read(token, wanted(["lsst"]))
    assert not github.requests


async def test_a_secondary_limit_need_not_say_for_how_long(github, client):
    github.person("ben", 5001, "LSST")
    body = json.dumps({"message": "You have exceeded a secondary rate limit."}).encode()
    github.faults["/user/emails"] = Fault(403, body=body)
    with pytest.raises(RateLimited):
        await read(github, client, wanted())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Fault(500), UpstreamAway, id="500"),
        pytest.param(Fault(401), Expired, id="401"),
        pytest.param(Fault(hangs=True), UpstreamAway, id="hangs"),
        pytest.param(Fault(body=b"[1, 2"), UpstreamError, id="half"),
        pytest.param(Fault(body=b"<html>"), UpstreamError, id="HTML"),
        pytest.param(Fault(body=b"null"), UpstreamError, id="null"),
        pytest.param(Fault(body=b'{"login": ["x"], "id": {}}'), UpstreamError, id="shape"),
        pytest.param(Fault(302, {"Location": "http://127.0.0.2:9/user"}), UpstreamError, id="elsewhere"),
    ],
)
async def test_answers_that_cannot_be_used(github, client, fault, error):
    github.person("ben", 5001, "LSST")
    client.upstream.total_seconds = 0.5
    github.faults["/user"] = fault
    with pytest.raises(error) as caught:
        await read(github, client, wanted(["lsst"], teams=True))
    assert "gho_" not in str(caught.value)


@pytest.mark.parametrize(
    "link",
    [
        '<http://elsewhere.example.org/user/teams?page=2>; rel="next"',
        '</user/teams?page=2>; rel="next", <https://elsewhere.example.org/?page=3>; rel="last"',
        '<http://[>; rel="next"',
        '</user/teams?page=2>; rel="next", </user/teams?page=99999>; rel="last"',
        '</api/v3/user/teams>; rel="next"',
    ],
)
async def test_pages_elsewhere_or_without_end(github, client, link):
    github.person("ben", 5001, "LSST")
    github.faults["/user/teams"] = Fault(headers={"Link": link}, body=b"[]")
    with pytest.raises(UpstreamError):
        await read(github, client, wanted(teams=True))


async def test_one_failure_ends_the_other_requests(github, client):
    github.person("ben", 5001, "LSST")
    github.faults |= {"/user": Fault(500), "/user/teams": Fault(hangs=True)}
    async with asyncio.timeout(2):
        with pytest.raises(UpstreamAway):
            await read(github, client, wanted(teams=True))


async def test_tokens(github, client):
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": "none"}
    url = f"{github.url}/login/oauth/access_token"
    assert (await client.token(url, form, {}))["error"] == "bad_verification_code"
    github.faults["/login/oauth/access_token"] = Fault(429, {"Retry-After": "30"})
    for _ in range(2):
        with pytest.raises(RateLimited):
            await client.token(url, form, {})
    assert len(github.requests) == 2
