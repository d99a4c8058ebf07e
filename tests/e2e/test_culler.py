"""Does somebody who was away for long lose their home as announced, and get a new one when they come back?"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
import time
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from secrets import token_hex
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub.culler.app import IdleCuller
from libretexts_hub.culler.audit import read
from libretexts_hub.culler.local import SystemClock
from libretexts_hub.culler.wiring import wired
from libretexts_hub.domain.cull_annotations import MARKED_AT, PREFIX
from libretexts_hub.domain.culling_errors import ForbiddenError, GoneError, RefusedError
from libretexts_hub.domain.moments import to_text
from tests.clients.culler_hub import TOKEN, WEAK, culler_of, services
from tests.culler.fake_mail_server import FakeMailServer
from tests.e2e.conftest import SETTINGS, hook_for
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 86400
POLICY = {
    "homes": {"away": {"inactive": "1d", "notices": ["1d"], "grace": "1d"}},
    # The culler's clock is put forward here, and the hub's is not.
    "fuse": {"clock": "400d"},
}


# Nobody waits for minutes in a test: the arbiter has the last word once there is a file.
SERVICE = """
from pathlib import Path
c.IdleCuller.servers = {{"everyone": {{"idle": "2m", "warn": "119s"}}}}
c.IdleCuller.arbiter = lambda user, server, idle, limit: Path({word!r}).exists() or None
"""


class Later(SystemClock):
    """The time in some days."""

    days = 0.0

    def now(self) -> float:
        return super().now() + self.days * DAY


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(target, tmp_path_factory) -> AsyncIterator[SimpleNamespace]:
    """A hub that leaves homes to the culler, and a mail server."""
    folder = tmp_path_factory.mktemp("culled")
    extra = (
        assignments(SETTINGS | {"LibreTextsSpawner.culler_owns_homes": True}) + hook_for(target) + services()
    )
    hub = HubProcess(folder, target, extra=extra)
    try:
        await hub.start()
        async with FakeMailServer().running() as mail:
            yield SimpleNamespace(
                hub=hub, mail=mail, folder=folder, target=target, objects=NamespaceObjects(target)
            )
    finally:
        hub.close()


def culler(site, **more) -> IdleCuller:
    addresses = site.folder / "addresses.json"
    names = ("quick-ada", "quick-ben")
    addresses.write_text(json.dumps({name: f"{name}@example.edu" for name in names}))
    return IdleCuller(
        **POLICY,
        url=f"{site.hub.url}/hub/api",
        namespaces=[site.target.namespace],
        audit_file=str(site.folder / "audit.jsonl"),
        addresses_file=str(addresses),
        mail={"host": "127.0.0.1", "port": site.mail.port, "encryption": "none", "sender": "hub@example.edu"},
        **more,
    )


@asynccontextmanager
async def in_some_days(site, monkeypatch) -> AsyncIterator:
    """Runs of the whole culler: `await run(days)`."""
    monkeypatch.setenv("KUBECONFIG", str(site.target.kubeconfig))
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    await forget_marks(site)
    app, clock = culler(site), Later()
    # A Lease keeps how many people the last run saw. The tests of other hubs share its namespace.
    wires = replace(app.wires(app.policy(), needs_cluster=True), lease=f"culler-{token_hex(4)}")
    async with wired(wires) as (ports, namespace):

        async def run(days: float):
            clock.days = days
            world = app.world(replace(ports, clock=clock), namespace)
            report = await app.run_once(world, set())
            print(days, report, dict(world.counts))  # pytest shows it when a test fails
            assert not report.problem

        await run(39)  # the first run of all only plans
        yield run


async def forget_marks(site) -> None:
    """What an earlier test marked, it marked in the days to come."""
    for claim in await site.objects.list("persistentvolumeclaims"):
        marks = {key: None for key in claim["metadata"].get("annotations", {}) if key.startswith(PREFIX)}
        if marks:
            change = {"metadata": {"annotations": marks}}
            await site.objects.patch(f"persistentvolumeclaims/{claim['metadata']['name']}", change)


async def worked_long_ago(site, name: str) -> str:
    """Somebody with a home whom nobody has seen since 2020; the uid of their claim."""
    async with site.hub.visitor() as person:
        await person.login(name, PASSWORD)
        await person.spawn()
        await person.wait_until_ready()
        await person.stop()
    [claim] = await site.objects.list("persistentvolumeclaims", user=name)
    site.hub.stop_hub()
    with closing(sqlite3.connect(site.hub.folder / "hub.sqlite")) as database, database:
        [[identity]] = database.execute("select id from users where name = ?", [name])
        long_ago = "last_activity = '2020-01-01 00:00:00'"
        database.execute(f"update users set {long_ago}, created = '2019-01-01' where id = ?", [identity])
        database.execute(f"update spawners set {long_ago} where user_id = ?", [identity])
    site.hub.launch()
    await site.hub.wait_until_ready()
    return claim["metadata"]["uid"]


async def test_a_home_goes_as_announced_and_its_person_comes_back_to_a_new_one(site, monkeypatch):
    old = await worked_long_ago(site, "quick-ada")
    async with in_some_days(site, monkeypatch) as run:
        await run(40)
        await run(40.1)
        assert "quick-ada@example.edu" in [message["To"] for message in site.mail.messages]
        await run(42)  # the record of the person goes

        async def gone():
            await run(43)
            return not await site.objects.list("persistentvolumeclaims", user="quick-ada")

        await eventually("the claim goes", gone)

    audit = read(site.folder / "audit.jsonl")
    assert any(each["action"] == "mark" and each["user"] == "quick-ada" for each in audit)
    assert any(each["claim"] and each["uid"] == old for each in audit)
    async with site.hub.visitor() as ada:
        await ada.login("quick-ada", PASSWORD)
        await ada.spawn()
        await ada.wait_until_ready()
        [new] = await site.objects.list("persistentvolumeclaims", user="quick-ada")
        assert new["metadata"]["uid"] != old
        await ada.stop()


async def test_who_logs_in_meanwhile_keeps_everything(site, monkeypatch):
    uid = await worked_long_ago(site, "quick-ben")
    async with in_some_days(site, monkeypatch) as run:
        await run(40)
        [claim] = await site.objects.list("persistentvolumeclaims", user="quick-ben")
        assert MARKED_AT in claim["metadata"]["annotations"]
        async with site.hub.visitor() as ben:
            await ben.login("quick-ben", PASSWORD)
            await run(42)  # the time is over, and they are back
            [claim] = await site.objects.list("persistentvolumeclaims", user="quick-ben")
            assert claim["metadata"]["uid"] == uid
            assert (await ben.open("home")).status == 200


async def test_a_delete_in_the_hub_leaves_the_home_to_the_culler(site):
    async with site.hub.visitor() as person:
        await person.login("quick-cay", PASSWORD)
        await person.spawn()
        await person.wait_until_ready()
        await person.stop()
    async with culler_of(site.hub.url) as api:
        await api.delete_user("quick-cay")
    assert len(await site.objects.list("persistentvolumeclaims", user="quick-cay")) == 1


async def test_pages_say_when_a_server_stops_and_that_a_home_is_kept(site):
    soon = to_text(time.time() + 600)
    async with site.hub.visitor() as person, culler_of(site.hub.url) as api:
        await person.login("quick-dia", PASSWORD)
        await person.open("home")
        await api.tell("quick-dia", {"kind": "server", "server": "", "stops_at": soon})
        await api.tell("quick-dia", {"kind": "kept", "text": "<b>not ours</b>"})
        page = (await person.open("home")).html
        assert f"stops at {soon[11:16]} UTC" in page
        assert "You are back, so they are kept." in page
        assert "not ours" not in page
        again = (await person.open("home")).html
        assert "stops at" in again
        assert "You are back" not in again
        for wrong in (
            {"kind": "server", "server": 3, "stops_at": soon},
            {"kind": "else"},
            {"kind": ["kept"]},
        ):
            with pytest.raises(RefusedError):
                await api.tell("quick-dia", wrong)
        with pytest.raises(GoneError):
            await api.tell("nobody", {"kind": "kept"})
    async with culler_of(site.hub.url, WEAK) as api:
        with pytest.raises(ForbiddenError):
            await api.tell("quick-dia", {"kind": "kept"})


async def test_the_service_warns_stops_a_server_and_ends_at_a_signal(site, tmp_path):
    config, word = tmp_path / "culler.py", tmp_path / "word"
    config.write_text(SERVICE.format(word=str(word)))
    async with site.hub.visitor() as person:
        await person.login("quick-eve", PASSWORD)
        await person.spawn()
        await person.wait_until_ready()
        culler = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "libretexts_hub.culler", f"--config={config}", "--cull-every=1"),
            env={
                **os.environ,
                "JUPYTERHUB_API_URL": f"{site.hub.url}/hub/api",
                "JUPYTERHUB_API_TOKEN": TOKEN,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )
        try:

            async def is_told() -> bool:
                return "stops at" in (await person.open("home")).html

            await eventually("the page says that it stops", is_told)
            word.touch()

            async def is_stopped() -> bool:
                return not await site.objects.pods("quick-eve")

            await eventually("the server is stopped", is_stopped, 90)
            culler.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                assert await culler.wait() == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                culler.kill()
            await culler.wait()
    assert len(await site.objects.list("persistentvolumeclaims", user="quick-eve")) == 1
