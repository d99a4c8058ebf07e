"""Does a person get through a real hub with CILogon, and is what proves nothing refused in words?"""

import asyncio
import time

import pytest
import pytest_asyncio
from yarl import URL

from libretexts_hub import templates
from tests.servers.login_hub import LoginSite, login_hub
from tests.servers.oidc import FakeOpenIDProvider

NCSA, GOOGLE = "https://idp.ncsa.example/idp/shibboleth", "http://google.com/accounts/o8/id"
STRIPPED = {"username_claim": "eppn", "action": "strip_idp_domain", "domain": "ncsa.example"}
IDPS = {
    NCSA: {
        "username_derivation": {
            "username_claim": "eppn",
            "action": "strip_idp_domain",
            "domain": "ncsa.example",
        },
        "allow_all": True,
        "default": True,
    },
    GOOGLE: {
        "username_derivation": {"username_claim": "email", "action": "prefix", "prefix": "google"},
        "allowed_domains": ["a.example"],
    },
    "https://orcid.example": {
        "username_derivation": {"username_claim": "oidc", "action": "prefix", "prefix": "orcid"},
        "allowed_domains": ["A.example", "*.b.example"],
        "allowed_domains_claim": "affiliation",
    },
}
AMY = {
    "sub": "http://cilogon.org/serverA/users/1",
    "idp": NCSA,
    "eppn": "amy@ncsa.example",
    "email": "amy@ncsa.example",
    "name": "Amy Wong",
    "isMemberOf": [{"name": "LSST_int", "id": 2001}, {"name": "ships"}],
}

AUTHENTICATOR = "libretexts-cilogon"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory):
    async with FakeOpenIDProvider() as fake:
        settings = {
            "manage_groups": True,  # before the trait that wants it
            "issuer": fake.issuer,
            "jwks_url": f"{fake.url}/oauth2/certs",
            "authorize_url": f"{fake.url}/authorize",
            "token_url": f"{fake.url}/oauth2/token",
            "userdata_url": f"{fake.url}/oauth2/userinfo",
            "idps": IDPS,
            "admin_groups": {"LSST_int"},
        }
        folder = tmp_path_factory.mktemp("hub")
        pages = f"c.JupyterHub.template_paths = {list(templates.__path__)!r}\n"
        hub = login_hub(folder, AUTHENTICATOR, "CILogonGroupAuthenticator", settings, more=pages)
        try:
            await hub.start()
            yield LoginSite(hub, fake)
        finally:
            hub.close()


@pytest.fixture
def site(running):
    running.begin()
    return running


async def test_a_hub_whose_entries_let_people_in_is_not_called_closed(site):
    """JupyterHub's warning at the start, for hubs to which nobody could log in."""
    assert "No allow config found" not in site.hub.log.read_text()


async def test_a_login_with_groups_and_numbers(site):
    async with site.browser(**AMY) as amy:
        person = await amy.log_in()
    assert person["name"] == "amy"
    assert set(person["groups"]) == {"lsst_int", "ships"}
    assert person["admin"] is True
    asked = next(each for each in site.provider.asked if each.path == "/authorize")
    assert asked.query["selected_idp"] == f"{NCSA},{GOOGLE},{ORCID}"
    assert asked.query["code_challenge_method"] == "S256"
    assert len(asked.query["nonce"]) >= 32
    assert set(asked.query["scope"].split()) == {"openid", "email", "profile", "org.cilogon.userinfo"}
    site.check_secrets()


async def test_domains_of_another_claim(site):
    claims = AMY | {"sub": "http://cilogon.org/serverC/users/9", "idp": ORCID, "isMemberOf": []}
    for number, affiliation in enumerate(("staff@A.EXAMPLE", "member@physics.b.example"), 1):
        person = claims | {
            "sub": f"{claims['sub']}{number}",
            "oidc": f"000{number}",
            "affiliation": affiliation,
        }
        async with site.browser(**person) as somebody:
            assert (await somebody.log_in())["name"] == f"orcid:000{number}"


async def test_two_identity_providers_never_give_one_name(site):
    claims = AMY | {"sub": "http://cilogon.org/serverA/users/2", "idp": GOOGLE, "email": "amy@a.example"}
    async with site.browser(**claims) as other:
        assert (await other.log_in())["name"] == "google:amy@a.example"
    claims = AMY | {"sub": "http://cilogon.org/serverA/users/3", "eppn": "google:amy@a.example"}
    async with site.browser(**claims) as eve:
        page = await eve.refused()
    assert page.status == 403
    assert "another organisation's" in page.what
    site.check_secrets(page)


async def test_a_domain_that_is_not_allowed(site):
    claims = AMY | {"idp": GOOGLE, "email": "amy@b.example", "sub": "4", "isMemberOf": []}
    async with site.browser(**claims) as amy:
        page = await amy.refused()
    assert page.status == 403
    assert 'only people of a.example may log in here, and you are of "b.example"' in page.what
    assert len(site.warnings()) == 1
    site.check_secrets(page)


