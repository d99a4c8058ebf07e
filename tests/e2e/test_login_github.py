"""What does a person live through who logs in with GitHub, from the button to a yes or a no?"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import time

import pytest
import pytest_asyncio
from jupyterhub import version_info
from yarl import URL

from libretexts_hub.demo.visitor import VisitError
from tests.security.guest import Guest
from tests.servers.fake_github import CLIENT_ID, CLIENT_SECRET, FakeGitHub, Fault, rate_limited
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments

in_one_loop = pytest.mark.asyncio(loop_scope="module")
AUTHENTICATOR = "libretexts-github"


ELSEWHERE = {"Location": "http://elsewhere.example/user"}


def account(login, **fields):
    """GitHub says that it is somebody of this name."""
    return Fault(body=json.dumps({"login": login, "id": 666, "type": "User", **fields}).encode())


def settings(github: FakeGitHub) -> dict[str, object]:
    return {
        "JupyterHub.authenticator_class": AUTHENTICATOR,
        "CryptKeeper.keys": [base64.b64encode(b"k" * 32)],
        "Authenticator.enable_auth_state": True,
        "Authenticator.manage_groups": True,
        "Authenticator.auth_refresh_age": 1,
        "Authenticator.admin_users": {"ada", "olga", "oscar"},
        "LoginMixin.exempt": ["oscar"],
        "GitHubOrgAuthenticator.allow_all": True,
        "GitHubOrgAuthenticator.github_url": github.url,
        "GitHubOrgAuthenticator.client_id": CLIENT_ID,
        "GitHubOrgAuthenticator.client_secret": CLIENT_SECRET,
        "GitHubOrgAuthenticator.allowed_organizations": {"LSST", "physics:gpu", "signed"},
        "GitHubOrgAuthenticator.group_organizations": "all",
        "LoginMixin.total_seconds": 2.0,
        "LoginMixin.pause_seconds": 0.3,
        "LoginMixin.refresh_cache": "1s",
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    """A hub and a fake GitHub, with people in and outside of its organisations."""
    async with FakeGitHub() as github:
        github.organization("LSST", 7)
        github.organization("physics", 8)
        github.organization("elsewhere", 9)
        github.organization("signed", 10, wants_sign_in=True)
        gpu = github.team("physics", "gpu", 70)
        github.person("ada", 5001, "LSST")
        github.person("Ben", 5002, "LSST", "elsewhere", name="Ben Example")
        github.person("gina", 5003, "physics").teams = [github.team("physics", "gpu-students", 71, gpu)]
        github.person("leo", 5004, "LSST")
        for number, login in enumerate(("olga", "oscar", "eve"), 5005):
            github.person(login, number, "elsewhere")
        github.person("sam", 5008, "signed")
        extra = assignments(settings(github))
        hub = HubProcess(tmp_path_factory.mktemp("hub"), spawner="simple", extra=extra)
        try:
            await hub.start()
            yield hub, github
        finally:
            hub.close()


@pytest_asyncio.fixture(loop_scope="module")
async def hub(site):
    site[1].forget()
    return site[0]


@pytest_asyncio.fixture(loop_scope="module")
async def github(site):
    site[1].forget()
    return site[1]


async def log_in(visitor, github, login):
    """As a person does: the button, GitHub, and back."""
    github.signed_in = login
    page = await visitor.open("login")
    assert "oauth_login" in page.html
    answer = await visitor.open("oauth_login?next=%2Fhub%2Fhome")
    visitor.name = login.lower()
    return answer


async def is_in(visitor):
    """Whether the hub shows the person's own page, and not the one to log in, or the one that says no."""
    try:
        return (await visitor.open("home")).url.path == "/hub/home"
    except VisitError as error:
        if error.status != 403:
            raise
        return False


async def refused(visitor, github, login):
    with pytest.raises(VisitError) as caught:
        await log_in(visitor, github, login)
    return caught.value.status, caught.value.what


@in_one_loop
async def test_a_member_is_in_with_groups_and_numbers(hub, github):
    async with hub.visitor() as ada, hub.visitor() as ben:
        answer = await log_in(ben, github, "Ben")
        assert answer.url.path == "/hub/home"
        assert set(github.asked_scopes.split()) == {"read:org", "user:email"}
        await log_in(ada, github, "ada")
        model = await ada.hub_api("GET", "users/ben")
        assert sorted(model["groups"]) == ["elsewhere", "lsst"]
        state = model["auth_state"]
    if version_info[0] >= 6:  # what JupyterHub gives to the person's server
        assert model["user_info"] == {
            "name": "ben",
            "display_name": "Ben Example",
            "initials": "BE",
            "avatar_url": "https://avatars.example.org/u/5002",
        }
    assert (state["github_user"]["id"], state["github_user"]["email"]) == (5002, "Ben@example.org")
    assert state["scope"] == ["read:org", "user:email"]
    assert state["github_groups"] == [{"name": "elsewhere", "id": 9}, {"name": "lsst", "id": 7}]
    log = hub.log.read_text()
    assert "A login asks GitHub for: read:org (allowed_organizations" in log
    assert not [secret for secret in (*github.tokens, CLIENT_SECRET) if secret in log]


