"""Does a person get in, or learn why not, where others say who they are: one service, or a choice of them?"""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.servers import axe
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.login_hub import login_hub
from tests.servers.oidc import CLIENT, SECRET, FakeOpenIDProvider

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
INSTALL = """
from libretexts_hub.hub.pages import install
c.LibreTextsPages.login_hints = {"North University": "With your student number.", "": "Only guests."}
c.LibreTextsPages.contact = "help@example.edu"
install(c)
"""
# A second service of the same kind needs a class of its own, so that it has a name of its own.
SEVERAL = """
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from oauthenticator.generic import GenericOAuthenticator

class North(GenericOAuthenticator):
    login_service = "North University"

class South(GenericOAuthenticator):
    login_service = "South College"

def back(path):
    return c.JupyterHub.bind_url + f"/hub/{{path}}/oauth_callback"

service = dict(client_id={client!r}, client_secret={secret!r}, username_claim="preferred_username",
    authorize_url="{url}/authorize", token_url="{url}/oauth2/token", userdata_url="{url}/oauth2/userinfo",
    scope=["openid"])
c.JupyterHub.authenticator_class = "multiauthenticator.multiauthenticator.MultiAuthenticator"
c.MultiAuthenticator.allow_all = True
c.Authenticator.admin_users = set()
of_north = dict(allow_all=True, oauth_callback_url=back("north"), **service)
of_south = dict(allow_all=False, allowed_users={{"dean"}}, oauth_callback_url=back("south"), **service)
of_guests = dict(user_password={password!r}, allow_all=True)
c.MultiAuthenticator.authenticators = [
    dict(authenticator_class=North, url_prefix="/north", config=of_north),
    dict(authenticator_class=South, url_prefix="/south", config=of_south),
    dict(authenticator_class=SharedPasswordAuthenticator, url_prefix="/guests", config=of_guests),
]
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider():
    async with FakeOpenIDProvider() as fake:
        yield fake


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def several(provider, tmp_path_factory):
    """A hub where people choose how to sign in: two services, or a password."""
    more = SEVERAL.format(client=CLIENT, secret=SECRET, url=provider.url, password=PASSWORD) + INSTALL
    hub = HubProcess(tmp_path_factory.mktemp("several"), spawner="simple", extra=more, preloaded=True)
    try:
        await hub.start()
        hub.base, hub.path = f"{hub.url}/hub", "/hub"
        yield hub
    finally:
        hub.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def one(provider, tmp_path_factory):
    """A hub that sends people to its one service at once, and lets in who is in a group there."""
    settings = {
        "issuer": provider.issuer,
        "manage_groups": True,
        "groups_claim": "groups",
        "allowed_groups": {"staff"},
        "auto_login": True,
    }
    folder = tmp_path_factory.mktemp("one")
    hub = login_hub(folder, "libretexts-oidc", "OIDCGroupAuthenticator", settings, more=INSTALL)
    try:
        await hub.start()
        hub.base, hub.path = f"{hub.url}/hub", "/hub"
        yield hub
    finally:
        hub.close()


async def test_a_choice_of_services_with_a_hint_for_each(window, several, provider):
    person = await window(several)
    await person.open("login?next=%2Fhub%2Ftoken")
    assert await person.text("h1") == "Sign in"
    told = await person.text(".lt-services")
    assert "Sign in with North University With your student number." in told
    assert "Sign in with South College Only guests." in told
    assert "Sign in with a password" in told
    assert await axe.violations(person.page) == []
    provider.person = {"sub": "1", "preferred_username": "amy"}
    await person.page.click("text=Sign in with North University")
    await person.page.wait_for_url("**/hub/token")
    assert await person.text(".lt-who") == "north university:amy"
    assert [told for told in person.trouble if provider.url not in told] == []


async def test_who_is_not_allowed_by_one_service_is_told_and_may_take_another(window, several, provider):
    person = await window(several)
    provider.person = {"sub": "2", "preferred_username": "ben"}
    await person.open("login?next=%2Fhub%2Fhome")
    await person.page.click("text=Sign in with South College")
    assert await person.text("h1") == "That is not open to you"
    assert "help@example.edu" in await person.text("main")
    assert await axe.violations(person.page) == []
    await person.page.click(".lt-actions >> text=Sign in")
    await person.open("login?next=%2Fhub%2Fhome")
    await person.page.click("text=Sign in with a password")
    await person.page.fill("input[name=username]", "ben")
    await person.page.fill("input[type=password]", "wrong")
    await person.page.click("#login_submit")
    assert await person.text("#login_error") == "The user name or the password is wrong."
    await person.page.fill("input[type=password]", PASSWORD)
    await person.page.click("#login_submit")
    await person.page.wait_for_selector("#logout")


async def test_a_denied_login_says_why_in_the_words_of_the_hub(window, one, provider):
    person = await window(one, locale="es")
    provider.person = {"sub": "3", "preferred_username": "carl", "groups": ["guests"]}
    answer = await person.open("login")
    assert answer.status == 403
    assert await person.text("h1") == "No tiene acceso a esto"
    assert "carl" not in await person.page.title()
    assert await person.page.locator("[role=alert]").count() == 1
    number = await person.text(".lt-request")
    assert f"Request {number}: status 403" in one.log.read_text()
    assert await axe.violations(person.page) == []


async def test_who_logs_out_is_not_signed_in_again_at_once(window, one, provider):
    person = await window(one)
    provider.person = {"sub": "4", "preferred_username": "dora", "groups": ["staff"]}
    await person.open("home")
    assert await person.text(".lt-who") == "dora"
    await person.page.click("#logout")
    await person.page.wait_for_selector("h1:text-is('You are logged out')")
    assert await axe.violations(person.page) == []
    await person.page.click("text=Sign in again")
    await person.page.wait_for_selector(".lt-who")
    assert [told for told in person.trouble if provider.url not in told] == []
