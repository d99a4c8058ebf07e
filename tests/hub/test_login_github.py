"""What do the settings of a login with GitHub lead to, and what does a later check find?"""

import json
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
import yaml
from traitlets.config import Config

from libretexts_hub.clients.upstream import Expired, RateLimited, UpstreamAway, UpstreamError
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.entries import Entry
from libretexts_hub.domain.git_rules import Credential, author_of, credential_of, parse_git_rules
from libretexts_hub.domain.identity import identity_of, parse_identity_rules
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.authenticators.github import GitHubOrgAuthenticator
from libretexts_hub.hub.notices import NOTICES
from tests.servers.fake_github import CLIENT_ID, CLIENT_SECRET, FakeGitHub, Fault, rate_limited

TOKEN_PATH = "/login/oauth/access_token"


def made(section="GitHubOrgAuthenticator", extra=None, **settings):
    return GitHubOrgAuthenticator(config=Config({section: settings, **(extra or {})}))


@pytest.mark.parametrize(
    ("settings", "scopes"),
    [
        pytest.param({}, {"user:email"}, id="nothing"),
        pytest.param({"read_email": False}, set(), id="public profile"),
        pytest.param({"allowed_organizations": {"lsst"}}, {"read:org", "user:email"}, id="allowed"),
        pytest.param({"group_organizations": "all"}, {"read:org", "user:email"}, id="groups"),
        pytest.param({"populate_teams_in_auth_state": True}, {"read:org", "user:email"}, id="teams"),
        pytest.param({"git_scope": "repo"}, {"repo", "user:email"}, id="git"),
        pytest.param({"allowed_organizations": {"lsst"}, "scope": ["repo"]}, {"repo"}, id="written"),
    ],
)
def test_scopes_are_what_features_need(settings, scopes, caplog):
    with caplog.at_level(logging.INFO):
        authenticator = made(**settings)
    assert set(authenticator.scope) == scopes
    assert "A login asks GitHub for: " + ("" if scopes else "nothing") in caplog.text
    assert ("scope has no read:org" in caplog.text) == ("scope" in settings)


def test_pushing_without_a_right_is_noticed(caplog):
    provision = {"uid": "github_user.id", "git": {"host": "github.com"}}
    with caplog.at_level(logging.WARNING):
        made(extra={"LibreTextsSpawner": {"provision": provision}})
    assert "git_scope" in caplog.text


def test_the_section_of_oauthenticator_goes_on_working():
    authenticator = made("GitHubOAuthenticator", allowed_organizations={"LSST", "a:b"})
    assert [str(each) for each in authenticator.allowed] == ["a:b", "lsst"]


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://github.com/", "https://api.github.com"),
        ("https://github.example.edu/", "https://github.example.edu/api/v3"),
        ("https://physics.ghe.com", "https://api.physics.ghe.com"),
    ],
)
def test_addresses_follow_from_one(url, api):
    authenticator = made(github_url=url)
    assert (authenticator.github_api, authenticator.userdata_url) == (api, f"{api}/user")
    assert authenticator.token_url == f"{url.rstrip('/')}{TOKEN_PATH}"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param(
            {"allowed_organizations": {"org:team:x"}}, "neither an organisation nor a team", id="colons"
        ),
        pytest.param({"allowed_organizations": {"My Org"}}, "not the name of an organisation", id="space"),
        pytest.param({"group_organizations": ["a", 5]}, "neither an organisation nor a team", id="number"),
        pytest.param({"group_organizations": "lsst"}, "A list of organisations", id="text"),
        pytest.param({"github_url": "http://github.example.edu"}, "no https address", id="http"),
        pytest.param({"github_url": "github.example.edu"}, "no https address", id="no scheme"),
        pytest.param({"token_url": "https://"}, "no https address", id="no host"),
        pytest.param({"validate_server_cert": False}, "always checked", id="certificates"),
        pytest.param({"http_request_kwargs": {"proxy_host": "p"}}, "proxy_host", id="proxy"),
    ],
)
def test_what_stops_the_hub(settings, words):
    with pytest.raises(ConfigurationError, match=words):
        made(**settings)


@pytest_asyncio.fixture
async def github():
    async with FakeGitHub() as fake:
        fake.organization("LSST", 7)
        fake.person("ben", 5001, "LSST", public_email=None)
        yield fake


