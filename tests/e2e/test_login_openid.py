"""Do the samples for Keycloak, Entra ID and plain OAuth of the operators' page work on a real hub?"""

import asyncio
import contextlib
import re
import time
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from libretexts_hub.demo.browser import VisitError
from tests.servers.login_hub import LoginSite, login_hub
from tests.servers.oidc import CLIENT, FakeOpenIDProvider

PAGE = Path(__file__).parents[2] / "docs/operators/login-cilogon.md"
AUTHENTICATOR = "libretexts-oidc"
SECTION = "OIDCGroupAuthenticator"
AMY = {"email": "amy@a.example", "name": "Amy Wong"}

SAMPLES = ["Keycloak", "Microsoft Entra ID", "Plain OAuth"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def sample(provider):
    """The settings of a sample of the page, for this provider."""
    block = next(
        each
        for each in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
        if f"# {provider}" in each
    )
    config = yaml.safe_load(block)["hub"]["config"]
    assert config["JupyterHub"] == {"authenticator_class": AUTHENTICATOR}
    assert config["Authenticator"]["enable_auth_state"]
    return config[SECTION]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SAMPLES)
async def running(request, tmp_path_factory):
    async with FakeOpenIDProvider() as fake:
        here = {"issuer": fake.issuer, "client_id": CLIENT}
        if request.param == "Plain OAuth":
            places = ("authorize", "oauth2/token", "oauth2/userinfo")
            names = ("authorize_url", "token_url", "userdata_url")
            here = {name: f"{fake.url}/{place}" for name, place in zip(names, places, strict=True)}
        settings = sample(request.param) | here | {"client_id": CLIENT}
        settings = {"manage_groups": True, "login_service": request.param} | settings
        del settings["oauth_callback_url"]  # the hub knows its own
        hub = login_hub(tmp_path_factory.mktemp("hub"), AUTHENTICATOR, SECTION, settings)
        try:
            await hub.start()
            yield LoginSite(hub, fake)
        finally:
            hub.close()


@pytest.fixture
def site(running):
    running.begin()
    return running


def person_at(site, number="1", name="amy@a.example", **more):
    """The claims of somebody in the group of the sample."""
    text = site.hub._config.read_text()
    claims = AMY | {"sub": number, "preferred_username": name, "groups": ["/jupyter", "/physics/ta"]}
    if "login_service = 'Plain OAuth'" in text:
        site.provider.does.has_id_token = False
        del claims["preferred_username"]
        claims |= {"id": int(number), "login": name}
    elif "login_service = 'Microsoft Entra ID'" in text:
        # Entra's userinfo has no groups, and its subject is another one for every application.
        site.provider.in_id_token = ("groups", "oid", "tid", "preferred_username", "name")
        group = "2c3f9e2a-0000-4000-8000-5d6c1a2b3c4d"
        claims |= {"oid": f"oid-{number}", "tid": "tenant", "groups": [group]}
    return claims | more


async def test_a_login_with_what_the_sample_says(site):
    claims = person_at(site, name="Amy@a.example")
    async with site.browser(**claims) as amy:
        person = await amy.log_in()
    assert person["name"] == "amy@a.example"
    asked = next(each for each in site.provider.asked if each.path == "/authorize")
    assert ("nonce" in asked.query) == site.provider.does.has_id_token
    assert f"Scopes asked for at every login: {asked.query['scope']}" in site.hub.log.read_text()
    assert set(person["groups"]) == {name.removeprefix("/") for name in claims["groups"]}
    site.check_secrets()


async def test_somebody_without_the_group(site):
    async with site.browser(**person_at(site, "2", groups=["other"])) as other:
        page = await other.refused()
    assert page.status == 403
    assert "This hub is for members of" in page.what
    assert "Ask those who gave you its address" in page.what
    assert len(site.warnings()) == 1
    site.check_secrets(page)


async def test_who_leaves_the_group_that_admits_is_out_at_the_next_check(site):
    claims = person_at(site, "6", "hermes@a.example")
    async with site.browser(**claims) as hermes:
        await hermes.log_in()
        site.provider.people["6"] = site.provider.person = claims | {"groups": ["elsewhere"]}
        site.provider.revoke()
        deadline = time.monotonic() + 30
        while "hermes@a.example has to log in again (denied)" not in site.logged():
            assert time.monotonic() < deadline
            with contextlib.suppress(VisitError):  # the page goes to the provider, and comes back refused
                await hermes.open("home")
            await asyncio.sleep(0.3)
        page = await hermes.refused()
    assert page.status == 403
    assert "This hub is for members of" in page.what


async def test_a_right_that_was_not_granted_is_named(site):
    site.provider.does.granted = "openid email groups"
    claims = person_at(site, "7", "scruffy@a.example")
    lacks = "did not give this hub the right to see your name (profile)"
    async with site.browser(**claims) as scruffy:
        await scruffy.log_in()
    assert lacks in site.logged()
    async with site.browser(**person_at(site, "8", groups=["other"])) as other:
        page = await other.refused()
    assert lacks in page.what
    site.check_secrets(page)


async def test_a_check_follows_the_provider_with_tokens_that_are_good_once(site):
    claims = person_at(site, "3", "fry@a.example")
    async with site.browser(**claims) as fry:
        await fry.log_in()
        for group in ("chemistry", "biology"):
            site.provider.people["3"] = claims | {"groups": [claims["groups"][0], group]}
            site.provider.revoke()  # the access token has to be exchanged
            deadline = time.monotonic() + 20
            while group not in (groups := (await fry.hub_api("GET", "user"))["groups"]):
                assert time.monotonic() < deadline, groups
                await asyncio.sleep(0.3)
    site.check_secrets()


async def test_a_name_that_another_id_has_now(site):
    claims = person_at(site, "4", "kif@a.example")
    async with site.browser(**claims) as kif:
        await kif.log_in()
    async with site.browser(**person_at(site, "5", "kif@a.example")) as other:
        page = await other.refused()
    assert "belongs to another account" in page.what
    site.check_secrets(page)


async def test_a_provider_that_is_away(site):
    site.provider.does.statuses = {"/token": 503}
    async with site.browser(**person_at(site)) as amy:
        page = await amy.refused()
    assert page.status == 503
    assert "does not answer" in page.what
    site.check_secrets(page)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"login": None, "preferred_username": None}, "does not tell this hub your name"),
        ({"login": ["amy"], "preferred_username": ["amy"]}, "does not tell this hub your name"),
        ({"login": "a/../b", "preferred_username": "a/../b"}, "can't be a name"),
        ({"login": "a\0b", "preferred_username": "a\0b"}, "can't be a name"),
        ({"login": "a" * 10_000, "preferred_username": "a" * 10_000}, "can't be a name"),
        ({"id": None, "oid": None, "sub": ""}, "does not say which account this is"),
        ({"id": {"a": 1}, "oid": ["x"], "sub": ""}, "does not say which account this is"),
    ],
)
async def test_claims_of_no_use(site, claims, said):
    if "login_service = 'Keycloak'" in site.hub._config.read_text() and "sub" in claims:
        pytest.skip("the fake knows people by this claim")
    known = person_at(site, "9", "zapp@a.example")
    if site.provider.in_id_token:  # a provider's userinfo is about the one whom its id_token names
        claims = {name: value for name, value in claims.items() if name != "sub"}
    async with site.browser(**{**known, **{name: claims[name] for name in claims if name in known}}) as zapp:
        page = await zapp.refused()
    assert page.status == 403
    assert said in page.what
    assert len(site.warnings()) == 1
    site.check_secrets(page)
