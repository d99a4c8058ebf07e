"""Which spawners can a test have?"""

import pytest
import pytest_asyncio

from libretexts_hub.hub.notices import NOTICES
from tests.hub.workshop import NOWHERE, WEB_SERVER, Record, Workshop
from tests.servers.faults import FaultProxy
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace


@pytest.fixture(autouse=True)
def no_notices():
    """What an earlier test told somebody is not told to people of the same name in the next."""
    NOTICES._of.clear()


@pytest.fixture
async def offline(tmp_path, monkeypatch):
    """Spawners that never reach an API server."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(NOWHERE)
    workshop = Workshop(kubeconfig, monkeypatch)
    yield workshop
    await workshop.close()


@pytest.fixture
async def cluster(embedded):
    """The embedded cluster with a namespace of its own."""
    with fresh_namespace(embedded, "hub") as target:
        yield target


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_faults(embedded):
    """One fault proxy for all tests: starting one takes longer than most of them."""
    async with FaultProxy(embedded) as proxy:
        yield proxy


@pytest.fixture
async def faults(cluster, running_faults):
    """A fault proxy before it, without faults yet."""
    async with running_faults.afresh() as proxy:
        yield proxy


@pytest.fixture
async def workshop(cluster, faults, monkeypatch):
    """Spawners that talk to it through the fault proxy; `web()` makes one whose server answers."""
    made = Workshop(faults.kubeconfig, monkeypatch, cluster.namespace)
    yield made
    await made.close()


@pytest.fixture
def web(workshop, cluster):
    """`web(person, **traits)`: a spawner whose pod is a small web server."""

    def make(person="alice", record: Record | None = None, **traits):
        return workshop.spawner(
            person,
            record=record,
            **{"image": cluster.shell_image, "cmd": WEB_SERVER, "start_timeout": 30} | traits,
        )

    return make


@pytest.fixture
def objects(cluster):
    """What is really in the namespace."""
    return NamespaceObjects(cluster)