@pytest_asyncio.fixture
async def login(github):
    """The authenticator at the fake, and the auth_state of somebody who has logged in."""
    authenticator = made(
        github_url=github.url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        allowed_organizations={"lsst"},
        group_organizations=["lsst"],
        admin_users={"ben"},
    )
    token = {"access_token": github.token_for("ben"), "token_type": "bearer", "scope": "read:org,user:email"}
    model = await authenticator.finish(
        authenticator.login_of(await authenticator._token_to_auth_model(token))
    )
    yield authenticator, model
    await authenticator.upstream.close()


BEN = SimpleNamespace(name="ben")


async def test_what_the_hub_keeps(login):
    _, model = login
    assert (model["name"], model["groups"], model["admin"]) == ("ben", ["lsst"], True)
    ours = model["auth_state"]["libretexts"]
    assert (ours["subject"], ours["email"], ours["git_email"]) == (
        "5001",
        "ben@example.org",
        "ben@example.org",
    )
    assert ours["groups"] == [{"name": "lsst", "id": 7}]
    assert model["auth_state"]["github_user"]["email"] == "ben@example.org"
    assert json.dumps(model["auth_state"])


async def test_a_check_sees_new_groups_and_a_removal(github, login):
    authenticator, model = login
    github.people["ben"].teams = [github.team("LSST", "dm", 70)]
    again = await authenticator.check_again(BEN, model["auth_state"])
    assert {group.name for group in again.groups} == {"lsst", "lsst:dm"}
    github.people["ben"].memberships = {}
    with pytest.raises(Denied, match="members of the organisation lsst"):
        await authenticator.finish(await authenticator.check_again(BEN, model["auth_state"]))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(401), Expired),
        (Fault(503), UpstreamAway),
        (rate_limited(), RateLimited),
        (Fault(403), UpstreamError),
        (Fault(404), UpstreamError),
    ],
)
async def test_a_check_tells_an_expired_login_from_a_bad_moment(github, login, fault, error):
    github.faults["/user"] = fault
    with pytest.raises(error) as caught:
        await login[0].check_again(BEN, login[1]["auth_state"])
    assert type(caught.value) is error


async def test_an_expired_token_is_exchanged(github, login):
    authenticator, model = login
    answer = {"access_token": github.token_for("ben"), "refresh_token": "ghr_2", "token_type": "bearer"}
    github.faults[TOKEN_PATH] = Fault(body=json.dumps(answer).encode())
    github.tokens = {answer["access_token"]: ("ben", {"read:org"})}
    again = await authenticator.check_again(BEN, model["auth_state"] | {"refresh_token": "ghr_1"})
    assert (again.state["access_token"], again.state["refresh_token"]) == (answer["access_token"], "ghr_2")


async def test_a_token_that_was_exchanged_is_not_lost_with_a_bad_moment(github, login):
    """A refresh token is good once, so the next check goes on from what came of it."""
    authenticator, model = login
    answer = {"access_token": github.token_for("ben"), "refresh_token": "ghr_2", "token_type": "bearer"}
    github.faults |= {TOKEN_PATH: Fault(body=json.dumps(answer).encode()), "/user/emails": Fault(503)}
    github.tokens = {answer["access_token"]: ("ben", {"read:org"})}
    state = model["auth_state"] | {"refresh_token": "ghr_1"}
    with pytest.raises(UpstreamAway):
        await authenticator.check_again(BEN, state)
    github.faults = {TOKEN_PATH: Fault(body=b'{"error": "bad_refresh_token"}')}
    again = await authenticator.check_again(BEN, state)
    assert again.state["refresh_token"] == "ghr_2"


async def test_what_cannot_be_checked_has_to_log_in(github, login):
    authenticator, model = login
    github.tokens.clear()
    github.faults[TOKEN_PATH] = Fault(body=b'{"error": "bad_refresh_token"}')
    for state in (
        model["auth_state"],
        model["auth_state"] | {"refresh_token": "ghr_1"},
        {},
        {"token_response": {"access_token": 5}},
    ):
        with pytest.raises(Expired):
            await authenticator.check_again(BEN, state)


