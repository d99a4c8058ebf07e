"""Is a home deleted that should stay, or is one left half gone, when hub, cluster or the culler itself fail?

A real hub whose people were last there in 2021, the embedded API server, and a fault proxy before each. The
culler is in this process, and a process of its own where that is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from libretexts_hub.clients import hub_database
from libretexts_hub.culler.audit import read
from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.binding import Account
from libretexts_hub.errors import SetupError
from libretexts_hub.hub.authenticators.accounts import Accounts
from tests.clients.culler_hub import SPAWNER, TOKEN, culler_of, make_database, services
from tests.culler.commands_at_terminal import settings_file, type_command
from tests.e2e.culled_at import run
from tests.servers.faults import ROOT, FaultProxy
from tests.servers.hub import HubProcess
from tests.servers.namespace_objects import NamespaceObjects, eventually
from tests.servers.target import Target, fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = 40
CLAIMS = "persistentvolumeclaims"
AWAY = {"inactive": "1d", "notices": ["1d"], "grace": "1d", "unsent": "delete", "settle": "1m"}
FUSE = {"clock": "400d", "claims": 50, "percent": 100}


@dataclass
class Site:
    """A hub, a namespace, and the day that it is for the culler."""

    hub: HubProcess
    at_hub: FaultProxy
    at_api: FaultProxy
    target: Target
    objects: NamespaceObjects
    day: float = 40.0
    people: int = 0

    def settings(self, **more: Any) -> dict[str, Any]:
        policy = {"homes": {"away": AWAY}, "fuse": FUSE}
        return policy | {"url": f"{self.at_hub.url}/hub/api", "namespaces": [self.target.namespace]} | more

    async def run(self, days: float = 0.1, **more: Any) -> str:
        """One run, so many days later; why it was not whole."""
        self.day += days
        return (await run(self.settings(**more), self.day)).problem

    async def due(self) -> str:
        """Somebody whose home may go in the next run."""
        self.people += 1
        name = f"gone-{self.people}"
        await self.make_home(name)
        await self.run()
        self.day += 1.5
        return name

    async def make_home(self, name: str, **annotations: str) -> None:
        metadata = {
            "name": f"claim-{name}",
            "labels": {keys.COMPONENT: keys.HOME_COMPONENT},
            "annotations": {keys.OWNER: name, **annotations},
        }
        # No provisioner has this class, so that no controller of a real cluster changes the claim meanwhile.
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
        spec |= {"storageClassName": "none-of-this-name"} if self.target.is_real else {}
        await self.objects.create(CLAIMS, {"metadata": metadata, "spec": spec})

    async def home(self, name: str) -> dict[str, Any] | None:
        return next(iter(await self.objects.list(CLAIMS, user=name)), None)

    async def has_record(self, name: str) -> bool:
        async with culler_of(self.hub.url) as api:
            return await api.user(name) is not None

    async def ends(self, name: str) -> None:
        """Without faults, runs end what was begun."""
        await self.at_hub.clear()
        await self.at_api.clear()

        async def has_gone() -> bool:
            await self.run()
            return await self.home(name) is None

        await eventually("the home goes", has_gone)
        assert not await self.has_record(name)
        assert await self.home("here") is not None


def people(hub: HubProcess) -> None:
    """Those who are gone since 2021, and one who is here."""
    with closing(sqlite3.connect(make_database(hub))) as database, database:
        for number in range(1, PEOPLE + 1):
            name, seen = (f"gone-{number}", "2021-01-01") if number < PEOPLE else ("here", "2099-01-01")
            database.execute(
                "insert into users (id, name, admin, created, last_activity, cookie_id, state)"
                " values (?, ?, 0, '2020-01-01 00:00:00.000000', ?, ?, '{}')",
                [number, name, f"{seen} 00:00:00.000000", f"c{number}"],
            )
            state = {"pvc_name": f"claim-{name}", keys.LEFT_TO_CULLER: True}
            database.execute(
                "insert into spawners (user_id, name, state, user_options) values (?, '', ?, '{}')",
                [number, json.dumps(state)],
            )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(embedded, tmp_path_factory) -> AsyncIterator[Site]:
    hub = HubProcess(tmp_path_factory.mktemp("hub"), spawner=SPAWNER, extra=services())
    people(hub)
    with fresh_namespace(embedded, "culler-faults") as target, pytest.MonkeyPatch.context() as patched:
        try:
            await hub.start()
            async with FaultProxy.before(hub.url) as at_hub, FaultProxy(target) as at_api:
                patched.setenv("KUBECONFIG", str(at_api.kubeconfig))
                patched.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
                site = Site(hub, at_hub, at_api, target, NamespaceObjects(target))
                await site.make_home("here")
                await site.run()  # the first run of all only plans
                yield site
        finally:
            hub.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site(running) -> AsyncIterator[Site]:
    yield running
    await running.at_hub.clear()
    await running.at_api.clear()


HUB_FAULTS = {
    "429 and Retry-After": {"action": "status", "status": 429, "retry_after": 0, "first": 2},
    "500": {"action": "status", "status": 500},
    "half a page": {"action": "truncate", "bytes": 200},
    "dropped": {"action": "drop"},
    "slow": {"action": "delay", "seconds": 0.1},
    "the answer to the delete is lost": {"action": "drop", "verb": "delete", "when": "after"},
}
API_FAULTS = {
    "409 to a patch": {"action": "status", "status": 409, "verb": "patch"},
    "410 to the list": {"action": "status", "status": 410, "verb": "list", "resource": CLAIMS},
    "429": {"action": "status", "status": 429, "retry_after": 0, "every": 3},
    "500 to a delete": {"action": "status", "status": 500, "verb": "delete"},
    "half a list": {"action": "truncate", "bytes": 100, "verb": "list"},
    "the answer to a patch is lost": {"action": "drop", "verb": "patch", "when": "after", "every": 2},
    "the answer to the delete is lost": {"action": "drop", "verb": "delete", "when": "after"},
}


@pytest.mark.parametrize("fault", HUB_FAULTS.values(), ids=HUB_FAULTS)
async def test_a_bad_day_of_the_hub(site, fault):
    name = await site.due()
    await site.at_hub.add(path="*/users*", **fault)
    for _ in range(2):
        await site.run()
    await site.ends(name)


@pytest.mark.parametrize("fault", API_FAULTS.values(), ids=API_FAULTS)
async def test_a_bad_day_of_the_cluster(site, fault):
    name = await site.due()
    await site.at_api.add(**{"resource": CLAIMS} | fault)
    for _ in range(2):
        await site.run()
    await site.ends(name)


async def kill_when(site: Site, condition: Callable[[], Awaitable[bool]]) -> None:
    """A culler of its own, killed with -9 as soon as the condition holds."""
    site.day += 0.1
    culler = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.culled_at", str(site.day), json.dumps(site.settings())),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually("the step to be killed in", condition)
        assert culler.returncode is None
    finally:
        with contextlib.suppress(ProcessLookupError):
            culler.send_signal(signal.SIGKILL)
        await culler.wait()


async def test_it_is_killed_after_the_delete_was_announced(site):
    name = await site.due()
    await site.at_hub.add("hang", verb="delete", path="*/users/*")

    async def is_announced() -> bool:
        return keys.DELETING_AT in ((await site.home(name)) or {})["metadata"]["annotations"]

    await kill_when(site, is_announced)
    assert await site.has_record(name)
    await site.ends(name)


async def test_it_is_killed_before_it_wrote_down_that_the_record_went(site):
    name = await site.due()
    await site.at_hub.add("delay", verb="delete", seconds=30, when="after")

    async def is_gone() -> bool:
        return not await site.has_record(name)

    await kill_when(site, is_gone)
    assert keys.USER_DELETED_AT not in (await site.home(name))["metadata"]["annotations"]
    await site.ends(name)


async def test_it_is_killed_in_the_delete_of_a_claim(site):
    name = await site.due()
    await site.run()
    rule = await site.at_api.add("hang", verb="delete", resource=CLAIMS)

    async def is_asked() -> bool:
        return any(each["id"] == rule and each["struck"] for each in await site.at_api.rules())

    await kill_when(site, is_asked)
    assert await site.home(name) is not None
    await site.ends(name)


async def test_two_at_once(site):
    name = await site.due()
    for _ in range(3):
        site.day += 0.1
        reports = await asyncio.gather(*(run(site.settings(), site.day) for _ in range(2)))
        assert sum("another culler" in report.problem for report in reports) <= 1
        assert not [each for each in reports if each.problem and "another culler" not in each.problem]
    await site.ends(name)


async def test_a_claim_that_was_made_again_under_the_same_name_stays(site):
    name = await site.due()
    marked = (await site.home(name))["metadata"]["annotations"]
    await site.objects.delete(CLAIMS, f"claim-{name}")

    async def is_gone() -> bool:
        return await site.home(name) is None

    await eventually("the old claim is gone", is_gone)
    await site.make_home(name, **marked)
    await site.run()
    again = await site.home(name)
    assert keys.DELETING_AT not in again["metadata"]["annotations"]
    assert await site.has_record(name)


async def test_a_home_that_a_pod_of_others_mounts_stays_until_the_pod_ends(site):
    name = await site.due()
    pod = {
        "metadata": {"name": f"backup-{name}"},
        "spec": {
            "containers": [{"name": "backup", "image": "localhost/simulated:1"}],
            "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": f"claim-{name}"}}],
        },
    }
    await site.objects.create("pods", pod)
    for _ in range(2):
        await site.run()
    assert await site.has_record(name)
    await site.objects.delete("pods", f"backup-{name}")

    async def has_ended() -> bool:
        return not await site.objects.list("pods")

    await eventually("the pod has ended", has_ended)
    await site.ends(name)


async def test_a_restored_database_of_the_hub_stops_all_deletes(site):
    name = await site.due()
    database = site.hub.folder / "hub.sqlite"
    kept = site.hub.folder / "kept.sqlite"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(kept)) as copy:
        source.backup(copy)
    await site.run()
    assert not await site.has_record(name)
    site.hub.stop_hub()
    for part in ("-wal", "-shm"):
        (site.hub.folder / f"hub.sqlite{part}").unlink(missing_ok=True)
    shutil.copy(kept, database)
    site.hub.launch()
    await site.hub.wait_until_ready()
    try:
        assert "restored database" in await site.run()
        assert await site.home(name) is not None
    finally:
        await site.objects.delete(CLAIMS, f"claim-{name}")


async def test_a_clock_that_is_wrong_ends_the_run_before_anything_is_done(site):
    name = await site.due()
    problem = await site.run(fuse=FUSE | {"clock": "2m"})
    assert "clock" in problem
    assert await site.has_record(name)
    await site.ends(name)


async def test_everything_of_a_person_is_erased_and_exported_at_a_terminal(site, tmp_path, capsys):
    name = await site.due()
    url = f"sqlite:///{site.hub.folder / 'hub.sqlite'}"
    with hub_database.opened(url) as connection:
        accounts = Accounts(connection)
        accounts.make_table()
        accounts.bind(Account(name, "test", f"subject of {name}"))
    config = settings_file(tmp_path, site.settings(audit_file=str(tmp_path / "audit.jsonl")))

    async def cull(*words: str) -> tuple[int, str]:
        return await type_command(config, *words, capsys=capsys)

    code, said = await cull("export", name)
    assert (code, json.loads(said)["user"]["name"]) == (0, name)
    with pytest.raises(SetupError, match="--yes"):
        await cull("erase", name)
    assert await site.home(name) is not None
    code, said = await cull("erase", name, "--yes", "--reason", "request 12", "--db-url", url)
    assert code == 0
    assert f"claim-{name} is deleted" in said
    assert f"{name} belongs to nobody now." in said
    assert await site.home(name) is None
    assert not await site.has_record(name)
    lines = read(tmp_path / "audit.jsonl")
    assert [line["action"] for line in lines] == ["export", "erase", "claim deleted", "erased"]
    assert {line["reason"] for line in lines[1:]} == {"request 12"}
    code, said = await cull("erase", name, "--yes", "--db-url", url)
    assert (code, "had no record" in said) == (0, True)
    assert await site.home("here") is not None
