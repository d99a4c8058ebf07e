"""Whose is a name at a hub with several providers, and which settings of them are refused?"""

import pytest

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.login_providers import LoginProviders
from libretexts_hub.errors import ConfigurationError

WHERE = "c.SeveralAuthenticator.providers"
WRITTEN = {
    "campus": {"class": "libretexts-ldap", "name": "your campus account", "prefix": ""},
    "github": {"class": "libretexts-github"},
    "guests": {"class": "libretexts-oidc", "prefix": "github-guest-", "settings": {"scope": ["openid"]}},
}


def parsed(raw=None):
    return LoginProviders.parse(WRITTEN if raw is None else raw, where=WHERE)


def test_a_prefix_is_the_slug_unless_it_is_written():
    assert [(each.slug, each.prefix) for each in parsed().every] == [
        ("campus", ""),
        ("github", "github-"),
        ("guests", "github-guest-"),
    ]


@pytest.mark.parametrize(
    ("slug", "said", "name"),
    [
        pytest.param("campus", "Amy", "amy", id="no prefix"),
        pytest.param("github", "Amy", "github-amy", id="prefix"),
        pytest.param("guests", "amy", "github-guest-amy", id="a prefix that goes on from another"),
        pytest.param("github", "github-amy", "github-github-amy", id="a name like a prefix"),
    ],
)
def test_the_name_at_the_hub(slug, said, name):
    providers = parsed()
    one = next(each for each in providers.every if each.slug == slug)
    assert providers.hub_name(one, said) == name
    assert providers.of_name(name) == one


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        pytest.param("campus", "github-amy", id="of the one without a prefix"),
        pytest.param("campus", "GITHUB-amy", id="in capitals"),
        pytest.param("campus", "\uff47ithub-amy", id="in full-width letters"),
        pytest.param("github", "guest-amy", id="of the longer prefix"),
        pytest.param("github", "a" * 255, id="too long with the prefix"),
        pytest.param("github", 7, id="no text"),
    ],
)
def test_nobody_gets_a_name_of_another_provider(slug, said):
    providers = parsed()
    one = next(each for each in providers.every if each.slug == slug)
    with pytest.raises(Denied):
        providers.hub_name(one, said)


@pytest.mark.parametrize(
    ("raw", "place", "words"),
    [
        pytest.param({}, WHERE, "No provider", id="none"),
        pytest.param({"a": {}}, f"{WHERE}['a'].class", "'class' is missing", id="no class"),
        pytest.param({"a": {"class": "x", "prefx": ""}}, f"{WHERE}['a']", "'prefx'", id="unknown key"),
        pytest.param({"A b": {"class": "x"}}, f"{WHERE}['A b']", "slug", id="no slug"),
        pytest.param(
            {"a": {"class": "x", "prefix": ""}, "b": {"class": "y", "prefix": ""}},
            f"{WHERE}['b'].prefix",
            "could take the names",
            id="the same prefix",
        ),
        pytest.param({"a": {"class": "x", "prefix": "GitHub-"}}, f"{WHERE}['a'].prefix", "begin", id="case"),
        pytest.param({"a": {"class": "x", "prefix": "a/"}}, f"{WHERE}['a'].prefix", "begin", id="slash"),
        pytest.param({"a": {"class": "x", "prefix": 1}}, f"{WHERE}['a'].prefix", "text", id="number"),
        pytest.param({"a": {"class": "x", "settings": []}}, f"{WHERE}['a'].settings", "mapping", id="list"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(raw, place, words):
    with pytest.raises(ConfigurationError) as caught:
        parsed(raw)
    assert caught.value.where == place
    assert words in caught.value.what
    assert caught.value.fix


def test_a_secret_in_settings_is_in_no_repr():
    raw = {"a": {"class": "x", "settings": {"client_secret": "hidden"}}}
    assert "hidden" not in repr(parsed(raw))
