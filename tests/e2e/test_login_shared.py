"""Does a person log in at a real hub, are they held to what they are, and what do they read when not?"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from jupyterhub import version_info

from libretexts_hub import templates
from libretexts_hub.demo.visitor import VisitError, Visitor
from libretexts_hub.domain.breaker import BreakerState
from tests.servers.fake_provider import FakeProvider
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments
from tests.servers.hub_metrics import metrics_of, value

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    LogIn = Callable[[str], Awaitable[Visitor]]

COURSES = """
courses:
  db101:
    instructors: [prof]
    members: {people: [amy], groups: ["nyu:db101"]}
"""
GRANTS = [
    {"group": "physics-ta", "role": "formgrader", "scopes": ["list:users"], "description": "Grades"},
    {"group": "physics-ta", "role": "auditor"},
    {"group": "course-db101-instructors", "role": "course-lead", "scopes": ["read:users:name"]},
]
ROOT = Path(__file__).parents[2]
FROM_HERE = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.servers.sample_login import SampleAuthenticator
c.JupyterHub.authenticator_class = SampleAuthenticator
"""
TOKEN = "a-token-only-for-tests"
BREAKER = "libretexts_upstream_breaker"
WATCHER = f"""
c.JupyterHub.services = [{{"name": "watcher", "api_token": {TOKEN!r}}}]
c.JupyterHub.load_roles = [
    {{
        "name": "watcher",
        "services": ["watcher"],
        "scopes": ["list:users", "read:users", "admin:auth_state", "read:metrics", "tokens"],
    }},
    {{"name": "user", "description": "As this hub wants it", "scopes": ["self", "read:hub"]}},
    {{"name": "auditor", "services": ["watcher"], "scopes": ["list:groups"]}},
]
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubProcess]:
    folder: Path = tmp_path_factory.mktemp("hub")
    (folder / "courses.yaml").write_text(COURSES)
    settings = {
        "JupyterHub.template_paths": list(templates.__path__),
        "JupyterHub.redirect_to_server": False,
        "SampleAuthenticator.provider_url": provider.url,
        "Authenticator.enable_auth_state": True,
        "Authenticator.auth_refresh_age": 1,
        "CryptKeeper.keys": ["0" * 64],
        "LoginMixin.grants": GRANTS,
        "LoginMixin.refresh_cache": "0s",
        "LoginMixin.pause_seconds": 0.3,
        "LoginMixin.total_seconds": 1.0,
        "LoginMixin.courses_file": str(folder / "courses.yaml"),
        "LoginMixin.exempt": ["exempted", "pardoned"],
        "Authenticator.admin_users": {"ada", "zapp"},
        "Authenticator.blocked_users": {"Zapp", "pardoned", "Strauß"},
    }
    running = HubProcess(folder, spawner="simple", extra=FROM_HERE + assignments(settings) + WATCHER)
    try:
        await running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def usual(provider: FakeProvider) -> FakeProvider:
    provider.usual()
    return provider


@pytest_asyncio.fixture(loop_scope="module")
async def log_in(hub: HubProcess) -> AsyncIterator[LogIn]:
    """Browsers that are logged in, by name, until the end of the test."""
    async with AsyncExitStack() as open_until_then:

        async def log_in(name: str) -> Visitor:
            visitor = await open_until_then.enter_async_context(hub.visitor())
            await visitor.login(name, "unused")
            return visitor

        yield log_in


async def refused(hub: HubProcess, name: str) -> VisitError:
    """What the page says to somebody who may not log in."""
    async with hub.visitor() as visitor:
        with pytest.raises(VisitError) as caught:
            await visitor.login(name, "unused")
    return caught.value


async def known(hub: HubProcess, name: str) -> dict[str, Any]:
    """What the hub knows of a person."""
    async with hub.visitor() as watcher:
        url = watcher.hub / "api/users" / name
        return await watcher.call("GET", url, {"Authorization": f"token {TOKEN}"})


async def until(condition: Any, what: str, *, deadline_seconds: float = 60.0) -> None:
    deadline = time.monotonic() + deadline_seconds
    while not await condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.1)


@pytest.mark.asyncio(loop_scope="module")
class TestLogins:
    async def test_a_person_gets_groups_courses_and_roles(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["Amy"] = {
            "subject": "17",
            "groups": ["Physics-TA", "physics-ta "],
            "email": "amy@mars.example",
            "display_name": "Amy Wong",
        }
        visitor = await log_in("Amy")
        amy = await known(hub, "amy")
        assert sorted(amy["groups"]) == ["course-db101", "physics-ta"]
        assert sorted(amy["roles"]) == ["auditor", "formgrader", "user"]
        # The operator's own roles are what the operator wrote.
        scopes = (await visitor.hub_api("GET", "user"))["scopes"]
        assert {"read:hub", "list:groups", "list:users"} <= set(scopes)
        ours = amy["auth_state"]["libretexts"]
        assert (ours["subject"], ours["email"]) == ("17", "amy@mars.example")
        assert amy["auth_state"]["user_info"]["email"] == "amy@mars.example"
        if version_info[0] >= 6:  # what JupyterHub gives to the person's server
            assert (await visitor.hub_api("GET", "user"))["user_info"]["display_name"] == "Amy Wong"

    async def test_an_admin_keeps_admin_and_user(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["ada"] = {"subject": "1", "groups": ["physics-ta"]}
        visitor = await log_in("ada")
        assert sorted((await known(hub, "ada"))["roles"]) == ["admin", "auditor", "formgrader", "user"]
        usual.people["ada"] = {"subject": "1", "groups": []}

        async def has_followed() -> bool:
            await visitor.open("home")
            return not (await known(hub, "ada"))["groups"]

        await until(has_followed, "the groups follow")
        ada = await known(hub, "ada")
        assert (sorted(ada["roles"]), ada["admin"]) == (["admin", "user"], True)

    async def test_a_denial_holds_for_admins_and_says_how_to_get_in(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        for name in ("leo", "ada"):  # allow_all is set, and ada is an admin
            usual.people[name] = {"subject": f"outside {name}", "claims": {"outside": True}}
            error = await refused(hub, name)
            assert error.status == 403
            assert "Ask your instructor for an invitation" in error.what
        usual.people["exempted"] = {"subject": "3", "claims": {"outside": True}}
        await log_in("exempted")

    async def test_who_is_blocked_is_told_so_an_admin_and_in_any_spelling(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.body = b'{"subject": "85"}'
        for name in ("zapp", "\uff3aapp", "STRAUSS"):
            error = await refused(hub, name)
            assert error.status == 403
            assert "Your account is blocked at this hub" in error.what
            assert "tell the operators" in error.what
        usual.body = b'{"subject": "86"}'
        await log_in("pardoned")
        assert "'pardoned' is in blocked_users and in c.LoginMixin.exempt" in hub.log.read_text()

    async def test_who_was_made_an_admin_stays_one_with_grants(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        """Made one on the page of admins: no login says so, and none takes it away."""
        usual.people["ada"] = {"subject": "1"}
        usual.people["hattie"] = {"subject": "87", "groups": ["physics-ta"]}
        ada, hattie = await log_in("ada"), await log_in("hattie")
        await ada.hub_api("PATCH", "users/hattie", {"admin": True})
        asked = len(usual.asked)

        async def was_checked() -> bool:
            await hattie.open("home")
            return len(usual.asked) > asked + 1

        await until(was_checked, "the login is checked")
        roles = ["admin", "auditor", "formgrader", "user"]
        assert sorted((await known(hub, "hattie"))["roles"]) == roles
        await log_in("hattie")
        assert sorted((await known(hub, "hattie"))["roles"]) == roles

    async def test_a_name_belongs_to_who_had_it_first(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["kif"] = {"subject": "40"}
        visitor = await log_in("kif")
        await log_in("kif")
        usual.people["kif"] = {"subject": "41"}

        async def is_out() -> bool:
            return (await visitor.open("home")).url.path.endswith("/login")

        await until(is_out, "a session does not outlive its owner")
        assert "belongs to another account" in (await refused(hub, "kif")).what
        usual.people["kroker"] = {"subject": "40"}
        assert 'known here as "kif"' in (await refused(hub, "kroker")).what
        assert (await known(hub, "kif"))["auth_state"]["libretexts"]["subject"] == "40"

    @pytest.mark.parametrize(
        "name",
        [
            pytest.param("fry/../leela", id="a path"),
            pytest.param("fry\u202eyrf", id="turned round"),
            pytest.param("f" * 10_000, id="10 kB"),
            pytest.param("..", id="dots"),
            pytest.param("fry\uff0fx", id="a full-width slash"),
        ],
    )
    async def test_what_is_no_name_is_refused_in_words(
        self, hub: HubProcess, usual: FakeProvider, name: str
    ) -> None:
        usual.body = b'{"subject": "66"}'
        seen = hub.log.stat().st_size
        error = await refused(hub, name)
        assert error.status == 403
        assert "can't be a name" in error.what
        (line,) = warnings_since(hub, seen)
        assert len(line) < 500

    async def test_full_width_letters_are_no_second_person(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.body = b'{"subject": "70"}'
        await log_in("fry")
        await log_in("\uff26\uff32\uff39")
        usual.body = b'{"subject": "71"}'
        assert (await refused(hub, "\uff26ry")).status == 403

    @pytest.mark.parametrize(
        ("status", "body"),
        [(200, b"not json"), (200, b"[1]"), (404, b"{}"), (200, b"{" * 5000)],
        ids=["no JSON", "a list", "unknown", "deep"],
    )
    async def test_an_answer_of_no_use_is_no_500(
        self, hub: HubProcess, usual: FakeProvider, status: int, body: bytes
    ) -> None:
        usual.status, usual.body = status, body
        seen = hub.log.stat().st_size
        error = await refused(hub, "nibbler")
        assert error.status == 503
        assert "gave an answer that this hub can't use" in error.what
        assert len(warnings_since(hub, seen)) == 1

    async def test_a_provider_that_is_down_has_a_page_and_is_left_alone(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["hermes"] = {"subject": "50"}
        usual.status = 502
        for _ in range(6):
            error = await refused(hub, "hermes")
            assert error.status == 503
            assert "does not answer at the moment" in error.what
        assert len(usual.asked) < 6
        assert value(await metrics_of(hub, TOKEN), BREAKER, host=usual.url) == BreakerState.OPEN.value
        usual.status = 200

        async def is_back() -> bool:
            try:
                await log_in("hermes")
            except VisitError:
                return False
            return True

        await until(is_back, "the breaker closes")
        assert value(await metrics_of(hub, TOKEN), BREAKER, host=usual.url) == BreakerState.CLOSED.value

    async def test_the_page_of_an_outage_comes_at_once(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["hermes"] = {"subject": "50"}
        usual.hangs = True
        took = []
        async with hub.visitor() as hermes:
            page = await hermes.open("login")
            form = page.page.form("username", "password")
            assert form is not None
            # While the breaker is open; one in between may be the try, and wait.
            for _ in range(12):
                began = time.monotonic()
                with pytest.raises(VisitError, match="does not answer at the moment"):
                    await hermes.submit(page, form, {"username": "hermes", "password": "unused"})
                took.append(time.monotonic() - began)
        assert min(took) < 0.1, took
        usual.hangs = False
        usual.release()

        async def is_back() -> bool:
            try:
                await log_in("hermes")
            except VisitError:
                return False
            return True

        await until(is_back, "the breaker closes")

    async def test_a_removal_is_seen_without_a_new_login(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["zoidberg"] = {"subject": "60", "groups": ["physics-ta"], "email": "z@decapod.example"}
        visitor = await log_in("zoidberg")
        usual.people["zoidberg"] = {"subject": "60", "groups": ["nyu:db101"]}

        async def has_followed() -> bool:
            await visitor.open("home")
            return sorted((await known(hub, "zoidberg"))["groups"]) == ["course-db101", "nyu:db101"]

        await until(has_followed, "the groups follow")
        assert (await known(hub, "zoidberg"))["roles"] == ["user"]

    async def test_who_is_out_has_to_log_in_again_and_may_not(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["bender"] = {"subject": "80"}
        visitor = await log_in("bender")
        usual.people["bender"] = {"subject": "80", "claims": {"outside": True}}

        async def is_out() -> bool:
            return (await visitor.open("home")).url.path.endswith("/login")

        await until(is_out, "the page asks for a login")
        assert (await refused(hub, "bender")).status == 403

    @pytest.mark.parametrize("status", [403, 429, 500, 503])
    async def test_a_bad_moment_keeps_people_in(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn, status: int
    ) -> None:
        usual.people["hubert"] = {"subject": "90", "groups": ["staff"]}
        visitor = await log_in("hubert")
        usual.status = status
        asked = len(usual.asked)

        async def was_checked() -> bool:
            assert not (await visitor.open("home")).url.path.endswith("/login")
            return len(usual.asked) > asked

        await until(was_checked, "the login is checked")
        assert (await known(hub, "hubert"))["groups"] == ["staff"]

    async def test_a_token_of_an_expired_login_still_reports(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["wernstrom"] = {"subject": "95"}
        visitor = await log_in("wernstrom")
        token = (await visitor.hub_api("POST", "users/wernstrom/tokens", {"note": "a server"}))["token"]
        usual.status = 401
        asked = len(usual.asked)

        async def was_checked() -> bool:
            # As a server reports that it is busy: it may not look idle because its person should log in.
            url = visitor.hub / "api/users/wernstrom/activity"
            body = {"last_activity": "2026-11-21T12:00:00Z"}
            async with hub.visitor() as server:
                await server.call("POST", url, {"Authorization": f"token {token}"}, body)
            return len(usual.asked) > asked

        await until(was_checked, "the login is checked")
        assert (await visitor.open("home")).url.path.endswith("/login")

    async def test_a_token_of_somebody_who_is_out_opens_nothing(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["mallory"] = {"subject": "96"}
        visitor = await log_in("mallory")
        token = (await visitor.hub_api("POST", "users/mallory/tokens", {"note": "kept"}))["token"]
        usual.people["mallory"] = {"subject": "96", "claims": {"outside": True}}

        async def is_refused() -> bool:
            async with hub.visitor() as program:
                try:
                    headers = {"Authorization": f"token {token}"}
                    await program.call("POST", program.hub / "api/users/mallory/server", headers, {})
                except VisitError as error:
                    return error.status == 403
            return False

        await until(is_refused, "the login is checked")
        assert "Failed to get current user" not in hub.log.read_text()

    async def test_many_requests_are_one_question(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["mom"] = {"subject": "97"}
        visitor = await log_in("mom")
        await asyncio.sleep(1.1)  # auth_refresh_age, in whole seconds
        usual.seconds, asked = 0.5, len(usual.asked)
        await asyncio.gather(*(visitor.hub_api("GET", "users/mom") for _ in range(8)))
        assert len(usual.asked) - asked == 1

    async def test_a_server_that_hangs_keeps_people_in(
        self, hub: HubProcess, usual: FakeProvider, log_in: LogIn
    ) -> None:
        usual.people["hubert"] = {"subject": "90", "groups": ["staff"]}
        visitor = await log_in("hubert")
        asked, usual.hangs = len(usual.asked), True

        async def was_checked() -> bool:
            assert not (await visitor.open("home")).url.path.endswith("/login")
            return len(usual.asked) > asked

        await until(was_checked, "the login is checked")
        assert (await known(hub, "hubert"))["groups"] == ["staff"]

    async def test_numbers_for_prometheus(self, hub: HubProcess, usual: FakeProvider, log_in: LogIn) -> None:
        before = await metrics_of(hub, TOKEN)
        usual.people["scruffy"] = {"subject": "99"}
        await log_in("scruffy")
        usual.people["scruffy"] = {"subject": "98"}
        await refused(hub, "scruffy")
        usual.status = 404
        await refused(hub, "scruffy")
        after = await metrics_of(hub, TOKEN)

        def grew(name: str, **labels: str) -> float:
            return value(after, name, **labels) - value(before, name, **labels)

        assert grew("libretexts_logins_total", outcome="done") == 1
        assert grew("libretexts_logins_total", outcome="failed") == 1
        assert grew("libretexts_denials_total", cause="bound") == 1
        assert grew("libretexts_upstream_seconds_count", host=usual.url, outcome="200") >= 2
        assert grew("libretexts_upstream_seconds_count", host=usual.url, outcome="404") == 1
        assert value(after, BREAKER, host=usual.url) == BreakerState.CLOSED.value


def warnings_since(hub: HubProcess, offset: int) -> list[str]:
    """Lines of the log above INFO, without those of the access log, of checks of who is in already, and of
    JupyterHub's own clock, which a busy machine sets off."""
    text = hub.log.read_bytes()[offset:].decode()
    lines = re.findall(r"^\[[WEC] .*$", text, re.MULTILINE)
    return [line for line in lines if not any(each in line for each in (" log:", " refresh:", " metrics:"))]
