"""Is a real registry read, with and without credentials?"""

import json

import pytest

from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError
from libretexts_hub.domain.connections import CredentialsSource
from tests.clients.registries import asking, password, repository
from tests.servers.certificates import make_certificate
from tests.servers.fake_token_issuer import FakeTokenIssuer
from tests.servers.registry import running_registry

TAGS = [f"w_{year}_{week:02}" for year in range(2020, 2026) for week in range(1, 53)]
USER, PASSWORD = "puller", "not-a-secret"
# bcrypt of that password, the only kind of hash that the registry takes.
HTPASSWD = f"{USER}:$2b$04$auoDlgYhZKQtV6.wvtfxPO5hRJ1F.wtbLWNSy427ga5QfxmFsGTcO\n"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A plain registry with some hundred tags."""
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        running.push("team/lab", TAGS)
        yield running


async def test_all_tags_are_listed(registry):
    async with asking() as client:
        listing = await client.list_tags(repository(registry.host))
    assert sorted(listing.tags) == sorted(TAGS)


async def test_a_digest_is_that_of_the_registry(registry):
    pushed = registry.push("team/other", ["latest"])
    async with asking() as client:
        assert await client.digest(repository(registry.host, "team/other"), "latest") == pushed["latest"]


async def test_a_tag_and_a_repository_that_are_not_there(registry):
    async with asking() as client:
        with pytest.raises(TagNotFoundError, match="There is no tag 'w_1999_01'"):
            await client.digest(repository(registry.host), "w_1999_01")
        with pytest.raises(TagNotFoundError, match="no repository of that name"):
            await client.list_tags(repository(registry.host, "team/nothing"))


@pytest.mark.parametrize("docker", [False, True], ids=["OCI index", "Docker manifest list"])
async def test_a_platform_must_be_in_the_index(registry, docker):
    digest = registry.push_index(
        "team/index", f"docker-{docker}", ["linux/amd64", "linux/arm64"], docker=docker
    )
    async with asking() as client:
        for platform in ("", "linux/arm64"):
            asked = repository(registry.host, "team/index", platform=platform)
            assert await client.digest(asked, f"docker-{docker}") == digest
        asked = repository(registry.host, "team/index", platform="linux/s390x")
        with pytest.raises(TagNotFoundError, match="not built for linux/s390x"):
            await client.digest(asked, f"docker-{docker}")


async def test_an_image_without_an_index_has_a_digest_too(registry):
    asked = repository(registry.host, platform="linux/amd64")
    async with asking() as client:
        assert (await client.digest(asked, TAGS[0])).startswith("sha256:")


async def test_name_and_password_over_tls_of_a_private_authority(tmp_path):
    files = make_certificate(tmp_path / "tls")
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    auth = {"htpasswd": {"realm": "test", "path": str(tmp_path / "htpasswd")}}
    basic = {"Authorization": "Basic cHVsbGVyOm5vdC1hLXNlY3JldA=="}
    with running_registry(tmp_path / "registry", auth=auth, tls=files, **basic) as running:
        running.push("team/lab", ["latest"])
        asked = repository(running.host, ca=str(running.ca), credentials=password(tmp_path, USER, PASSWORD))
        async with asking() as client:
            assert (await client.list_tags(asked)).tags == ("latest",)

            wrong = password(tmp_path, USER, "wrong")
            with pytest.raises(RegistryError, match="refuses to show") as refused:
                await client.list_tags(
                    repository(running.host, "team/x", ca=str(running.ca), credentials=wrong)
                )
            assert "wrong" not in str(refused.value)
            with pytest.raises(RegistryError, match="wants credentials"):
                await client.list_tags(repository(running.host, "team/y", ca=str(running.ca)))
            with pytest.raises(RegistryError, match="certificate of the registry is not trusted"):
                await client.list_tags(repository(running.host, plain_http=False))


@pytest.mark.parametrize("needs_password", [False, True], ids=["anonymous", "with password"])
async def test_bearer_tokens(tmp_path, needs_password):
    credentials = (USER, PASSWORD) if needs_password else None
    async with FakeTokenIssuer(tmp_path / "issuer", credentials=credentials) as issuer:
        with running_registry(tmp_path / "registry", auth=issuer.registry_auth) as running:
            await _push_with_token(running, issuer)
            source = password(tmp_path, USER, PASSWORD) if needs_password else None
            asked = repository(running.host, credentials=source)
            async with asking() as client:
                for _ in range(3):
                    assert (await client.list_tags(asked)).tags == ("latest",)

            assert len(issuer.asked) == 1
            assert issuer.asked[0]["scope"] == "repository:team/lab:pull"


async def test_a_token_that_has_ended_is_renewed(tmp_path):
    async with FakeTokenIssuer(tmp_path / "issuer") as issuer:
        with running_registry(tmp_path / "registry", auth=issuer.registry_auth) as running:
            await _push_with_token(running, issuer)
            asked = repository(running.host)
            async with asking() as client:
                # It says that it holds for a minute, but the registry stops believing it at once.
                issuer.lifetime, issuer.says_lifetime = -120, False
                with pytest.raises(RegistryError, match="refuses"):
                    await client.list_tags(asked)
                issuer.lifetime = 300
                assert (await client.list_tags(asked)).tags == ("latest",)


async def test_a_token_is_not_asked_of_a_stranger(tmp_path):
    async with FakeTokenIssuer(tmp_path / "issuer", credentials=(USER, PASSWORD)) as issuer:
        auth = issuer.registry_auth
        auth["token"]["realm"] = auth["token"]["realm"].replace("127.0.0.1", "localhost")
        with running_registry(tmp_path / "registry", auth=auth) as running:
            asked = repository(running.host, credentials=password(tmp_path, USER, PASSWORD))
            async with asking() as client:
                with pytest.raises(RegistryError, match="is not trusted"):
                    await client.list_tags(asked)
                assert issuer.asked == []
                named = repository(
                    running.host, realm="localhost", credentials=password(tmp_path, USER, PASSWORD)
                )
                with pytest.raises(TagNotFoundError):  # trusted now; there is only no such repository
                    await client.list_tags(named)


async def test_credentials_from_a_secret(tmp_path):
    async def secret(name):
        assert name == "pull"
        return json.dumps({"auths": {running.host: {"username": USER, "password": PASSWORD}}}).encode()

    async with FakeTokenIssuer(tmp_path / "issuer", credentials=(USER, PASSWORD)) as issuer:
        with running_registry(tmp_path / "registry", auth=issuer.registry_auth) as running:
            await _push_with_token(running, issuer)
            asked = repository(running.host, credentials=CredentialsSource(secret="pull"))
            async with asking(secrets=secret) as client:
                assert (await client.list_tags(asked)).tags == ("latest",)


async def _push_with_token(running, issuer):
    """Push one tag, as somebody who may."""
    token = issuer.token([{"type": "repository", "name": "team/lab", "actions": ["pull", "push"]}])
    running.headers["Authorization"] = f"Bearer {token}"
    running.push("team/lab", ["latest"])
