"""Does a person get through a real hub with Google, with the groups of a Workspace, and nobody else?"""

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub.demo.browser import VisitError
from tests.servers.fake_google import FakeGoogle, quota_error
from tests.servers.login_hub import LoginSite, login_hub

if TYPE_CHECKING:
    from tests.servers.hub import HubProcess

AUTHENTICATOR = "libretexts-google"
SECTION = "GoogleGroupAuthenticator"
MEMBERS = {
    "team@a.example": ["amy@a.example"],
    "team@b.example": ["amy@a.example", "leela@a.example"],
    "ships@a.example": ["crew@a.example"],
    "crew@a.example": ["amy@a.example", "ships@a.example"],
    "staff@a.example": ["hermes@a.example", "fixer@a.example"],
}
AMY = {"sub": "1001", "email": "Amy@a.example", "email_verified": True, "hd": "a.example", "name": "Amy Wong"}
HERMES = AMY | {"sub": "1002", "email": "hermes@a.example"}
GUEST = {"sub": "1003", "email": "guest@gmail.example", "email_verified": True}

pytestmark = pytest.mark.asyncio(loop_scope="module")


def settings(google, key):
    return {
        "issuer": google.issuer,
        "google_api_url": google.url,
        "authorize_url": f"{google.url}/o/oauth2/v2/auth",
        "directory_url": google.url,
        "hosted_domain": ["a.example"],
        "google_service_account_keys": {"a.example": str(key)},
        "gsuite_administrator": {"a.example": "root"},
        "allowed_google_groups": {"a.example": {"ships", "staff"}},
        "admin_google_groups": {"a.example": {"staff"}},
        "include_nested_groups": True,
        "allowed_emails": {"Guest@gmail.example"},
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory):
    async with FakeGoogle(dict(MEMBERS)) as google:
        folder = tmp_path_factory.mktemp("hub")
        key = google.key_file(folder)
        more = "c.LoginMixin.exempt = ['fixer']\n"
        hub = login_hub(folder / "hub", AUTHENTICATOR, SECTION, settings(google, key), more=more)
        try:
            await hub.start()
            yield LoginSite(hub, google)
        finally:
            hub.close()


@pytest.fixture
def site(running):
    running.begin()
    running.provider.members = {name: list(members) for name, members in MEMBERS.items()}
    return running


async def test_a_login_with_nested_groups_of_two_domains(site):
    async with site.browser(**AMY) as amy:
        person = await amy.log_in()
    assert person["name"] == "amy"
    assert set(person["groups"]) == {"team@a.example", "team@b.example", "crew@a.example", "ships@a.example"}
    assert not person["admin"]
    asked = next(each for each in site.provider.asked if each.path.endswith("/auth"))
    assert asked.query["access_type"] == "offline"
    assert set(asked.query["scope"].split()) == {"openid", "email", "profile"}
    site.check_secrets()


async def test_userinfo_and_groups_are_asked_for_at_once(site):
    async with site.browser(**AMY) as amy:
        await amy.log_in()
    site.provider.does.latency = 0.3
    async with site.browser(**AMY) as amy:
        back = await amy.way_back()
        site.provider.most_running = 0
        await amy.open(back)
    assert site.provider.most_running >= 3, "userinfo, the list of groups, and a nested one"


async def test_who_moved_to_another_workspace_is_out_at_the_next_check(site):
    async with site.browser(**AMY | {"sub": "1010", "email": "nibbler@a.example"}) as nibbler:
        site.provider.members["staff@a.example"] = ["nibbler@a.example"]
        await nibbler.log_in()
        site.provider.people["1010"] = site.provider.people["1010"] | {"hd": "b.example"}
        deadline = time.monotonic() + 20
        while "nibbler has to log in again (denied)" not in site.logged():
            assert time.monotonic() < deadline
            await nibbler.open("home")
            await asyncio.sleep(0.3)
        page = await nibbler.refused()
    assert "Only accounts of a.example" in page.what


