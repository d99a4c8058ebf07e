"""Does git know who commits, and do sentences say why there is no access token?"""

import subprocess

import pytest

from libretexts_hub.domain.git_rules import (
    Author,
    Credential,
    author_of,
    credential_of,
    is_of_host,
    system_configuration,
    variables,
)
from libretexts_hub.domain.provision import parse_provision

ADA = {"id": 5001, "login": "ada", "name": "Ada Lovelace", "email": "ada@example.org"}
TOKEN = "a-token-of-a-test"


def rules(**git):
    return parse_provision({"git": {"host": "github.com"} | git}, where="c").git


@pytest.mark.parametrize(
    ("git", "state", "made"),
    [
        pytest.param({}, {"github_user": ADA}, Author("Ada Lovelace", "ada@example.org"), id="GitHub"),
        pytest.param(
            {},
            {"github_user": ADA | {"email": None, "name": None}},
            Author("ada", "5001+ada@users.noreply.github.com"),
            id="GitHub, private address",
        ),
        pytest.param(
            {"host": "git.example.edu", "name": ["u.cn"], "email": "u.mail"},
            {"u": {"cn": ["Ada"], "mail": ["a@b.c", "d@e.f"]}},
            Author("Ada", ""),
            id="two addresses are none",
        ),
        pytest.param({}, None, Author("person", ""), id="nothing known"),
        pytest.param(
            {}, {"github_user": {"name": 'A"<x>\nb', "email": "no address"}}, Author("Axb", ""), id="hostile"
        ),
    ],
)
def test_who_commits(git, state, made):
    assert author_of(rules(**git), state, "person") == made


@pytest.mark.parametrize(
    ("git", "state", "words"),
    [
        pytest.param({}, None, "saves no access token", id="no auth_state"),
        pytest.param({}, {"scope": ["repo"]}, "brought no access token", id="no token"),
        pytest.param({}, {"access_token": 5, "scope": ["repo"]}, "brought no access token", id="a number"),
        pytest.param({}, {"access_token": "a\nb", "scope": ["repo"]}, "can't be sent", id="two lines"),
        pytest.param({}, {"access_token": TOKEN, "scope": []}, "(scope repo or public_repo)", id="no scope"),
        pytest.param({}, {"access_token": TOKEN}, "lacks the right to push", id="scope unknown"),
        pytest.param({}, {"access_token": TOKEN, "scope": "read:org"}, "lacks the right", id="other scope"),
    ],
)
def test_why_there_is_no_token(git, state, words):
    answer = credential_of(rules(**git), state)
    assert isinstance(answer, str)
    assert words in answer
    assert TOKEN not in answer


@pytest.mark.parametrize(
    ("git", "state", "username"),
    [
        ({}, {"scope": ["read:org", "repo"]}, "x-access-token"),
        ({}, {"scope": "read:org,public_repo"}, "x-access-token"),
        ({"scopes": []}, {}, "x-access-token"),
        ({"host": "gitlab.example.edu"}, {}, "oauth2"),
        (
            {"scopes": ["write"], "scope": "token_response.scope"},
            {"token_response": {"scope": "a write"}},
            None,
        ),
    ],
)
def test_a_token(git, state, username):
    answer = credential_of(rules(**git), state | {"access_token": TOKEN})
    assert isinstance(answer, Credential)
    assert answer.password == TOKEN
    assert username in (answer.username, None)
    assert TOKEN not in repr(answer)


@pytest.mark.parametrize(
    ("git", "slug", "address", "goes"),
    [
        pytest.param({}, "github", "https://github.com", True, id="at that address"),
        pytest.param({}, "work", "https://GitHub.com/", True, id="whatever it is called"),
        pytest.param({}, "campus", "", False, id="a directory"),
        pytest.param({"host": "git.example.edu"}, "github", "https://github.com", False, id="another GitHub"),
        pytest.param({"host": "git.example.edu"}, "google", "", False, id="another provider"),
        pytest.param({"host": "git.example.edu", "provider": "oidc"}, "oidc", "", True, id="the named one"),
        pytest.param({"provider": "oidc"}, "github", "https://github.com", False, id="not the named one"),
    ],
)
def test_a_host_gets_the_tokens_of_its_own_provider_only(git, slug, address, goes):
    assert is_of_host(rules(**git), slug=slug, address=address) is goes


@pytest.mark.parametrize("name", ["Ada", 'A "quoted" \\ name', "# no comment; = [x]", "  Ελένη "])
def test_git_reads_the_file_as_it_was_meant(tmp_path, name):
    (tmp_path / "c").write_text(system_configuration(Author(name, "a@b.c")))
    command = ["git", "config", "--file", str(tmp_path / "c"), "--get", "user.name"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{name}\n"


def test_variables_go_on_where_the_operator_stopped():
    written = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "x.y", "GIT_CONFIG_SYSTEM": "/theirs"}
    assert variables(rules(), "/run/person", written) == {
        "LIBRETEXTS_GIT_HOST": "github.com",
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_1": "credential.https://github.com.helper",
        "GIT_CONFIG_VALUE_1": "",
        "GIT_CONFIG_KEY_2": "credential.https://github.com.helper",
        "GIT_CONFIG_VALUE_2": "/run/person/git-credential",
    }
    assert variables(rules(), "/run/person", {})["GIT_CONFIG_SYSTEM"] == "/run/person/gitconfig"
