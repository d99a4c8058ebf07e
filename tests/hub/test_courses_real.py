"""Does a real kubelet mount what a course mounts: read-only for its people, writable for who teaches it?"""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from libretexts_hub.hub import course_file
from libretexts_hub.hub import courses as course_hub
from tests.cluster.running import running_cluster
from tests.hub.workshop import Workshop
from tests.servers.kubectl import find_kubectl
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

pytestmark = [pytest.mark.real_cluster, pytest.mark.timeout(300)]
# As process 1 Python would ignore SIGTERM, and each stop would take the whole grace period.
WEB = ["sh", "-c", "trap 'exit 0' TERM; python3 -m http.server 8888 --bind 0.0.0.0 & wait"]
COURSES = """
courses:
  db101:
    instructors: [prof]
    members: {people: [ada]}
    mounts:
      - {claim: shared, path: notes, at: /data/notes, instructors_write: true}
    folder: {claim: shared, at: /home/jovyan/group}
"""
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "shared"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
}


@pytest.fixture
def site(real, monkeypatch):
    """A namespace of the real cluster, and spawners with exactly the rights that the chart gives a hub."""
    with fresh_namespace(real, "courses") as target:
        yield (
            target,
            Workshop(running_cluster().hub_kubeconfig(target.namespace), monkeypatch, target.namespace),
        )
    course_file.forget_files()
    course_hub.forget()


async def inside(target, person: str, script: str) -> tuple[int, str]:
    command = [str(find_kubectl()), f"--kubeconfig={target.kubeconfig}", "-n", target.namespace]
    words = ["exec", f"jupyter-{person}", "-c", "notebook", "--", "sh", "-c", script]
    run = asyncio.to_thread(
        subprocess.run, [*command, *words], capture_output=True, text=True, timeout=180, check=False
    )
    done = await run
    return done.returncode, (done.stdout + done.stderr).strip()


async def test_people_of_a_course_share_what_it_says(site, tmp_path):
    target, workshop = site
    (tmp_path / "courses.yaml").write_text(COURSES)
    await NamespaceObjects(target).create("persistentvolumeclaims", CLAIM)
    spawners = {}
    for person, groups in (
        ("ada", ("course-db101",)),
        ("prof", ("course-db101", "course-db101-instructors")),
    ):
        spawners[person] = workshop.spawner(
            person,
            groups=groups,
            image=target.lab_image,
            cmd=WEB,
            start_timeout=120,
            uid=1000,
            fs_gid=100,
            delete_grace_period=1,
            courses_file=str(tmp_path / "courses.yaml"),
        )
        await spawners[person].start()

    assert (await inside(target, "prof", "echo read me > /data/notes/a.txt"))[0] == 0
    assert await inside(target, "ada", "cat /data/notes/a.txt") == (0, "read me")
    code, words = await inside(target, "ada", "echo no > /data/notes/b.txt")
    assert code != 0
    assert "Read-only" in words
    assert (await inside(target, "ada", "echo ours > /home/jovyan/group/c.txt"))[0] == 0
    assert await inside(target, "prof", "cat /home/jovyan/group/c.txt") == (0, "ours")
    # Two folders of one claim: nothing else of it is seen.
    assert await inside(target, "ada", "ls /home/jovyan/group") == (0, "c.txt")
    for spawner in spawners.values():
        await spawner.stop()
    await workshop.close()
