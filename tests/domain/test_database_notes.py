"""Is what a database says beside its work read from the events of its pod, and nothing else?"""

import subprocess

import pytest

from libretexts_hub.domain.database_notes import notes_of, probe_command

UID = "u-1"


def event(message, *, path="spec.initContainers{database}", reason="Unhealthy", uid=UID, at="12:00:00"):
    return {
        "reason": reason,
        "message": message,
        "involvedObject": {"uid": uid, "fieldPath": path},
        "lastTimestamp": f"2026-11-01T{at}Z",
    }


@pytest.mark.parametrize(
    ("events", "said"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param([event("Startup probe failed: ")], "", id="not started yet"),
        pytest.param([event("Startup probe failed: The disk\nis full.\n")], "The disk is full.", id="native"),
        pytest.param(
            [event("Readiness probe failed: Full.", path="spec.containers{database}")],
            "Full.",
            id="container",
        ),
        pytest.param(
            [event("Readiness probe failed: x", path="spec.containers{notebook}")], "", id="notebook"
        ),
        pytest.param([event("Startup probe failed: old", uid="u-0")], "", id="another pod"),
        pytest.param([event("Startup probe failed: x", reason="Killing")], "", id="another reason"),
        pytest.param(
            [event("Startup probe failed: last", at="12:00:09"), event("Startup probe failed: first")],
            "last",
            id="the last one",
        ),
        pytest.param([{"reason": "Unhealthy"}, {"involvedObject": None}], "", id="half an event"),
    ],
)
def test_what_the_probe_said(events, said):
    assert notes_of(events, UID, "database") == said


def test_the_probe_says_it_once(tmp_path):
    def run():
        done = subprocess.run(probe_command(str(tmp_path)), capture_output=True, text=True)
        return done.returncode, done.stdout

    assert run() == (1, "")
    (tmp_path / "notes").write_text("The disk is full.")
    (tmp_path / "started").touch()
    assert run() == (1, "The disk is full.")
    assert run() == (0, "")
