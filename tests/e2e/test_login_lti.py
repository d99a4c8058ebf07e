"""Does the sample for LTI 1.3 of the operators' page log people in who come from a course?

The platform is a fake: it signs launches as the standard says (https://www.imsglobal.org/spec/security/v1p0/,
5.1), and has no courses of its own. What `ltiauthenticator` does is its own; what is said of people is ours.
"""

from __future__ import annotations

import re
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from yarl import URL

from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments
from tests.servers.login_hub import KEYS, Newcomer
from tests.servers.oidc import FakeOpenIDProvider

pytest.importorskip("ltiauthenticator", reason="jupyterhub-ltiauthenticator is not installed")
pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = Path(__file__).parents[2] / "docs/operators/login.md"
CLIENT, CLAIM = "125900000000000085", "https://purl.imsglobal.org/spec/lti/claim/"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
AMY = {"sub": "a6d5", "email": "Amy@a.example", "name": "Amy Wong"}


def sample() -> str:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if block.startswith("# LTI 1.3"))


class Platform:
    """A fake Canvas with one course, and a hub that people open from it."""

    def __init__(self, hub: HubProcess, keys: FakeOpenIDProvider) -> None:
        self.hub, self.keys = hub, keys

    @asynccontextmanager
    async def browser(self):
        async with Newcomer(self.hub.url) as newcomer:
            yield newcomer

    async def begin(self, newcomer: Newcomer) -> dict[str, str]:
        """Click on the link in the course; what the hub then asks the platform."""
        asked = {
            "iss": self.keys.issuer,
            "login_hint": "7",
            "target_link_uri": f"{self.hub.url}/hub/home",
            "client_id": CLIENT,
        }
        there = await newcomer._location(URL(f"{self.hub.url}/hub/lti13/oauth_login").with_query(asked))
        assert there.query["response_mode"] == "form_post"
        return dict(there.query)

    def token(self, asked: dict[str, str], *, foreign: bool = False, **claims: object) -> str:
        now = int(time.time())
        launch = {
            "iss": self.keys.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            CLAIM + "version": "1.3.0",
            CLAIM + "message_type": "LtiResourceLinkRequest",
            CLAIM + "deployment_id": "1",
            CLAIM + "target_link_uri": f"{self.hub.url}/hub/home",
            CLAIM + "resource_link": {"id": "link"},
            CLAIM + "roles": [LEARNER],
            CLAIM + "context": {"id": "DB101"},
        }
        kept = {name: each for name, each in {**launch, **claims}.items() if each is not None}
        return self.keys.keys.sign(kept, foreign=foreign)

    async def post(self, newcomer: Newcomer, asked: dict[str, str], token: str) -> tuple[int, str]:
        """The form that the platform lets the browser send."""
        form = {"id_token": token, "state": asked["state"]}
        async with newcomer.request(
            "POST", URL(asked["redirect_uri"]), data=form, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def launch(self, newcomer: Newcomer, **claims: object) -> dict:
        """All of it; what the hub then says of the person."""
        asked = await self.begin(newcomer)
        status, said = await self.post(newcomer, asked, self.token(asked, **claims))
        assert status == 302, said
        await newcomer.open("home")
        return await newcomer.hub_api("GET", "user")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory):
    async with FakeOpenIDProvider() as keys:
        folder = tmp_path_factory.mktemp("lti")
        (folder / "courses.yaml").write_text("courses: {db101: {members: {groups: ['lti:db101']}}}")
        here = {
            "LTI13Authenticator.issuer": keys.issuer,
            "LTI13Authenticator.authorize_url": f"{keys.url}/authorize",
            "LTI13Authenticator.jwks_endpoint": f"{keys.url}/oauth2/certs",
            "LoginMixin.courses_file": str(folder / "courses.yaml"),
            "Authenticator.auth_refresh_age": 1,
        }
        extra = sample() + assignments(here) + KEYS
        hub = HubProcess(folder / "hub", spawner="simple", extra=extra, preloaded=True)
        try:
            await hub.start()
            yield Platform(hub, keys)
        finally:
            hub.close()


async def test_a_launch_logs_in_with_the_course_as_a_group(platform):
    async with platform.browser() as amy:
        person = await platform.launch(amy, **AMY)
        assert (person["name"], sorted(person["groups"])) == ("amy@a.example", ["course-db101", "lti:db101"])
        again = await platform.launch(amy, **AMY, **{CLAIM + "roles": [INSTRUCTOR]})
        assert "lti:db101:instructors" in again["groups"]
        elsewhere = await platform.launch(amy, **AMY, **{CLAIM + "context": None})
        assert elsewhere["groups"] == []
    assert f"now belongs to a6d5 of lti:{platform.keys.issuer}" in platform.hub.log.read_text()


async def test_an_address_that_somebody_else_has_now(platform):
    async with platform.browser() as amy, platform.browser() as other:
        await platform.launch(amy, **AMY)
        asked = await platform.begin(other)
        status, said = await platform.post(other, asked, platform.token(asked, **AMY | {"sub": "b7e6"}))
    assert status == 403
    assert "belongs to another account" in said


async def test_who_has_no_name_is_told_so(platform):
    async with platform.browser() as nobody:
        asked = await platform.begin(nobody)
        token = platform.token(asked, email="x@a.example")
        status, said = await platform.post(nobody, asked, token)
    assert status == 403
    assert "does not tell this hub who you are" in said


async def test_what_the_platform_did_not_say_is_refused(platform):
    async with platform.browser() as amy, platform.browser() as eve:
        asked = await platform.begin(amy)
        assert (await platform.post(amy, asked, platform.token(asked, foreign=True, **AMY)))[0] == 400
        asked = await platform.begin(amy)
        token = platform.token(asked, **AMY)
        assert (await platform.post(eve, asked, token))[0] == 400, "in another browser"
        assert (await platform.post(amy, asked, token))[0] == 302
        assert (await platform.post(amy, asked, token))[0] == 400, "a second time"
    assert token not in platform.hub.log.read_text()