@in_one_loop
async def test_a_team_within_an_allowed_team_admits(hub, github):
    async with hub.visitor() as gina:
        assert (await log_in(gina, github, "gina")).url.path == "/hub/home"
        groups = (await gina.hub_api("GET", "users/gina"))["groups"]
    assert sorted(groups) == ["physics", "physics:gpu", "physics:gpu-students"]


@in_one_loop
@pytest.mark.parametrize("login", ["eve", "olga"])
async def test_allow_all_and_admin_users_open_no_organisation(hub, github, login):
    async with hub.visitor() as visitor:
        status, said = await refused(visitor, github, login)
    assert status == 403
    for word in ("members of the organisations lsst or signed", "physics:gpu", login, "invite you"):
        assert word in said


@in_one_loop
async def test_who_is_exempt_by_name_is_in(hub, github):
    async with hub.visitor() as oscar:
        assert (await log_in(oscar, github, "oscar")).url.path == "/hub/home"


@in_one_loop
async def test_what_was_not_granted_is_named(hub, github):
    github.withheld = {"read:org"}
    async with hub.visitor() as visitor:
        status, said = await refused(visitor, github, "leo")
    assert status == 403
    assert "(read:org)" in said
    assert f"/settings/connections/applications/{CLIENT_ID}" in said


@in_one_loop
async def test_single_sign_on_is_explained(hub, github):
    async with hub.visitor() as sam:
        status, said = await refused(sam, github, "sam")
    assert status == 403
    assert f"{github.url}/orgs/signed/sso" in said


@in_one_loop
@pytest.mark.parametrize(
    ("path", "fault", "status", "words"),
    [
        pytest.param("/user", rate_limited(Retry_After="120"), 503, "Try again in 2 minutes", id="limit"),
        pytest.param("/user", Fault(502), 503, "Nothing is wrong with your account", id="502"),
        pytest.param("/user", Fault(hangs=True), 503, "Try again", id="hangs"),
        pytest.param("/user", account("n\0x"), 403, "can't be a name", id="NUL"),
        pytest.param("/user", account("n" * 10_000), 503, "can't use", id="10 kB"),
        pytest.param("/user", account("a/../b"), 403, "can't be a name", id="path"),
        pytest.param("/user", account("\uff4c\uff45\uff4f"), 403, "another account", id="full-width"),
        pytest.param("/user", account(["leo"]), 503, "can't use", id="name is a list"),
        pytest.param("/user", account("x", id="7"), 503, "can't use", id="id is a text"),
        pytest.param("/user", account("x", id=True), 503, "can't use", id="id is true"),
        pytest.param("/user", Fault(302, ELSEWHERE), 503, "can't use", id="other host"),
        pytest.param(
            "/login/oauth/access_token", Fault(302, ELSEWHERE), 503, "can't use", id="token elsewhere"
        ),
        pytest.param(
            "/user/memberships/orgs", Fault(body=b'[{"organization": 7}]'), 403, "no member", id="list"
        ),
        pytest.param("/user/teams", Fault(body=b"[" * 5000), 503, "can't use", id="deep"),
        pytest.param("/user", Fault(body=b"[]"), 503, "can't use", id="shape"),
        pytest.param("/login/oauth/access_token", Fault(body=b'{"x": 1}'), 503, "can't use", id="no token"),
        pytest.param("/login/oauth/access_token", Fault(body=b'{"access_token": 5}'), 503, "", id="number"),
        pytest.param(
            "/login/oauth/access_token",
            Fault(body=b'{"error": "bad_verification_code"}'),
            403,
            "Log in again",
            id="code",
        ),
    ],
)
async def test_what_github_does_badly(hub, github, path, fault, status, words):
    async with hub.visitor() as visitor:
        await log_in(visitor, github, "leo")  # the name is Leo's, whatever is asked below
    github.faults[path] = fault
    logged = hub.log.stat().st_size
    async with hub.visitor() as visitor:
        found, said = await refused(visitor, github, "leo")
    assert (found, words in said) == (status, True), said
    text = hub.log.read_bytes()[logged:].decode()
    warnings = [line for line in text.splitlines() if re.match(r"\[[WEC] ", line) and " log:" not in line]
    assert len(warnings) == 1, text
    assert not [secret for secret in (*github.tokens, CLIENT_SECRET, "Traceback") if secret in text + said]
    github.faults.clear()
    deadline = time.monotonic() + 40  # a breaker opens after some failures
    async with hub.visitor() as visitor:
        while True:
            try:
                assert (await log_in(visitor, github, "leo")).url.path == "/hub/home"
                break
            except VisitError:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.3)


