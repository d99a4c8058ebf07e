"""Does a pod run as a local process, and does it end as a pod does?"""

import os
from pathlib import Path

import pytest

from tests.local_cluster.node_harness import Harness, alive, sh, until


async def test_a_pod_runs_and_succeeds(node: Harness) -> None:
    node.pod("hello", sh("echo hello; echo oops >&2"))
    status = await node.finished("hello")
    assert status["phase"] == "Succeeded"
    assert node.log("hello") == "hello\noops\n"
    ended = node.container("hello")["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
    assert node.condition("hello", "Ready")["reason"] == "PodCompleted"
    assert {"Scheduled", "Pulled", "Created", "Started"} <= node.reasons("hello")


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 3", 3), ("kill -9 $$", 137), ("kill -15 $$", 143)],
    ids=["exit", "kill", "term"],
)
async def test_exit_codes(node: Harness, script: str, code: int) -> None:
    node.pod("fails", sh(script))
    status = await node.finished("fails")
    assert status["phase"] == "Failed"
    ended = node.container("fails")["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (code, "Error")


async def test_a_running_pod_has_an_address_and_conditions(node: Harness) -> None:
    for name in ("one", "two"):
        node.pod(name, sh("exec sleep 60"))
    first, second = await node.ready("one"), await node.ready("two")
    assert first["phase"] == "Running"
    assert first["podIP"].startswith("127.")
    assert first["podIP"] != second["podIP"]
    assert first["podIPs"] == [{"ip": first["podIP"]}]
    assert first["hostIP"] == "127.0.0.1"
    true = {item["type"] for item in first["conditions"] if item["status"] == "True"}
    assert true == {"PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"}
    container = node.container("one")
    assert container["ready"]
    assert container["started"]
    assert container["containerID"]


async def test_deletion_is_graceful_and_final(node: Harness) -> None:
    script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
    node.pod("server", sh(script))
    await until(
        lambda: node.container("server").get("state", {}).get("running") and "up" in node.log("server")
    )
    folder = next((node.state_dir / "pods").iterdir())
    node.store.delete("pods", "default", "server", grace_seconds=10)
    assert node.get("server") is not None
    await node.gone("server")
    await until(lambda: not folder.exists(), "the pod's folder is gone")
    assert "Killing" in node.reasons("server")


async def test_a_process_that_ignores_sigterm_is_killed_with_its_children(
    node: Harness, tmp_path: Path
) -> None:
    numbers = tmp_path / "numbers"
    # One child in the process group, and one that has left it, as a Jupyter kernel does.
    script = (
        f"trap '' TERM; setsid sh -c 'echo $$ >> {numbers}; sleep 61' & "
        f"sleep 62 & echo $! $$ >> {numbers}; while :; do sleep 0.05; done"
    )
    node.pod("stubborn", sh(script))
    await until(lambda: numbers.exists() and numbers.read_text().count("\n") == 2)
    node.store.delete("pods", "default", "stubborn", grace_seconds=1)
    await node.gone("stubborn")
    await until(lambda: not alive(numbers), "nothing of it is left")


async def test_a_shorter_grace_is_honoured_while_the_pod_ends(node: Harness) -> None:
    node.pod("slow", sh("trap '' TERM; echo up; while :; do sleep 0.05; done"))
    await until(lambda: node.container("slow").get("state", {}).get("running") and "up" in node.log("slow"))
    node.store.delete("pods", "default", "slow", grace_seconds=600)
    await until(lambda: "Killing" in node.reasons("slow"))
    node.store.delete("pods", "default", "slow", grace_seconds=1)
    await node.gone("slow")


async def test_deletion_by_force_kills_at_once(node: Harness, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    node.pod("forced", sh(f"trap '' TERM; echo $$ > {mark}; while :; do sleep 0.05; done"))
    await until(lambda: mark.exists() and mark.read_text().strip())
    node.store.delete("pods", "default", "forced", grace_seconds=0)
    assert node.get("forced") is None
    await until(lambda: not alive(mark), "the process is gone")


async def test_stop_ends_every_pod(node: Harness, tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    for name in ("a", "b"):
        node.pod(name, sh(f"echo $$ >> {mark}; setsid sh -c 'echo $$ >> {mark}; sleep 60'", name="main"))
    await until(lambda: mark.exists() and mark.read_text().count("\n") == 4)
    await node.kubelet.stop()
    await until(lambda: not alive(mark), "nothing of them is left")


def zombies() -> list[str]:
    """Children of this process that have ended and were not reaped."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    states = {pid: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in children}
    return [pid for pid, state in states.items() if state == "Z"]


async def test_neither_zombies_nor_descriptors_stay(node: Harness) -> None:
    node.pod("warm", sh("true"))
    await node.finished("warm")
    before = len(os.listdir("/proc/self/fd"))
    for number in range(5):
        node.pod(f"pod-{number}", sh("true"))
    for number in range(5):
        await node.finished(f"pod-{number}")
        node.store.delete("pods", "default", f"pod-{number}")
        await node.gone(f"pod-{number}")
    await until(lambda: len(os.listdir("/proc/self/fd")) <= before, "no descriptor is left")
    assert zombies() == []


async def test_active_deadline(node: Harness) -> None:
    node.pod("late", sh("exec sleep 60"), activeDeadlineSeconds=1)
    status = await node.finished("late")
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")


async def test_two_hundred_simulated_pods(node: Harness) -> None:
    for number in range(200):
        node.pod(f"sim-{number}", {"name": "main", "image": "example.org/simulated:1"})
    await until(lambda: all(node.is_ready(f"sim-{number}") for number in range(200)), "all are ready")
    for number in range(200):
        node.store.delete("pods", "default", f"sim-{number}")
    await until(lambda: not node.store.list("pods")[0], "all are gone")