async def test_an_account_that_was_suspended_is_out_at_the_next_check(site):
    async with site.browser(**AMY | {"sub": "1011", "email": "scruffy@a.example"}) as scruffy:
        site.provider.members["staff@a.example"] = ["scruffy@a.example"]
        await scruffy.log_in()
        # Google ends all tokens of an account that an administrator suspends.
        site.provider.revoke()
        site.provider.refresh_tokens.clear()
        deadline = time.monotonic() + 20
        while "scruffy has to log in again (expired)" not in site.logged():
            assert time.monotonic() < deadline
            await scruffy.open("home")
            await asyncio.sleep(0.3)


async def test_an_admin_and_a_guest(site):
    async with site.browser(**HERMES) as hermes:
        assert (await hermes.log_in())["admin"] is True
    async with site.browser(**GUEST) as guest:
        person = await guest.log_in()
    assert person["name"] == "guest@gmail.example"
    assert person["groups"] == []
    site.check_secrets()


async def test_a_denial_does_not_hold_for_who_is_exempt_by_name(site):
    async with site.browser(**AMY | {"sub": "1004", "email": "fixer@a.example", "hd": "b.example"}) as fixer:
        assert (await fixer.log_in())["name"] == "fixer"


async def test_a_name_that_was_given_to_somebody_else_is_refused(site):
    async with site.browser(**AMY) as amy:
        await amy.log_in()
    async with site.browser(**AMY | {"sub": "2001"}) as other:
        page = await other.refused()
    assert page.status == 403
    site.check_secrets(page)


