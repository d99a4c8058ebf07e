"""When is a container started again, and what does the pod say meanwhile?"""

import pytest

from libretexts_hub.local_cluster.kubelet.backoff import BackOff
from libretexts_hub.local_cluster.kubelet.container import go_duration
from libretexts_hub.local_cluster.kubelet.timing import Timing
from tests.local_cluster.node_harness import Harness, sh, until


async def test_crash_loop(node: Harness) -> None:
    node.pod("crash", sh("echo attempt; exit 7"), restartPolicy="Always")
    await until(lambda: node.waiting("crash") == "CrashLoopBackOff")
    status = node.container("crash")
    assert status["state"]["waiting"]["message"].startswith(
        "back-off 400ms restarting failed container=main pod=crash_"
    )
    assert status["lastState"]["terminated"]["exitCode"] == 7
    assert status["restartCount"] >= 1
    assert node.phase("crash") == "Running"
    assert "BackOff" in node.reasons("crash")
    assert node.log("crash") == "attempt\n"
    assert node.log("crash", previous=True) == "attempt\n"
    before = status["restartCount"]
    await until(lambda: node.container("crash")["restartCount"] > before, "it is started again")


async def test_on_failure_until_it_succeeds(node: Harness) -> None:
    folder = node.claim("counter")
    node.pod(
        "tries",
        sh(
            "cd /data; echo x >> n; test $(wc -l < n) -ge 2",
            volumeMounts=[{"name": "v", "mountPath": "/data"}],
        ),
        restartPolicy="OnFailure",
        volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "counter"}}],
    )
    assert (await node.finished("tries"))["phase"] == "Succeeded"
    assert node.container("tries")["restartCount"] == 1
    assert (folder / "n").read_text() == "x\nx\n"


async def test_a_command_that_does_not_exist(node: Harness) -> None:
    node.pod("nope", {"name": "main", "image": "example.org/shell:1", "command": ["no-such-program"]})
    assert (await node.finished("nope"))["phase"] == "Failed"
    ended = node.container("nope")["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
    assert 'exec: "no-such-program": executable file not found in $PATH' in ended["message"]


@pytest.mark.parametrize(
    ("script", "policy", "message"),
    [
        pytest.param("printf 'no disk' > /dev/termination-log; exit 1", "File", "no disk", id="file"),
        pytest.param("echo from the log; exit 1", "FallbackToLogsOnError", "from the log\n", id="log"),
        pytest.param("echo from the log; exit 1", "File", "", id="no fallback"),
    ],
)
async def test_termination_message(node: Harness, script: str, policy: str, message: str) -> None:
    node.pod("words", sh(script, terminationMessagePolicy=policy))
    await node.finished("words")
    assert node.container("words")["state"]["terminated"].get("message", "") == message


def test_back_off_doubles_up_to_a_maximum_and_is_forgotten() -> None:
    backoff = BackOff(Timing(backoff_base=10, backoff_max=30))
    assert backoff.remaining("x", 0, 0) == 0
    delays = []
    for failed_at in (0.0, 10.0, 20.0):
        backoff.next("x", failed_at)
        delays.append(backoff.delay("x"))
    assert delays == [10, 20, 30]
    assert backoff.remaining("x", 25, 26) == 29
    assert backoff.remaining("x", 100, 100) == 0
    backoff.next("x", 100)
    assert backoff.delay("x") == 10


@pytest.mark.parametrize(
    ("seconds", "text"), [(10, "10s"), (80, "1m20s"), (300, "5m0s"), (0.4, "400ms")], ids=str
)
def test_durations_as_go_prints_them(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text
