"""Do people log in at one hub with several providers, each under a name that no other can give?"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub.demo.browser import VisitError
from tests.security.guest import Guest
from tests.servers.fake_github import CLIENT_ID, CLIENT_SECRET, FakeGitHub
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments
from tests.servers.login_hub import KEYS, Newcomer
from tests.servers.oidc import CLIENT, SECRET, FakeOpenIDProvider
from tests.servers.slapd import BASE, PEOPLE, READER_DN, READER_PASSWORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
SEVERAL = "libretexts_hub.hub.authenticators.several.SeveralAuthenticator"
PROVIDERS = {
    "github": {"class": "libretexts-github"},
    "campus": {"class": "libretexts-ldap", "name": "your campus account", "prefix": ""},
    "open": {"class": "libretexts-oidc", "name": "Open <University>"},
}
GRANTS = [{"group": "heads", "role": "ward-reader", "scopes": ["list:users"]}]
COURSES = """
courses:
  db101: {instructors: [fry], members: {people: ["github-fry"]}}
"""


def settings(
    github: FakeGitHub, oidc: FakeOpenIDProvider, clinic: FakeOpenIDProvider, slapd, courses: str
) -> dict[str, object]:
    # A second one of a class: what is its own stands beside it, the rest in the section of both.
    own = {"issuer": clinic.issuer, "allowed_groups": {"wards"}}
    return {
        "JupyterHub.authenticator_class": SEVERAL,
        "JupyterHub.load_roles": [],
        "SeveralAuthenticator.providers": PROVIDERS
        | {"clinic": {"class": "libretexts-oidc", "name": "the clinic", "settings": own}},
        "LoginMixin.grants": GRANTS,
        "Authenticator.enable_auth_state": True,
        "Authenticator.allow_all": False,
        "Authenticator.admin_users": {"fry", "open-dean"},
        "Authenticator.auth_refresh_age": 1,
        "LoginMixin.refresh_cache": "0s",
        "LoginMixin.courses_file": courses,
        "GitHubOrgAuthenticator.client_id": CLIENT_ID,
        "GitHubOrgAuthenticator.client_secret": CLIENT_SECRET,
        "GitHubOrgAuthenticator.github_url": github.url,
        "GitHubOrgAuthenticator.github_api": github.api,
        "GitHubOrgAuthenticator.allowed_organizations": ["ships"],
        "GitHubOrgAuthenticator.group_organizations": "all",
        "OIDCGroupAuthenticator.issuer": oidc.issuer,
        "OIDCGroupAuthenticator.client_id": CLIENT,
        "OIDCGroupAuthenticator.client_secret": SECRET,
        "OIDCGroupAuthenticator.manage_groups": True,
        "OIDCGroupAuthenticator.auth_model_groups_key": "oauth_user.groups",
        "OIDCGroupAuthenticator.allowed_groups": {"staff"},
        "LDAPAuthenticator.server_address": "127.0.0.1",
        "LDAPAuthenticator.server_port": slapd.tls_port,
        "LDAPAuthenticator.tls_strategy": "on_connect",
        "LDAPAuthenticator.tls_kwargs": {"ca_certs_file": str(slapd.ca_file)},
        "LDAPAuthenticator.lookup_dn": True,
        "LDAPAuthenticator.lookup_dn_search_user": READER_DN,
        "LDAPAuthenticator.lookup_dn_search_password": READER_PASSWORD,
        "LDAPAuthenticator.user_search_base": BASE,
        "LDAPAuthenticator.user_attribute": "uid",
        "LDAPAuthenticator.group_search_base": BASE,
        "LDAPAuthenticator.allowed_groups": [f"cn=ship_crew,{PEOPLE}"],
    }


class Site:
    def __init__(
        self, hub: HubProcess, github: FakeGitHub, oidc: FakeOpenIDProvider, clinic: FakeOpenIDProvider
    ) -> None:
        self.hub, self.github, self.oidc, self.clinic = hub, github, oidc, clinic

    def browser(self) -> Newcomer:
        return Newcomer(self.hub.url)

    async def in_with(self, person: Newcomer, slug: str) -> dict:
        """Log in with one that sends people there and back."""
        await person.open(f"{slug}/oauth_login?next=/hub/home")
        return await person.hub_api("GET", "user")

    async def campus(self, person: Newcomer, name: str, password: str) -> dict:
        answer = await person.open("campus/login?next=/hub/home")
        form = answer.page.form("username", "password")
        answer = await person.submit(answer, form, {"username": name, "password": password})
        if answer.page.form("username", "password"):
            raise answer.refusal()
        return await person.hub_api("GET", "user")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(slapd, tmp_path_factory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("several")
    (folder / "courses.yaml").write_text(COURSES)
    async with FakeGitHub() as github, FakeOpenIDProvider() as oidc, FakeOpenIDProvider() as clinic:
        github.organization("ships", 1)
        github.person("fry", 11, "ships")
        github.person("kif", 12)
        written = settings(github, oidc, clinic, slapd, str(folder / "courses.yaml"))
        hub = HubProcess(folder / "hub", spawner="simple", extra=assignments(written) + KEYS)
        try:
            await hub.start()
            yield Site(hub, github, oidc, clinic)
        finally:
            hub.close()


async def test_the_login_page_has_a_button_for_each(site):
    async with site.browser() as person:
        page = (await person.open("login?next=/hub/token")).html
    assert page.index("Sign in with GitHub") < page.index("Sign in with your campus account")
    assert "Open &lt;University&gt;" in page
    assert "/hub/open/oauth_login?next=" in page


async def test_one_name_at_three_providers_is_three_people(site):
    site.github.signed_in = "fry"
    site.oidc.person = {"sub": "1", "preferred_username": "fry", "groups": ["staff"]}
    async with site.browser() as one, site.browser() as two, site.browser() as three:
        at_github = await site.in_with(one, "github")
        at_open = await site.in_with(two, "open")
        at_campus = await site.campus(three, "fry", "fry")
    assert [each["name"] for each in (at_github, at_open, at_campus)] == ["github-fry", "open-fry", "fry"]
    # What is written down about a name is about the hub's: neither rights nor courses go to a namesake.
    assert [each["admin"] for each in (at_github, at_open, at_campus)] == [False, False, True]
    assert set(at_github["groups"]) == {"ships", "course-db101"}
    assert set(at_open["groups"]) == {"staff"}
    assert "course-db101-instructors" in at_campus["groups"]
    assert "ship_crew" in at_campus["groups"]


async def test_two_providers_of_one_class_are_two(site):
    """Each lets in its own groups, and the second does not take the answers of the first."""
    site.oidc.person = {"sub": "7", "preferred_username": "zapp", "groups": ["wards"]}
    site.clinic.person = {"sub": "7", "preferred_username": "zapp", "groups": ["wards", "heads"]}
    async with site.browser() as one, site.browser() as two:
        with pytest.raises(VisitError) as refused:
            await site.in_with(one, "open")
        told = await site.in_with(two, "clinic")
        users = await two.hub_api("GET", "users")
    assert "for members of staff" in refused.value.what
    assert (told["name"], set(told["groups"])) == ("clinic-zapp", {"wards", "heads"})
    # What `grants` gives a group, whoever says that the person is in it.
    assert "ward-reader" in told["roles"]
    assert "clinic-zapp" in {each["name"] for each in users}


async def test_who_calls_themselves_as_another_is_called_is_nobody_else(site):
    site.oidc.person = {"sub": "2", "preferred_username": "open-dean", "groups": ["staff"]}
    async with site.browser() as person:
        told = await site.in_with(person, "open")
    assert (told["name"], told["admin"]) == ("open-open-dean", False)


async def test_an_admin_of_a_provider_with_a_prefix(site):
    site.oidc.person = {"sub": "3", "preferred_username": "dean"}
    async with site.browser() as person:
        told = await site.in_with(person, "open")
    assert (told["name"], told["admin"]) == ("open-dean", True)


async def test_who_may_not_is_told_in_the_words_of_their_provider(site):
    site.github.signed_in = "kif"
    async with site.browser() as kif:
        with pytest.raises(VisitError) as refused:
            await site.in_with(kif, "github")
    assert "ships" in refused.value.what
    async with site.browser() as person:
        with pytest.raises(VisitError):
            await site.campus(person, "fry", "wrong")


async def test_a_check_goes_to_the_provider_that_the_person_came_from(site):
    site.oidc.person = {"sub": "4", "preferred_username": "hermes", "groups": ["staff", "limbo"]}
    async with site.browser() as person:
        told = await site.in_with(person, "open")
        assert set(told["groups"]) == {"staff", "limbo"}
        site.oidc.people["4"] = site.oidc.people["4"] | {"groups": ["staff"]}
        end = time.monotonic() + 20
        while "limbo" in (await person.hub_api("GET", "user"))["groups"]:
            assert time.monotonic() < end
            await asyncio.sleep(0.2)
        site.oidc.people["4"] = site.oidc.people["4"] | {"groups": []}
        while "open-hermes has to log in again (denied)" not in site.hub.log.read_text():
            assert time.monotonic() < end
            await asyncio.sleep(0.2)
            try:
                await person.open("home")
            except VisitError:
                break
    assert "open-hermes has to log in again" in site.hub.log.read_text()


@pytest.mark.parametrize(
    ("providers", "words"),
    [
        pytest.param({"a": {"class": "libretexts-none"}}, "can't be loaded", id="unknown"),
        pytest.param({"a": {"class": "jupyterhub.auth.DummyAuthenticator"}}, "LoginMixin", id="not ours"),
        pytest.param({"a": {"class": "libretexts-ldap"}}, "bind_dn_te", id="of the class itself"),
    ],
)
async def test_a_wrong_line_stops_the_hub(providers, words, tmp_path):
    written = {
        "JupyterHub.authenticator_class": SEVERAL,
        "SeveralAuthenticator.providers": providers,
        "JupyterHub.load_roles": [],
    }
    hub = HubProcess(tmp_path / "hub", spawner="simple", extra=assignments(written))
    code, said = await asyncio.to_thread(hub.run_to_exit)
    assert code == 2
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize("place", ["login", "login?next=/hub/home&code=abc&state=x", "campus/login"])
async def test_a_form_without_a_name_is_refused_in_words(site, place):
    """JupyterHub has a form at /hub/login also where none of its pages shows one."""
    guest = Guest(site.hub.url)
    await asyncio.to_thread(guest.get, "login")
    answer = await asyncio.to_thread(guest.form, place, [("password", "x"), ("code", "abc")])
    assert answer.status_code == 400
    assert " 500 POST " not in site.hub.log.read_text()
