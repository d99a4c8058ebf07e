"""Of which groups is somebody a member? Asked of a fake Google over HTTP, on good days and bad ones."""

import asyncio
import json
import logging

import pytest

from libretexts_hub.clients.asking import asks
from libretexts_hub.clients.google import DIRECTORY_SCOPE, Addresses, GoogleDirectory
from libretexts_hub.clients.google_token import ServiceTokens, read_key_file
from libretexts_hub.clients.upstream import RateLimited, Upstream, UpstreamAway, UpstreamError
from libretexts_hub.errors import ConfigurationError
from tests.servers.fake_google import ADMINISTRATOR, FakeGoogle, quota_error

QUOTA = {"statuses": {"/v1/groups": 403}, "bodies": {"/v1/groups": quota_error()}}
AMY = "amy+wong@a.example"
MEMBERS = {
    "team@a.example": [AMY],
    "team@b.example": [AMY],
    "ships@a.example": [AMY, "crew@a.example"],
    "crew@a.example": ["leela@a.example", "everybody@a.example"],
    "everybody@a.example": ["ships@a.example"],
    "other@a.example": ["leela@a.example"],
}


@pytest.fixture
async def google(tmp_path):
    async with FakeGoogle(MEMBERS) as fake:
        fake.key_file(tmp_path)
        yield fake


@pytest.fixture
async def directory(google, tmp_path):
    upstream = Upstream(total_seconds=2)
    yield lambda **more: make(google, tmp_path, upstream, **more)
    await upstream.close()


def make(google, folder, upstream, *, source="directory", subject=ADMINISTRATOR):
    ask = asks(upstream)
    path = str(folder / "service-account.json")
    tokens = ServiceTokens(
        ask, lambda: read_key_file(path, where="x"), scope=DIRECTORY_SCOPE, subject=subject
    )
    return GoogleDirectory(ask, tokens, source=source, at=Addresses(google.url, google.url))


async def test_direct_groups_of_several_domains_over_several_pages(directory, google):
    found = await directory().groups_of(AMY)
    assert sorted(found) == ["ships@a.example", "team@a.example", "team@b.example"]
    assert found["team@b.example"] == "id-team@b.example"
    assert len([each for each in google.requests if each.endswith("/groups")]) == 2


async def test_nested_groups_are_asked_about_one_by_one_and_at_once(directory, google):
    google.does.latency = 0.2
    wanted = frozenset({"everybody@a.example", "crew@a.example", "other@a.example", "gone@a.example"})
    found = await directory().groups_of(AMY, nested=wanted)
    assert {"everybody@a.example", "crew@a.example", "team@b.example"} <= set(found)
    assert not {"other@a.example", "gone@a.example"} & set(found)
    # After the token the first page and the four questions at the same time.
    assert google.most_running >= 4


async def test_cloud_identity_knows_nested_groups_itself(directory, google):
    found = await directory(source="cloud_identity").groups_of(AMY)
    assert {"everybody@a.example", "crew@a.example", "team@b.example", "ships@a.example"} <= set(found)
    assert "other@a.example" not in found


async def test_somebody_whom_google_does_not_know_has_no_groups(directory, google):
    google.does.statuses = {"/v1/groups": 404}
    assert await directory().groups_of("stranger@gmail.example") == {}


async def test_a_hundred_logins_need_one_token(directory, google):
    asked = directory()
    await asyncio.gather(*(asked.groups_of(AMY) for _ in range(100)))
    assert google.minted == 1


async def test_a_token_that_google_forgot_is_renewed_once(directory, google):
    asked = directory()
    await asked.groups_of(AMY)
    google.service_tokens.clear()
    assert "team@a.example" in await asked.groups_of(AMY)
    assert google.minted == 2


async def test_a_token_is_renewed_before_its_end(directory, google):
    google.does.lifetime = 0.01
    asked = directory()
    await asked.groups_of(AMY)
    await asyncio.sleep(0.02)
    await asked.groups_of(AMY)
    assert google.minted > 1


async def test_a_rotated_key_file_is_picked_up(directory, google, tmp_path):
    asked = directory()
    google.key_file(tmp_path, private_key="no key")
    with pytest.raises(UpstreamError, match="no RSA key"):
        await asked.groups_of(AMY)
    google.key_file(tmp_path)
    assert "team@a.example" in await asked.groups_of(AMY)


async def test_delegation_that_is_missing_is_said(directory):
    with pytest.raises(UpstreamError, match=r"invalid_grant.*Delegate") as refused:
        await directory(subject="somebody@a.example").groups_of(AMY)
    assert "somebody@a.example" in str(refused.value)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(QUOTA, RateLimited, id="quota"),
        pytest.param({"statuses": {"/v1/groups": 429}}, RateLimited, id="429"),
        pytest.param({"statuses": {"/v1/groups": 503}}, UpstreamAway, id="503"),
        pytest.param({"statuses": {"/v1/groups": 403}}, UpstreamError, id="403"),
        pytest.param({"statuses": {"/token": 500}}, UpstreamAway, id="token-500"),
        pytest.param({"bodies": {"/token": {"access_token": 7}}}, UpstreamError, id="token-is-a-number"),
        pytest.param({"bodies": {"/token": []}}, UpstreamError, id="token-is-a-list"),
        pytest.param({"bodies": {"/v1/groups": {"groups": "many"}}}, UpstreamError, id="groups-are-a-text"),
        pytest.param({"bodies": {"/v1/groups": b"<html>"}}, UpstreamError, id="a-page"),
        pytest.param({"bodies": {"/v1/groups": b"[" * 9999}}, UpstreamError, id="deep"),
        pytest.param({"bodies": {"/v1/groups": {"nextPageToken": "again"}}}, UpstreamError, id="no-end"),
        pytest.param({"latency": 5.0}, UpstreamAway, id="slow"),
    ],
)  # fmt: skip
async def test_bad_days(google, tmp_path, behaviour, error):
    for name, value in behaviour.items():
        setattr(google.does, name, value)
    upstream = Upstream(total_seconds=0.5)
    try:
        with pytest.raises(error) as refused:
            await make(google, tmp_path, upstream).groups_of(AMY)
    except ExceptionGroup as several:
        pytest.fail(f"one error was expected: {several!r}")
    finally:
        await upstream.close()
    said = str(refused.value)
    assert not any(secret in said for secret in google.secrets())
    assert AMY not in said


async def test_a_membership_of_another_shape(directory, google):
    google.does.bodies = {f"/hasMember/{AMY}": {"isMember": "yes"}}
    with pytest.raises(UpstreamError, match="another shape"):
        await directory().groups_of(AMY, nested=frozenset({"crew@a.example"}))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param("{}", "not a service account", id="other"),
        pytest.param({"private_key": "--BEGIN--\nAAAA"}, "no RSA key", id="key"),
    ],
)
def test_a_key_that_can_not_be_used_is_refused_in_words(tmp_path, content, said, caplog):
    path = tmp_path / "key.json"
    if isinstance(content, dict):
        good = {"type": "service_account", "client_email": "a@b", "token_uri": "https://a.example"}
        content = json.dumps(good | content)
    if content is not None:
        path.write_text(content)
    with caplog.at_level(logging.DEBUG), pytest.raises(ConfigurationError, match=said) as refused:
        read_key_file(str(path), where="c.GoogleGroupAuthenticator.google_service_account_keys['a.example']")
    assert str(path) in str(refused.value)
    assert "AAAA" not in str(refused.value) + caplog.text