QUOTA = {"statuses": {"/v1/groups": 403}, "bodies": {"/v1/groups": quota_error()}}
REFUSED = {
    "domain": (AMY | {"hd": "b.example"}, {}, 403, "Only accounts of a.example"),
    "no-workspace": ({k: v for k, v in AMY.items() if k != "hd"}, {}, 403, "Only accounts of a.example"),
    "address-alone": (GUEST | {"email": "eve@a.example"}, {}, 403, "Only accounts of a.example"),
    "admin-of-another-domain": (HERMES | {"hd": "b.example"}, {}, 403, "Only accounts of a.example"),
    "unverified": (AMY | {"email_verified": False}, {}, 403, "has not verified your address"),
    "unverified-guest": (GUEST | {"email_verified": False}, {}, 403, "has not verified your address"),
    "unverified-as-a-text": (AMY | {"email_verified": "false"}, {}, 403, "has not verified your address"),
    "no-address": ({"sub": "1", "hd": "a.example"}, {}, 403, "no address of yours"),
    "address-is-none": (AMY | {"email": "amy@a@b"}, {}, 403, "no address of yours"),
    "signature": (AMY, {"is_foreign_key": True}, 400, "could not be trusted"),
    "nonce": (AMY, {"changes": {"nonce": "x"}}, 400, "could not be trusted"),
    "no-token": (AMY, {"bodies": {"/v4/token": {}}}, 503, "can't use"),
    "no-group": (AMY | {"sub": "1", "email": "zapp@a.example"}, {}, 403, "This hub is for members of ships@"),
    "NUL": (AMY | {"sub": "1", "email": "a\0my@a.example"}, {}, 403, "no address of yours"),
    "10-kB": (AMY | {"sub": "1", "email": "a" * 10_000 + "@a.example"}, {}, 403, "no address of yours"),
    "full-width": (
        AMY | {"sub": "1", "email": "\uff48ermes@a.example"},
        {"members": {"staff@a.example": ["\uff48ermes@a.example"]}},
        403,
        "belongs to another account",
    ),
    "quota": (AMY, QUOTA, 503, "no more questions"),
    "groups-of-another-shape": (AMY, {"bodies": {"/v1/groups": {"groups": 7}}}, 503, "can't use"),
    "groups-not-delegated": (AMY, {"statuses": {"/v1/groups": 403}}, 503, "can't use"),
    "groups-away": (AMY, {"statuses": {"/v1/groups": 503}}, 503, "does not answer"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused_in_words_and_logged_once(site, case):
    claims, behaviour, status, said = REFUSED[case]
    if case == "full-width":
        async with site.browser(**HERMES) as hermes:
            await hermes.log_in()
        site.begin()
    for name, value in behaviour.items():
        if name == "members":
            site.provider.members |= value
        setattr(site.provider.does, name, value)
    async with site.browser(**claims) as newcomer:
        page = await newcomer.refused()
    assert page.status == status, page
    assert said in page.what
    warnings = site.warnings()
    assert len(warnings) == 1, warnings
    site.check_secrets(page)


async def test_removal_from_a_nested_group_is_seen_without_a_new_login(site):
    site.provider.members["staff@a.example"].append("amy@a.example")
    async with site.browser(**AMY) as amy:
        assert "ships@a.example" in (await amy.log_in())["groups"]
        site.provider.members["crew@a.example"].remove("amy@a.example")
        deadline = time.monotonic() + 20
        while "ships@a.example" in (groups := (await amy.hub_api("GET", "user"))["groups"]):
            assert time.monotonic() < deadline, groups
            await asyncio.sleep(0.3)
    assert set(groups) == {"team@a.example", "team@b.example", "staff@a.example"}
    site.check_secrets()


async def test_who_is_in_no_group_that_admits_any_more_is_out_at_the_next_check(site):
    async with site.browser(**AMY | {"sub": "1012", "email": "wernstrom@a.example"}) as wernstrom:
        site.provider.members["staff@a.example"] = ["wernstrom@a.example"]
        await wernstrom.log_in()
        site.provider.members["staff@a.example"] = []
        deadline = time.monotonic() + 20
        while "wernstrom has to log in again (denied)" not in site.logged():
            assert time.monotonic() < deadline
            with contextlib.suppress(VisitError):  # the page goes to Google, and comes back refused
                await wernstrom.open("home")
            await asyncio.sleep(0.3)
        page = await wernstrom.refused()
    assert "This hub is for members of ships@a.example or staff@a.example" in page.what
    site.check_secrets(page)


async def test_without_a_refresh_token_the_groups_are_still_asked_for(site):
    site.provider.does.has_refresh_token = False
    async with site.browser(**AMY) as amy:
        await amy.log_in()
        site.provider.revoke()
        site.provider.members["team@a.example"].clear()
        deadline = time.monotonic() + 20
        while "team@a.example" in (groups := (await amy.hub_api("GET", "user"))["groups"]):
            assert time.monotonic() < deadline, groups
            await asyncio.sleep(0.3)
    assert "team@b.example" in groups


TWO_STRIPPED = {"hosted_domain": ["a.example", "b.example"], "strip_domain": True}
BAD = {
    "unreadable": ({"google_service_account_keys": {"a.example": "/nowhere/key.json"}}, "No such file"),
    "no-key": ({"google_service_account_keys": {}}, "without a service account"),
    "acts-as-nobody": ({"gsuite_administrator": {}}, "acts as nobody"),
    "two-domains-stripped": (
        TWO_STRIPPED,
        "both be amy",
    ),
    "plain-http": ({"directory_url": "http://directory.example"}, "no https:// address"),
    "no-verification": ({"validate_server_cert": False}, "certificate_authorities"),
}


@pytest.mark.parametrize("case", ["unreadable"])
async def test_a_hub_that_can_not_read_its_key_does_not_start(tmp_path, case):
    changes, said = BAD[case]
    async with FakeGoogle() as google:
        written = settings(google, google.key_file(tmp_path)) | changes
        hub: HubProcess = login_hub(tmp_path / "hub", AUTHENTICATOR, SECTION, written)
        code, text = await asyncio.to_thread(hub.run_to_exit)
    assert code == 2
    assert said in text
    assert "Traceback" not in text


@pytest.mark.parametrize("case", BAD)
async def test_a_configuration_that_can_not_work_is_refused_in_words(tmp_path, case):
    from libretexts_hub.errors import ConfigurationError
    from libretexts_hub.hub.authenticators.google import GoogleGroupAuthenticator

    changes, said = BAD[case]
    async with FakeGoogle() as google:
        written = settings(google, google.key_file(tmp_path)) | changes
    with pytest.raises(ConfigurationError, match=said):
        GoogleGroupAuthenticator(**written)