async def test_a_token_of_another_account_has_to_log_in(github, login):
    authenticator, model = login
    github.people["ben"].id = 5002
    with pytest.raises(Denied, match="you are somebody else"):
        await authenticator.check_again(BEN, model["auth_state"])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"error": "bad_verification_code"}', Denied),
        (b'{"error": "unverified_user_email"}', Denied),
        (b'{"error": "incorrect_client_credentials"}', UpstreamError),
        (b'{"error": "gho_secret secret"}', UpstreamError),
        (b'{"error": ["x"], "access_token": null}', UpstreamError),
        (b'{"access_token": "gho_secret\\nX: y"}', UpstreamError),
        (b'["gho_secret"]', UpstreamError),
        (b"access_token=gho_secret", UpstreamError),
    ],
)
async def test_no_token_is_said_in_words_without_it(github, login, answer, error):
    github.faults[TOKEN_PATH] = Fault(body=answer)
    with pytest.raises(error) as caught:
        await login[0].get_token_info(None, {"code": "x"})
    assert "gho_secret" not in f"{caught.value} {caught.value.jupyterhub_message}"
    assert caught.value.__cause__ is None


async def test_what_a_login_lacks_is_told_to_the_person(github, login):
    authenticator, model = login
    token = model["auth_state"]["access_token"]
    github.tokens[token] = ("ben", {"read:org"})
    again = await authenticator.finish(await authenticator.check_again(BEN, model["auth_state"]))
    assert again["auth_state"]["scope"] == ["read:org"]
    (missing,) = again["auth_state"]["libretexts"]["missing"]
    assert "see your e-mail address (user:email)" in missing
    assert [notice.text for notice in NOTICES.for_person("ben")] == [missing]
    github.tokens[token] = ("ben", {"read:org", "user"})
    await authenticator.finish(await authenticator.check_again(BEN, model["auth_state"]))
    assert NOTICES.for_person("ben") == []


async def test_an_app_has_permissions_and_no_scopes(github, login):
    github.tokens["ghu_1"] = ("ben", {"read:org"})
    state = {"token_response": {"access_token": "ghu_1", "scope": ""}}
    assert (await login[0].check_again(BEN, state)).missing == ()


async def test_the_operators_hook_comes_first(login):
    authenticator, _ = login
    authenticator.enable_auth_state = True
    authenticator.refresh_user_hook = lambda _authenticator, _user, _state: False

    async def state():
        return {}

    assert await authenticator.refresh_user(SimpleNamespace(name="ben", get_auth_state=state)) is False


async def test_the_sample_of_the_page_gives_numbers_that_never_meet(github, login):
    """docs/operators/login-github.md: the person by their account, organisations and teams apart."""
    page = (Path(__file__).parents[2] / "docs/operators/login-github.md").read_text(encoding="utf-8")
    sample = yaml.safe_load(page.split("```yaml\n")[2].split("```")[0])["LibreTextsSpawner"]["provision"]
    github.people["ben"].teams = [github.team("LSST", "dm", 7)]
    again = await login[0].check_again(BEN, login[1]["auth_state"])
    rules = parse_identity_rules(Entry("provision", {key: sample[key] for key in ("uid", "groups")}, "here"))
    identity = identity_of(rules, dict(again.state), frozenset())
    assert (identity.uid, identity.gid) == (5001, 5001)
    assert dict(identity.groups) == {"lsst": 1_000_000_007, "lsst:dm": 1_500_000_007}


async def test_git_pushes_with_what_this_login_keeps(github, login):
    """The token where the right to push was granted, else the sentence that git prints."""
    rules = parse_git_rules(Entry("provision", {"git": {"host": "github.com"}}, "here"))
    authenticator, model = login
    assert author_of(rules, model["auth_state"], "ben").email == "ben@example.org"
    said = credential_of(rules, model["auth_state"])
    assert "lacks the right to push to github.com (scope repo or public_repo)" in said
    token = model["auth_state"]["access_token"]
    assert token not in said

    github.tokens[token] = ("ben", {"repo", "read:org", "user:email"})
    again = await authenticator.finish(await authenticator.check_again(BEN, model["auth_state"]))
    credential = credential_of(rules, again["auth_state"])
    assert isinstance(credential, Credential), credential
    assert (credential.username, credential.password) == ("x-access-token", token)
