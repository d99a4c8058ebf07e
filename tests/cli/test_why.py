"""What does `libretexts-hub why` tell of a start that failed?"""

import json

import pytest

from libretexts_hub.cli import main
from libretexts_hub.domain.failed_start import record
from libretexts_hub.hub import failed_start_files
from tests.domain.test_failed_start import POD, event, seen

TOLD = """\
alice, 1970-01-01 00:00:01 UTC
cause: It failed
fix:   Read the lines of the server below; try the image by itself.
chosen image: lsst
route: hpc
route-reason: physics
pod: jupyter-alice, Pending on node-1
container notebook: waiting: CrashLoopBackOff; before: terminated: exit code 1, Error
events:
  BackOff: again
last lines of notebook:
  No module named jupyterhub
last lines of the hub:
  10:00:00 W alice waits
"""


@pytest.fixture
def folder(tmp_path):
    kept = seen(
        choice={"image": "lsst"},
        pod=POD,
        events=[event("BackOff", "again")],
        logs={"notebook": ["No module named jupyterhub"]},
        hub_lines=["10:00:00 W alice waits"],
    )
    failed_start_files.keep(tmp_path / "failed", record(kept))
    return tmp_path / "failed"


def test_a_person_at_a_terminal(folder, capsys):
    assert main(["why", "alice", "--folder", str(folder)]) == 0
    assert capsys.readouterr().out == TOLD


def test_a_program(folder, capsys):
    assert main(["why", "alice", "--folder", str(folder), "--json"]) == 0
    (kept,) = json.loads(capsys.readouterr().out)
    assert kept["words"] == "It failed"
    assert kept["fix"]


def test_the_folder_is_what_the_hub_has(folder, tmp_path, capsys):
    config = tmp_path / "hub_config.py"
    config.write_text("c.LibreTextsSpawner.failed_starts = 'failed'\n")
    assert main(["why", "alice", "--config", str(config)]) == 0
    config.write_text("c.LibreTextsSpawner.failed_starts = ''\n")
    capsys.readouterr()
    assert main(["why", "alice", "--config", str(config)]) == 2
    assert "keeps no failed starts" in capsys.readouterr().err


@pytest.mark.parametrize("person", ["bob", "../../etc/passwd", "", "名前" * 100])
def test_nobody_whose_start_failed(folder, capsys, person):
    assert main(["why", person, "--folder", str(folder)]) == 1
    assert "No failed start of" in capsys.readouterr().out


def test_the_last_three_of_a_server_are_kept(folder, capsys):
    for number in range(5):
        failed_start_files.keep(folder, record(seen(words=f"number {number}")))
    assert main(["why", "alice", "--folder", str(folder), "--all"]) == 0
    told = capsys.readouterr().out
    assert [f"number {number}" in told for number in range(5)] == [False, False, True, True, True]
    assert "number 4" in told.splitlines()[1]


def test_servers_are_not_without_number(tmp_path, monkeypatch):
    monkeypatch.setattr(failed_start_files, "MOST_SERVERS", 3)
    for number in range(6):
        failed_start_files.keep(tmp_path, record(seen(person=f"p{number}")))
    assert len(list(tmp_path.glob("*.json"))) == 3
    assert failed_start_files.load(tmp_path, "p5", "")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'[{"version": 99}]', b"\xff"])
def test_a_file_that_is_broken_is_as_none(folder, capsys, content):
    next(folder.glob("*.json")).write_bytes(content)
    assert main(["why", "alice", "--folder", str(folder)]) == 1
    assert capsys.readouterr().err == ""
