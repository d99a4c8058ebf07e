"""Does a real kubelet run both engines as it should, and what is left after everything that may happen?"""

from __future__ import annotations

import asyncio
import base64
import subprocess

import pytest

from libretexts_hub.hub.notices import NOTICES
from tests.cluster.running import running_cluster
from tests.hub.workshop import Record, Workshop
from tests.servers.kubectl import find_kubectl
from tests.servers.namespace_objects import NamespaceObjects, eventually
from tests.servers.target import fresh_namespace

pytestmark = [pytest.mark.real_cluster, pytest.mark.timeout(300)]
# As process 1 Python would ignore SIGTERM, and each stop would take the whole grace period.
WEB = ["sh", "-c", "trap 'exit 0' TERM; python3 -m http.server 8888 --bind 0.0.0.0 & wait"]
ENGINES = ("mariadb", "postgresql")
ROWS = ",".join(f"({n})" for n in range(10_000))
CLIENT = {
    "mariadb": 'MYSQL_PWD=$DB_PASSWORD mariadb -N -h127.0.0.1 -u"$DB_NAME" "$DB_NAME"',
    "postgresql": 'PGPASSWORD=$DB_PASSWORD psql -qtAX -h127.0.0.1 -U "$DB_NAME" "$DB_NAME"',
}
KILL = {
    "mariadb": 'kill -9 $(cat "$DB_RUN/engine.pid")',
    "postgresql": 'kill -9 $(head -n 1 "$DB_FOLDER/data/postmaster.pid")',
}


@pytest.fixture
def site(real, monkeypatch):
    """A namespace of the real cluster, and spawners with exactly the rights that the chart gives a hub."""
    with fresh_namespace(real, "sidecar") as target:
        kubeconfig = running_cluster().hub_kubeconfig(target.namespace)
        made = Workshop(kubeconfig, monkeypatch, target.namespace)
        yield target, made


class Server:
    """One person's server on the real cluster, over several starts of the hub."""

    def __init__(self, site, engine: str, **traits) -> None:
        self.traits = traits
        self.target, self.workshop = site
        self.engine, self.state = engine, {}
        self.objects = NamespaceObjects(self.target)

    def spawner(self):
        cluster = running_cluster()
        image = cluster.postgres_image if self.engine == "postgresql" else cluster.mariadb_image
        database = {"engine": self.engine, "image": image, "storage": "256Mi", "everybody": True}
        database["initial"] = [{"config_map": "course"}]
        return self.workshop.spawner(
            record=Record(state=self.state),
            image=self.target.lab_image,
            cmd=WEB,
            start_timeout=120,
            fs_gid=100,
            delete_grace_period=1,
            delete_pvc=True,
            **self.traits,
            databases={"db": database},
        )

    async def start(self):
        spawner = self.spawner()
        await spawner.start()
        self.state = spawner.get_state()
        return spawner

    async def kubectl(self, *words: str, text: str = "") -> str:
        command = [str(find_kubectl()), f"--kubeconfig={self.target.kubeconfig}", "-n", self.target.namespace]
        run = asyncio.to_thread(
            subprocess.run, [*command, *words], input=text, capture_output=True, text=True, timeout=60
        )
        done = await run
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    async def inside(self, script: str, *, container: str = "database", text: str = "") -> str:
        words = ("exec", "-i", "jupyter-alice", "-c", container, "--", "sh", "-c", script)
        return (await self.kubectl(*words, text=text)).strip()

    async def sql(self, text: str) -> str:
        return await self.inside(CLIENT[self.engine], text=text)


@pytest.mark.parametrize("engine", ENGINES)
async def test_ten_thousand_rows_outlive_everything(site, engine):
    server = Server(site, engine)
    course = "--from-literal=1.sql=CREATE TABLE course (n int); INSERT INTO course VALUES (1);"
    await server.kubectl("create", "configmap", "course", course)
    spawner = await server.start()
    assert await server.sql("SELECT n FROM course") == "1"
    await server.sql(f"CREATE TABLE kept (n int); INSERT INTO kept VALUES {ROWS};")
    await _looks_right(server)

    await spawner.stop()
    await server.start()
    assert await server.sql("SELECT count(*) FROM kept") == "10000"

    await server.inside(KILL[engine])
    # A kubelet waits 10, 20 and 40 s before it starts a container again.
    await eventually("the engine is back", lambda: _has_all(server), timeout_seconds=150)

    await server.kubectl("delete", "pod", "jupyter-alice", "--grace-period=0", "--force")
    last = await server.start()
    assert await server.sql("SELECT count(*) FROM kept") == "10000"

    await last.stop()
    await last.delete_forever()
    await eventually("claim and Secret are gone", lambda: _is_gone(server))
    await server.workshop.close()


async def test_an_ordinary_container_beside_the_notebook(site):
    server = Server(site, "mariadb", database_sidecar="container", events_enabled=True)
    spawner = await server.start()
    assert await server.sql("SELECT 1") == "1"
    (pod,) = await server.objects.pods("alice")
    assert {each["name"]: each["ready"] for each in pod["status"]["containerStatuses"]} == {
        "database": True,
        "notebook": True,
    }
    told = await server.inside("cat /home/jovyan/about-your-database/PROBLEM.txt", container="notebook")
    assert "First data was not found" in told  # there is no such ConfigMap
    assert any("First data was not found" in each.text for each in NOTICES.for_person("alice"))
    await spawner.stop()
    await server.workshop.close()


async def _has_all(server: Server) -> bool:
    try:
        return await server.sql("SELECT count(*) FROM kept") == "10000"
    except AssertionError:
        return False  # the container is being started again


async def _is_gone(server: Server) -> bool:
    kinds = ("persistentvolumeclaims", "secrets")
    left = [each["metadata"]["name"] for kind in kinds for each in await server.objects.list(kind)]
    return "db-alice" not in left


async def _looks_right(server: Server) -> None:
    """The notebook has the password, and nothing else shows it; nothing listens at the pod's address."""
    secret = next(
        each for each in await server.objects.list("secrets") if each["metadata"]["name"] == "db-alice"
    )
    password = base64.b64decode(secret["data"]["password"]).decode()
    variables = await server.inside("env", container="notebook")
    assert f":{password}@127.0.0.1:" in variables
    told = await server.inside("cat /home/jovyan/about-your-database/README.txt", container="notebook")
    assert "alice" in told
    shown = await server.kubectl("get", "pod", "jupyter-alice", "-o", "json")
    shown += await server.kubectl("logs", "jupyter-alice", "-c", "database")
    shown += await server.inside("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert password not in shown
    port = {"mariadb": 3306, "postgresql": 5432}[server.engine]
    probe = (
        "import socket; address = socket.gethostbyname(socket.gethostname());"
        f"socket.create_connection((address, {port}), 2)"
    )
    refused = await server.inside(f'python3 -c "{probe}" 2>&1 || true', container="notebook")
    assert "refused" in refused
