"""Are credentials shown to nobody but the registry and its own token service?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.clients.registry_realms import check_realm
from libretexts_hub.domain.connections import Connection
from libretexts_hub.domain.repositories import Repository


def is_trusted(realm: str, asked: Repository) -> bool:
    try:
        check_realm(realm, asked)
    except RegistryError:
        return False
    return True


@pytest.mark.parametrize(
    ("host", "realm"),
    [
        ("docker.io", "https://auth.docker.io/token"),
        ("ghcr.io", "https://ghcr.io/token"),
        ("quay.io", "https://quay.io/v2/auth"),
        ("registry.gitlab.com", "https://gitlab.com/jwt/auth"),
        ("europe-west1-docker.pkg.dev", "https://europe-west1-docker.pkg.dev/v2/token"),
        ("harbor.example.org", "https://harbor.example.org/service/token"),
        ("registry.example.org", "https://gitlab.example.org/jwt/auth"),
        ("registry.example.org:5050", "https://example.org/jwt/auth"),
        ("registry.physics.example.ac.uk", "https://git.physics.example.ac.uk/jwt/auth"),
        ("REGISTRY.example.org", "https://Registry.EXAMPLE.org/token"),
    ],
)
def test_a_realm_of_the_registry(host, realm):
    assert is_trusted(realm, Repository(host, "team/lab"))


@pytest.mark.parametrize(
    ("host", "realm"),
    [
        ("docker.io", "https://auth.docker.io.example.org/token"),
        ("docker.io", "https://evil.example.org/token"),
        ("quay.io", "https://evil.io/token"),
        ("ghcr.io", "http://ghcr.io/token"),
        ("registry.co.uk", "https://evil.co.uk/token"),
        ("team.azurecr.io", "https://evil.azurecr.io/token"),
        ("europe-docker.pkg.dev", "https://evil.pkg.dev/token"),
        ("10.0.0.1", "https://10.0.0.2/token"),
        ("10.0.0.1", "https://evil.0.0.1/token"),
        ("registry.example.org", "https://user@registry.example.org/token"),
        ("registry.example.org", "https://evil-example.org/token"),
        ("registry.example.org", "/jwt/auth"),
        ("registry.example.org", "file:///etc/passwd"),
        ("registry.example.org", "https://[/token"),
        ("registry.example.org", ""),
    ],
)
def test_a_realm_of_a_stranger(host, realm):
    with pytest.raises(RegistryError, match="is not trusted"):
        check_realm(realm, Repository(host, "team/lab"))


@pytest.mark.parametrize("named", ["auth.example.com", "auth.example.com:8443"])
def test_a_realm_that_the_operator_named(named):
    asked = Repository("registry.example.org", "team/lab", Connection(realm=named))
    assert is_trusted("https://auth.example.com:8443/token", asked)


@pytest.mark.parametrize(("plain_http", "trusted"), [(True, True), (False, False)])
def test_a_realm_without_tls(plain_http, trusted):
    asked = Repository("registry.example.org", "team/lab", Connection(plain_http=plain_http))
    assert is_trusted("http://registry.example.org/token", asked) is trusted
    if not trusted:
        with pytest.raises(RegistryError, match="with https"):
            check_realm("http://registry.example.org/token", asked)


@given(st.text())
def test_any_realm_is_refused_in_words(realm):
    with pytest.raises(RegistryError):
        check_realm(realm, Repository("registry.example.org", "team/lab"))