@in_one_loop
async def test_nobody_is_sent_to_a_github_that_is_known_to_be_down(hub, github):
    async with hub.visitor() as leo:
        await log_in(leo, github, "leo")
    github.faults["/login/oauth/access_token"] = Fault(502)
    address = URL(f"{hub.url}/hub/oauth_login")
    async with hub.visitor() as visitor:
        for _ in range(3):  # after the third it is known, and left alone
            assert (await refused(visitor, github, "leo"))[0] == 503
        deadline = time.monotonic() + 40
        while True:  # the pause is short here, and a try may fall in between
            async with visitor.request("GET", address, allow_redirects=False) as answer:
                said = await answer.text()
            if answer.status == 503:
                break
            assert answer.status == 302
            assert time.monotonic() < deadline
            await refused(visitor, github, "leo")
        assert "does not answer at the moment" in said
        assert int(answer.headers["Retry-After"]) >= 1
        github.faults.clear()
        while True:
            try:
                assert (await log_in(visitor, github, "leo")).url.path == "/hub/home"
                break
            except VisitError:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.3)


@in_one_loop
async def test_a_login_is_good_once_and_in_one_browser(hub, github):
    github.signed_in = "leo"
    async with hub.visitor() as leo, hub.visitor() as thief:
        address = leo.hub / "oauth_login"
        for _ in range(2):  # to GitHub, and back
            async with leo.request("GET", address, allow_redirects=False) as answer:
                address = URL(answer.headers["Location"], encoded=True)
        assert address.path == "/hub/oauth_callback"
        for visitor, good in ((thief, False), (leo, True), (leo, False)):
            async with visitor.request("GET", address, allow_redirects=False) as answer:
                said = await answer.text()
            assert answer.status == (302 if good else 400)
            assert good or "Log in again" in said


@in_one_loop
@pytest.mark.parametrize("state", ["", "x", "\uff46", "W10=", "bnVsbA==", "e30=", "[" * 5000])
async def test_a_state_that_nobody_sent(hub, github, state):
    github.signed_in = "leo"
    async with hub.visitor() as visitor:
        async with visitor.request("GET", visitor.hub / "oauth_login", allow_redirects=False):
            pass
        callback = (visitor.hub / "oauth_callback").with_query(code="x", state=state)
        async with visitor.request("GET", callback, allow_redirects=False) as answer:
            assert answer.status == 400


@in_one_loop
async def test_somebody_who_says_no_to_github(hub, github):
    async with hub.visitor() as visitor:
        status, said = await refused(visitor, github, "")
    assert status == 400
    assert "what the hub asks for was not allowed" in said


@in_one_loop
async def test_who_leaves_the_organisation_is_out(hub, github):
    async with hub.visitor() as leo:
        await log_in(leo, github, "leo")
        github.people["leo"].memberships = {}
        deadline = time.monotonic() + 30
        try:
            while await is_in(leo):
                assert time.monotonic() < deadline, "the hub never looked again"
                await asyncio.sleep(0.3)
        finally:
            github.people["leo"].memberships = {"LSST": "active"}


@in_one_loop
async def test_an_outage_after_the_login_throws_nobody_out(hub, github):
    async with hub.visitor() as leo:
        await log_in(leo, github, "leo")
        github.faults |= {"/user": rate_limited(429, Retry_After="2")}
        seen = len(github.requests)
        deadline = time.monotonic() + 30
        while len(github.requests) == seen and time.monotonic() < deadline:
            assert (await leo.open("home")).url.path == "/hub/home"
            await asyncio.sleep(0.3)
        assert len(github.requests) > seen
        assert (await leo.open("home")).url.path == "/hub/home"


@in_one_loop
async def test_a_code_from_a_form_is_asked_about_nowhere(hub, github):
    """JupyterHub has a form at /hub/login too; a code from there has passed no check of its state."""
    guest = Guest(hub.url)
    await asyncio.to_thread(guest.get, "login")
    answer = await asyncio.to_thread(guest.form, "login", [("code", "abc"), ("state", "x")])
    assert answer.status_code == 400
    assert github.requests == []
    assert " 500 POST " not in hub.log.read_text()


@in_one_loop
@pytest.mark.parametrize("where", ["/hub/" + "x" * 4000, "/hub/%0B", "//evil.example/%7F"])
async def test_a_link_that_nobody_can_be_sent_on_to_still_logs_in(hub, github, where):
    """A cookie keeps 4096 octets at most, and no header holds a control character."""
    github.signed_in = "ada"
    async with hub.visitor() as ada:
        with contextlib.suppress(VisitError):  # the page that they are sent to instead starts a server
            await ada.open(f"oauth_login?next={where}")
        assert " 500 GET /hub/oauth_callback" not in hub.log.read_text()
        assert await is_in(ada)


def test_an_entry_that_is_neither_organisation_nor_team_stops_the_hub(tmp_path):
    lines = {
        "JupyterHub.authenticator_class": AUTHENTICATOR,
        "GitHubOrgAuthenticator.allowed_organizations": {"org:team:x"},
    }
    status, log = HubProcess(tmp_path, spawner="simple", extra=assignments(lines)).run_to_exit()
    assert status != 0
    assert "'org:team:x' is neither an organisation nor a team" in log
    assert "c.GitHubOrgAuthenticator.allowed_organizations" in log
    assert "Traceback" not in log
