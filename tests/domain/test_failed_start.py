"""Is the cause of a failed start kept, and no secret with it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.failed_start import MOST_EVENTS, MOST_LINES, NO_FIX, Seen, fix_of, record
from libretexts_hub.domain.scrub import LONGEST_LINE, scrubbed

HEX = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("started at http://x/?token=abc123&next=/lab", "started at http://x/?token=(masked)&next=/lab"),
        ('{"password": "hunter2", "name": "a"}', '{"password": (masked), "name": "a"}'),
        ("Authorization: Bearer abc.def", "Authorization: (masked)"),
        ("mysql://me:hunter2@127.0.0.1/db", "mysql://me:(masked)@127.0.0.1/db"),
        (f"uses {HEX} now", "uses (masked) now"),
        (f"pulled quay.io/a@sha256:{HEX}{HEX}", f"pulled quay.io/a@sha256:{HEX}{HEX}"),
        ("pod jupyter-alice---0123abcd--a-very-long-name-of-a-server", None),
        ("id 0b1c2d3e-0000-4000-8000-0123456789ab", None),
        ("plain words of 12 o'clock", None),
        ("\x1b[31mred\x1b[0m\x07", "red"),
        ("x" * 900, "x" * LONGEST_LINE + "…"),
    ],
)
def test_what_is_masked_and_what_is_not(line, kept):
    assert scrubbed(line) == (line if kept is None else kept)


def test_a_known_secret_goes_wherever_it_is():
    assert scrubbed("a-secret-b", ["a-secret"]) == "(masked)-b"


@given(
    st.text(min_size=8, max_size=40, alphabet=st.characters(categories=["L", "N"])), st.text(max_size=2000)
)
def test_no_text_keeps_a_known_secret(secret, around):
    assert secret not in scrubbed(f"{around}{secret}{around}", [secret]).replace("(masked)", "")


POD = {
    "metadata": {
        "name": "jupyter-alice",
        "uid": "u1",
        "annotations": {
            "libretexts.org/route": "hpc",
            "libretexts.org/route-reason": "physics",
            "other": "x",
        },
        "labels": {"libretexts.org/person-passwd": "alice:x"},
    },
    "spec": {"nodeName": "node-1", "containers": [{"env": [{"name": "TOKEN", "value": "hunter2"}]}]},
    "status": {
        "phase": "Pending",
        "containerStatuses": [
            {
                "name": "notebook",
                "image": "x:1",
                "restartCount": 2,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
            }
        ],
    },
}


def event(reason, message, uid="u1"):
    return {
        "involvedObject": {"uid": uid, "name": "jupyter-alice"},
        "reason": reason,
        "message": message,
        "lastTimestamp": "2026-11-21T10:00:00Z",
        "type": "Warning",
    }


def seen(**more):
    return Seen(**{"person": "alice", "server": "", "at": 1.0, "words": "It failed", "choice": {}} | more)


def test_what_is_kept():
    kept = record(
        seen(
            choice={"image": "lsst", "size": "large"},
            pod=POD,
            events=[event("BackOff", "again"), event("BackOff", "again"), event("Other", "not ours", "u2")],
            hub_lines=["one", "api_token=abc"],
            logs={"notebook": ["No module named jupyterhub"]},
        )
    )
    assert kept["choice"] == {"image": "lsst", "size": "large"}
    assert kept["decided"] == {"route": "hpc", "route-reason": "physics"}
    assert (kept["pod"], kept["node"], kept["phase"]) == ("jupyter-alice", "node-1", "Pending")
    (container,) = kept["containers"]
    assert container["state"] == "waiting: CrashLoopBackOff"
    assert container["before"] == "terminated: exit code 1, Error"
    assert kept["events"] == ["BackOff: again (2 times)"]
    assert kept["hub"] == ["one", "api_token=(masked)"]
    assert "hunter2" not in str(kept)


def test_it_is_bounded():
    kept = record(
        seen(
            events=[event("A", f"number {n}") for n in range(500)],
            hub_lines=["x" * 5000] * 500,
            choice={str(n): "v" * 5000 for n in range(500)},
        )
    )
    assert (len(kept["events"]), len(kept["hub"])) == (MOST_EVENTS, MOST_LINES)
    assert len(str(kept)) < 100_000


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("exceeded quota: team", "quota"),
        ("0/3 nodes are available: 3 Insufficient cpu.", "node"),
        ("Failed: ImagePullBackOff", "pull secret"),
        ("OOMKilled", "larger size"),
    ],
)
def test_the_fix_goes_with_the_cause(words, part):
    assert part in fix_of(record(seen(words=words)))


def test_what_nobody_knows_has_a_fix_too():
    assert fix_of(record(seen())) == NO_FIX
    assert fix_of({}) == NO_FIX