@pytest.mark.parametrize(
    ("behaviour", "heading"),
    [
        ({"statuses": {"/token": 503}}, "Login does not work at the moment"),
        ({"answer": {"error": "access_denied"}}, "Login did not work"),
        ({}, "That is not open to you"),
    ],
)
async def test_the_page_is_about_the_login_and_leads_back_to_it(site, behaviour, heading):
    for name, value in behaviour.items():
        setattr(site.provider.does, name, value)
    async with site.browser(**AMY | {"idp": "https://idp.b.example"}) as amy:
        back = await amy.way_back()
        async with amy.request("GET", back, allow_redirects=False) as answer:
            html = await answer.text()
    page = html[html.index("<main") : html.index("</main>")]
    assert f"<h1>{heading}</h1>" in page
    assert "server does not answer" not in page
    assert "It may have stopped" not in page
    assert 'href="/hub/login">Back to the login page</a>' in page


async def test_another_host_gets_no_token(site):
    """Neither the code with the client's secret, nor the token of the person."""
    async with FakeOpenIDProvider() as rogue:
        for end in ("/token", "/userinfo"):
            site.begin()
            site.provider.does.redirects = {end: f"{rogue.url}/oauth2{end}"}
            async with site.browser(**AMY) as amy:
                page = await amy.refused()
            assert (page.status, "can't use" in page.what) == (503, True), page
            assert "points to another host" in site.logged()
            assert len(site.warnings()) == 1
            site.check_secrets(page)
        assert rogue.requests == []


