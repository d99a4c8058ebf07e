"""Did the provider really say so? id_tokens of a fake provider over HTTP, its keys, and made-up ones."""

import asyncio
import time

import jwt
import pytest

from libretexts_hub.clients.asking import asks
from libretexts_hub.clients.jwks import MOST_AT_ONCE, KeySet
from libretexts_hub.clients.oidc import Endpoints, IdTokenError, OpenIDProvider
from libretexts_hub.clients.upstream import Upstream, UpstreamError
from tests.servers.oidc import CLIENT, FakeOpenIDProvider
from tests.servers.signing import private_pem, rsa_key

AMY = {"sub": "amy-1", "email": "amy@a.example"}


@pytest.fixture
async def fake():
    async with FakeOpenIDProvider() as running:
        yield running


@pytest.fixture
async def ask():
    upstream = Upstream(total_seconds=2)
    yield asks(upstream)
    await upstream.close()


@pytest.fixture
def provider(fake, ask):
    return OpenIDProvider(ask, issuers=(fake.issuer,), client_id=CLIENT, keys=KeySet(ask, pause_seconds=0.2))


def token(fake, nonce="n", **changes):
    fake.does.changes = changes
    return fake.keys.sign(fake.id_claims(AMY, nonce))


async def test_what_the_provider_signed_is_believed(fake, provider):
    claims = await provider.verify(token(fake), nonce="n")
    assert claims["email"] == "amy@a.example"
    assert (await provider.endpoints()).authorize == f"{fake.url}/authorize"


async def test_discovery_and_keys_are_fetched_once_by_many(fake, provider):
    signed = token(fake)
    await asyncio.gather(*(provider.verify(signed, nonce="n") for _ in range(50)))
    assert sorted(fake.requests) == ["GET /.well-known/openid-configuration", "GET /oauth2/certs"]


async def test_a_new_key_is_fetched_and_an_old_one_forgotten(fake, provider):
    old = token(fake)
    await provider.verify(old, nonce="n")
    fake.keys.rotate()
    await provider.verify(token(fake), nonce="n")
    with pytest.raises(IdTokenError, match="signature"):
        await provider.verify(old, nonce="n")


async def test_made_up_key_ids_do_not_become_requests(fake, provider):
    await provider.verify(token(fake), nonce="n")
    before = len(fake.requests)
    for number in range(20):
        forged = jwt.encode(fake.id_claims(AMY, "n"), rsa_key(9), "RS256", {"kid": f"made-up-{number}"})
        with pytest.raises(IdTokenError):
            await provider.verify(forged, nonce="n")
    assert len(fake.requests) < before + MOST_AT_ONCE


async def test_kept_keys_are_good_while_the_provider_is_away(fake, provider):
    signed = token(fake)
    await provider.verify(signed, nonce="n")
    fake.does.statuses = {"/certs": 503}
    assert await provider.verify(signed, nonce="n")


async def test_a_key_set_that_comes_back_is_used_at_once(fake, provider):
    fake.does.statuses = {"/certs": 404}
    with pytest.raises(UpstreamError):
        await provider.verify(token(fake), nonce="n")
    fake.does.statuses = {}
    assert await provider.verify(token(fake), nonce="n")


def unsigned(fake):
    return jwt.encode(fake.id_claims(AMY, "n"), None, "none", {"kid": fake.keys.key_id})


def signed_with_the_public_key(fake):
    """The well-known mistake: the public key as the secret of an HMAC."""
    head = {"kid": fake.keys.key_id}
    return jwt.encode(fake.id_claims(AMY, "n"), "x" * 64, "HS256", head)


def changed_after_signing(fake):
    head, _, signature = token(fake).split(".")
    other = jwt.encode({**fake.id_claims(AMY, "n"), "sub": "eve"}, "x" * 64, "HS256").split(".")[1]
    return f"{head}.{other}.{signature}"


FORGED = {
    "other key": lambda fake: fake.keys.sign(fake.id_claims(AMY, "n"), foreign=True),
    "unsigned": unsigned,
    "public key as secret": signed_with_the_public_key,
    "changed": changed_after_signing,
    "other nonce": lambda fake: token(fake, nonce="m"),
    "no nonce": lambda fake: token(fake, nonce=None),
    "expired": lambda fake: token(fake, exp=int(time.time()) - 3600),
    "other audience": lambda fake: token(fake, aud="another hub"),
    "other issuer": lambda fake: token(fake, iss="https://elsewhere.example"),
    "other access token": lambda fake: token(fake, at_hash="AAAA"),
    "critical header": lambda fake: jwt.encode(
        fake.id_claims(AMY, "n"), fake.keys.key, "RS256", {"kid": fake.keys.key_id, "crit": ["x"], "x": 1}
    ),
    "a list": lambda fake: jwt.PyJWS().encode(b"[]", fake.keys.key, "RS256", {"kid": fake.keys.key_id}),
    "no token": lambda _fake: "",
    "a number": lambda _fake: 7,
    "nothing": lambda _fake: None,
    "text": lambda _fake: "a.b.c",
    "huge": lambda _fake: "a" * 100_000,
    "not ASCII": lambda _fake: "\u00e4.\ud800.c",
}


@pytest.mark.parametrize("made", FORGED)
async def test_what_proves_nothing_is_refused_without_being_quoted(fake, provider, made):
    forged = FORGED[made](fake)
    with pytest.raises(IdTokenError) as refused:
        await provider.verify(forged, nonce="n", access_token="the access token")
    assert "amy" not in str(refused.value)
    assert "try again" in refused.value.jupyterhub_message


@pytest.mark.parametrize(
    "document",
    [[], {}, {"issuer": "https://elsewhere.example"}, b"<html>"],
)
async def test_a_discovery_document_of_somebody_else(fake, provider, document):
    fake.does.bodies = {"/openid-configuration": document}
    with pytest.raises(UpstreamError, match="issuer"):
        await provider.endpoints()


async def test_a_discovery_document_that_sends_secrets_elsewhere(fake, provider):
    found = {
        "issuer": fake.issuer,
        "authorization_endpoint": "https://a.example",
        "jwks_uri": "https://a.example",
    }
    fake.does.bodies = {"/openid-configuration": found | {"token_endpoint": "http://elsewhere.example/token"}}
    with pytest.raises(UpstreamError, match="no https"):
        await provider.endpoints()


@pytest.mark.parametrize("body", [{}, [], {"keys": 7}, {"keys": [7, {}, {"kty": "oct", "k": "c2VjcmV0"}]}])
async def test_a_key_set_without_keys(fake, ask, body):
    fake.does.bodies = {"/certs": body}
    given = Endpoints(keys=f"{fake.url}/oauth2/certs")
    provider = OpenIDProvider(ask, issuers=(fake.issuer,), client_id=CLIENT, endpoints=given)
    with pytest.raises(UpstreamError, match="no keys"):
        await provider.verify(token(fake), nonce="n")


def test_a_key_of_the_tests_is_a_key():
    assert "PRIVATE KEY" in private_pem(rsa_key(5))
