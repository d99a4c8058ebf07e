"""What does a person read whose machine or kubeconfig is not right for the cluster? One sentence, code 2."""

import ipaddress
import json

import pytest

from libretexts_hub.errors import SetupError
from tests.cluster import __main__ as command
from tests.cluster import prerequisites, run


def kubeconfig(server: str, user: dict) -> str:
    return json.dumps(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": user}],
        }
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(None, "cannot be read", id="missing"),
        pytest.param("{", "no complete kubeconfig", id="not YAML"),
        pytest.param("[]", "no complete kubeconfig", id="not a mapping"),
        pytest.param("kind: Config", "no complete kubeconfig", id="empty"),
        pytest.param(kubeconfig("http://127.0.0.1:1", {}), "no complete kubeconfig", id="no credentials"),
        pytest.param(kubeconfig("http://127.0.0.1:1", {"token": "t"}), "does not answer", id="dead server"),
        pytest.param(
            kubeconfig("http://127.0.0.1:1", {"client-certificate-data": "%", "client-key-data": "%"}),
            "no complete kubeconfig",
            id="not base64",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["up", "status"])
def test_a_kubeconfig_that_cannot_be_used(monkeypatch, capsys, tmp_path, text, words, verb):
    path = tmp_path / "kubeconfig"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("LIBRETEXTS_HUB_KUBECONFIG", str(path))
    assert command.main([verb]) == 2
    message = capsys.readouterr().err
    assert words in message
    assert str(path) in message
    assert len(message.splitlines()) == 1


def test_without_root(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="needs root"):
        prerequisites.check(building=False)


def test_without_go(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(SetupError, match="Go was not found"):
        prerequisites.check(building=True)


def test_no_network_is_taken_that_is_in_use():
    used = [ipaddress.IPv4Network(f"10.{number}.7.0/24") for number in range(256) if number != 99]
    assert run.free_network(used) == "10.99.0.0/16"
    with pytest.raises(SetupError, match="No private network is free"):
        run.free_network([ipaddress.IPv4Network("10.0.0.0/8")])
