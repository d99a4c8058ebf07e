"""How does a test run the verb, and which registry is there to ask?"""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from libretexts_hub.cli import main
from libretexts_hub.domain.repositories import Repository, Snapshot
from libretexts_hub.hub import menu_memory
from tests.servers.registry import running_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.registry import Registry

TAGS = ["recommended", "w_2026_45", "w_2026_46", "r29_0_0", "latest"]


@pytest.fixture
def images(tmp_path, capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Run the verb with a configuration; its exit code, what it printed and what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    for name in ("LAB_REPO_NAME", "LAB_IMAGE"):
        monkeypatch.delenv(name, raising=False)

    def run(configuration: str, *words: str) -> tuple[int, str, str]:
        file = tmp_path / "hub_config.py"
        file.write_text(configuration)
        code = main(["images", "--config", str(file), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def no_network(monkeypatch) -> list[object]:
    """The test fails where a socket is connected or bound, or a name is looked up; what was tried."""
    import libretexts_hub.hub.spawner  # noqa: F401  (urllib3 tries IPv6 once, when it is imported)

    tried: list[object] = []

    def refuse(*words: object, **_: object) -> None:
        tried.append(words)
        raise AssertionError(f"A socket is opened: {words}")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse, raising=False)
    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    return tried


@pytest.fixture
def render(tmp_path, capsys, monkeypatch, no_network) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run `render` with a configuration, where there is neither a network nor a cluster, and nothing may be
    written; its exit code, what it printed and what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    for name in ("LAB_REPO_NAME", "LAB_IMAGE", "KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    tags = ("recommended", "w_2026_46", "w_2026_45", "r29_0_0")
    digests = {tag: f"sha256:{number * 64}" for number, tag in zip("1234", tags, strict=True)}
    known = Snapshot(tags, digests, time.time())
    menu_memory.save(tmp_path / "menu.json", {Repository("quay.io", "ours/lab"): known})

    def run(configuration: str, *words: str, user: str = "alice") -> tuple[int, str, str]:
        file = tmp_path / "hub_config.py"
        file.write_text(configuration, encoding="utf-8")
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        code = main(["render", "--config", str(file), "--user", user, "--cached", *words])
        said = capsys.readouterr()
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
        return code, said.out, said.err

    yield run
    assert not no_network


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Iterator[Registry]:
    """A real registry with a few tags; `recommended` is the newest weekly."""
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        running.push("team/lab", TAGS)
        weekly = running.manifest("w_2026_46 ")
        running.put("team/lab", "recommended", weekly, "application/vnd.oci.image.manifest.v1+json")
        yield running
