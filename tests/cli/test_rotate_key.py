"""Are the keys in a Secret turned, and left alone when something is wrong?"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from libretexts_hub.cli import main
from tests.cli.cluster_http import ask

if TYPE_CHECKING:
    from tests.servers.target import Target

OLD, OLDER = "1" * 64, "2" * 64
KEY = "hub.config.CryptKeeper.keys"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def secret(target: Target, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a Secret as the chart makes it."""
    monkeypatch.setenv("KUBECONFIG", str(target.kubeconfig))
    path = f"/api/v1/namespaces/{target.namespace}/secrets"
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"generateName": "hub-"},
        "data": {KEY: encoded(f"{OLD};{OLDER}"), "hub.config.JupyterHub.cookie_secret": encoded("stays")},
    }
    return f"{path}/{ask(target, 'POST', path, body)['metadata']['name']}"


def named(target: Target, secret: str) -> list[str]:
    return ["rotate-key", "--secret", f"{target.namespace}/{secret.rpartition('/')[2]}"]


def test_the_first_goes_the_second_moves_up(
    target: Target, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*named(target, secret), "--no-database"]) == 0
    data = ask(target, "GET", secret)["data"]
    first, new = base64.b64decode(data[KEY]).decode().split(";")
    assert first == OLDER
    assert len(bytes.fromhex(new)) == 32
    assert data["hub.config.JupyterHub.cookie_secret"] == encoded("stays")
    said = capsys.readouterr()
    assert not any(key in said.out + said.err for key in (OLD, OLDER, new))
    assert "Restart the hub" in said.out


@pytest.mark.parametrize(
    "words",
    [["--key", "another", "--no-database"], ["--db-url", "sqlite:///not/there.sqlite"]],
    ids=["no such key", "no database"],
)
def test_what_goes_wrong_changes_nothing(
    target: Target, secret: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*named(target, secret), *words]) == 2
    assert ask(target, "GET", secret)["data"][KEY] == encoded(f"{OLD};{OLDER}")
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert OLD not in said
