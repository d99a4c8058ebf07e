"""What becomes of pods whose cluster was killed?"""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from libretexts_hub.local_cluster.kubelet import Kubelet, leftovers, strays
from libretexts_hub.local_cluster.kubelet.addresses import Addresses
from tests.local_cluster.node_harness import IMAGES, QUICK, alive, new_store, until

CLUSTER = """
import asyncio, sys
from pathlib import Path
from tests.local_cluster.node_harness import IMAGES, QUICK, Harness, new_store, sh
from libretexts_hub.local_cluster.kubelet import Kubelet

async def main(state, numbers):
    store = new_store()
    kubelet = Kubelet(store, Path(state), IMAGES, timing=QUICK)
    await kubelet.start()
    script = f"setsid sh -c 'echo $$ >> {numbers}; exec sleep 60' & echo $$ >> {numbers}; sleep 60 & wait"
    Harness(store, kubelet, Path(state)).pod("left", sh(script))
    await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_later_start_ends_what_a_killed_cluster_left(tmp_path: Path) -> None:
    state, numbers = tmp_path / "state", tmp_path / "numbers"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    cluster = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLUSTER, str(state), str(numbers), env=environment
    )
    try:
        await until(lambda: numbers.exists() and numbers.read_text().count("\n") == 2, "the pod runs")
    finally:
        cluster.send_signal(signal.SIGKILL)
        await cluster.wait()
    assert len(alive(numbers)) == 2
    kubelet = Kubelet(new_store(), state, IMAGES, timing=QUICK)
    await kubelet.start()
    try:
        await until(lambda: not alive(numbers), "nothing is left")
        assert list((state / "pods").iterdir()) == []
    finally:
        await kubelet.stop()


def test_a_process_that_is_not_ours_is_never_signalled(tmp_path: Path) -> None:
    """A record whose number belongs to another process now, and a marker of another folder."""
    folder = tmp_path / "state" / "pods" / "uid" / "containers" / "main"
    folder.mkdir(parents=True)
    environment = {**os.environ, strays.STATE_MARKER: f"{tmp_path}/state-of-another"}
    with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as other:
        try:
            (folder / leftovers.RECORD).write_text(f'{{"pgid": {other.pid}, "started": "long ago"}}')
            assert leftovers.end_leftovers(tmp_path / "state", 0.2) == 0
            assert other.poll() is None
        finally:
            other.kill()


def test_broken_records_are_harmless(tmp_path: Path) -> None:
    for number, text in enumerate(
        ["", "{}", "[]", '{"pgid": "x", "started": 1}', '{"pgid": -1, "started": null}']
    ):
        folder = tmp_path / "pods" / "uid" / "containers" / f"c{number}"
        folder.mkdir(parents=True)
        (folder / leftovers.RECORD).write_text(text)
    assert leftovers.end_leftovers(tmp_path, 0.1) == 0
    assert not (tmp_path / "pods").exists()


def test_two_clusters_never_share_an_address() -> None:
    first, second = Addresses("seed"), Addresses("seed")
    taken = [source.take() for source in (first, second, first, second)]
    assert len({address.ip for address in taken}) == 4
    for address in taken:
        address.release()


def test_one_address_for_all_where_that_is_asked_for() -> None:
    addresses = Addresses("seed", one_address=True)
    assert {addresses.take().ip, addresses.take().ip} == {"127.0.0.1"}