ORCID = "https://orcid.example"
SAME = {"sub": "http://cilogon.org/serverA/users/66"}
REFUSED = {
    "organisation": (AMY | {"idp": "https://idp.b.example"}, {}, 403, "may not log in here"),
    "no-organisation": ({k: v for k, v in AMY.items() if k != "idp"}, {}, 403, "may not log in here"),
    "no-name": ({k: v for k, v in AMY.items() if k != "eppn"}, {}, 403, "does not tell this hub your name"),
    "name-is-a-list": (AMY | {"eppn": ["amy"]}, {}, 403, "does not tell this hub your name"),
    "no-domain": (AMY | SAME | {"idp": ORCID, "oidc": "7", "isMemberOf": []}, {}, 403, "no domain that it"),
    "domains-are-a-list": (
        AMY | SAME | {"idp": ORCID, "oidc": "7", "isMemberOf": [], "affiliation": ["staff@a.example"]},
        {},
        403,
        "no domain that it names",
    ),
    "NUL": (AMY | SAME | {"eppn": "a\0my@ncsa.example"}, {}, 403, "can't be a name"),
    "10-kB": (AMY | SAME | {"eppn": "a" * 10_000}, {}, 403, "can't be a name"),
    "full-width": (AMY | SAME | {"eppn": "\uff21my@ncsa.example"}, {}, 403, "belongs to another account"),
    "signature": (AMY, {"is_foreign_key": True}, 400, "could not be trusted"),
    "nonce": (AMY, {"changes": {"nonce": "of another login"}}, 400, "could not be trusted"),
    "audience": (AMY, {"changes": {"aud": "another hub"}}, 400, "could not be trusted"),
    "issuer": (AMY, {"changes": {"iss": "https://elsewhere.example"}}, 400, "could not be trusted"),
    "expired": (AMY, {"changes": {"exp": int(time.time()) - 999}}, 400, "could not be trusted"),
    "other-person": (AMY, {"changes": {"sub": "somebody else"}}, 503, "can't use"),
    "no-id-token": (AMY, {"has_id_token": False}, 400, "could not be trusted"),
    "no-token": (AMY, {"bodies": {"/token": {"id_token": "x"}}}, 503, "can't use"),
    "token-is-a-page": (AMY, {"bodies": {"/token": b"<html>"}}, 503, "can't use"),
    "token-is-a-list": (AMY, {"bodies": {"/token": []}}, 503, "can't use"),
    "userinfo-is-a-list": (AMY, {"bodies": {"/userinfo": [1]}}, 503, "can't use"),
    "keys-are-no-keys": (AMY, {"bodies": {"/certs": {"keys": 7}}}, 503, ""),
    "cancelled": (AMY, {"answer": {"error": "access_denied"}}, 400, "cancelled"),
    "error": (AMY, {"answer": {"error": "x", "error_description": "call 555"}}, 400, "refused the login"),
    "no-code": (AMY, {"answer": {"code": ""}}, 400, "sent no code"),
    "wrong-code": (AMY, {"answer": {"code": "made up"}}, 400, "this login is over"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused_in_words_and_logged_once(site, case):
    claims, behaviour, status, said = REFUSED[case]
    for name, value in behaviour.items():
        setattr(site.provider.does, name, value)
    if case == "keys-are-no-keys":
        site.provider.keys.rotate()
    if case == "full-width":  # the name is Amy's already
        async with site.browser(**AMY) as amy:
            await amy.log_in()
        site.begin()
    async with site.browser(**claims) as newcomer:
        page = await newcomer.refused()
        site.provider.does = type(site.provider.does)()
        assert page.status == status, page
        assert said in page.what
        assert "555" not in page.what
    warnings = site.warnings()
    assert len(warnings) == 1, warnings
    site.check_secrets(page)


async def test_a_state_is_good_once_in_one_browser(site):
    async with site.browser(**AMY) as amy, site.browser(**AMY) as eve:
        back = await amy.way_back()
        # Eve has the whole answer, but another browser: a login that she begins for somebody else.
        page = await eve.refused(back)
        assert page.status == 400
        assert "not begun in this browser" in page.what
        cookies = {each.key: each.value for each in amy._session.cookie_jar}
        await amy.open(back)
        assert (await amy.hub_api("GET", "user"))["name"] == "amy"
        # A copy of answer and cookie together.
        eve._session.cookie_jar.update_cookies(cookies, URL(site.hub.url))
        again = await eve.refused(back)
        assert "used already" in again.what
    site.check_secrets(page, again)


async def test_two_tabs_log_in_at_once(site):
    async with site.browser(**AMY) as amy:
        first, second = await amy.way_back(), await amy.way_back()
        assert (await amy.open(first)).status == 200
        assert (await amy.open(second)).status == 200


@pytest.mark.parametrize("state", ["", "x", "e30=", "bnVsbA==", "W10=", "%ff", "a" * 5000, "%00"])
async def test_a_made_up_state(site, state):
    async with site.browser(**AMY) as newcomer:
        url = URL(f"{site.hub.url}/hub/oauth_callback?code=c0de&state={state}", encoded=True)
        page = await newcomer.refused(url)
    assert page.status == 400
    assert "not begun in this browser" in page.what or "400" in str(page)
    assert "c0de" not in site.logged()


async def test_keys_rotate_while_the_hub_runs(site):
    async with site.browser(**AMY) as amy:
        await amy.log_in()
    site.provider.keys.rotate()
    async with site.browser(**AMY) as amy:
        deadline = time.monotonic() + 45
        # A provider is asked for unknown keys twice a minute at most.
        while (page := await attempt(amy)) is not None and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(1)
    assert page is None


async def attempt(newcomer):
    from libretexts_hub.demo.browser import VisitError

    try:
        await newcomer.log_in()
    except VisitError as error:
        return error


async def test_removal_from_a_group_is_seen_without_a_new_login(site):
    async with site.browser(**AMY) as amy:
        assert "lsst_int" in (await amy.log_in())["groups"]
        site.provider.people[AMY["sub"]] = AMY | {"isMemberOf": [{"name": "ships"}]}
        deadline = time.monotonic() + 20
        while (groups := (await amy.hub_api("GET", "user"))["groups"]) != ["ships"]:
            assert time.monotonic() < deadline, groups
            await asyncio.sleep(0.3)
        tokens = len(site.provider.refresh_tokens)
        assert tokens >= 1
    site.check_secrets()


async def test_twenty_requests_at_once_use_a_refresh_token_once(site):
    async with site.browser(**AMY) as amy:
        await amy.log_in()
        site.provider.revoke()
        await asyncio.sleep(1.1)
        site.provider.requests.clear()
        found = await asyncio.gather(*(amy.hub_api("GET", "user") for _ in range(20)))
        assert {each["name"] for each in found} == {"amy"}
        assert site.provider.requests.count("POST /oauth2/token") <= 3
        # The new token was kept: the next check goes on from it.
        site.provider.revoke()
        await asyncio.sleep(1.1)
        assert (await amy.hub_api("GET", "user"))["name"] == "amy"
    site.check_secrets()


async def test_a_login_that_was_ended_at_the_provider_ends_here(site):
    async with site.browser(**AMY) as amy:
        await amy.log_in()
        site.provider.revoke()
        site.provider.refresh_tokens.clear()
        await asyncio.sleep(1.1)
        answer = await amy.open("home")  # a page logs in again
        assert answer.status == 200
        assert "GET /authorize" in site.provider.requests


async def test_a_provider_that_is_away_keeps_who_is_in_and_says_so_to_who_is_not(site):
    async with site.browser(**AMY) as amy:
        await amy.log_in()
        site.provider.does.statuses = {"/token": 503, "/userinfo": 503}
        await asyncio.sleep(1.1)
        assert set((await amy.hub_api("GET", "user"))["groups"]) == {"lsst_int", "ships"}
        async with site.browser(**AMY) as late:
            page = await late.refused()
    assert page.status == 503
    assert "does not answer at the moment" in page.what
    site.check_secrets(page)
