"""Is there always a menu, whatever the registries do? A real hub asks this refresher, never a registry."""

import asyncio
import json
import logging
import time

import pytest

from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError
from libretexts_hub.domain.menu import Menu
from libretexts_hub.hub import refresher as module
from libretexts_hub.hub.metrics import REGISTRY_READ_AT, REGISTRY_READS
from libretexts_hub.hub.refresher import Refresher
from tests.hub.workshop import until
from tests.servers.fake_registry import FakeRegistry

WEEKLIES = ["w_2026_44", "w_2026_45", "w_2026_46"]
LOG = logging.getLogger("tests.refresher")


@pytest.fixture
async def registry():
    async with FakeRegistry(tags=[*WEEKLIES, "recommended"]) as fake:
        yield fake


@pytest.fixture
def soon(monkeypatch):
    """Reads and retries follow each other at once, where an operator would wait for minutes."""
    monkeypatch.setattr(module, "next_read", lambda *_, **__: 0.05)
    monkeypatch.setattr(module, "next_try", lambda *_, **__: 0.05)


@pytest.fixture
async def make(tmp_path):
    """`make()`: a refresher with a file of its own; all are closed at the end."""
    made = []

    def make(memory="menu.json"):
        made.append(Refresher(tmp_path / memory if memory else None, log=LOG))
        return made[-1]

    yield make
    for each in made:
        await each.close()


def source(registry, repository="lab", **policy):
    written = {"repository": f"{registry.host}/{repository}", "plain_http": True, "scheme": "rubin"} | policy
    return Menu.parse({"a": {"registry": written}}, {}).images[0].registry


async def followed(refresher, *sources):
    refresher.follow(sources)
    for each in sources:
        assert await refresher.read_once(each.repository, seconds=10)


async def test_tags_and_digests_are_known_after_one_read(make, registry):
    refresher, lab = make(), source(registry, aliases=["recommended"])
    await followed(refresher, lab)

    snapshot = refresher.snapshots[lab.repository]
    assert set(snapshot.tags) == {*WEEKLIES, "recommended"}
    assert set(snapshot.digests) == set(snapshot.tags)


async def test_an_unchanged_repository_costs_one_conditional_request(make, registry, soon):
    refresher, lab = make(), source(registry)
    await followed(refresher, lab)
    registry.requests.clear()
    await until(lambda: len(registry.requests) >= 3)

    assert set(registry.requests) == {"GET /v2/lab/tags/list 304"}


async def test_following_does_not_wait(make, registry):
    registry.does.latency = 30
    refresher = make()
    before = asyncio.get_running_loop().time()
    refresher.follow([source(registry)])
    assert asyncio.get_running_loop().time() - before < 1
    assert refresher.snapshots == {}


async def test_one_bad_repository_harms_no_other(make, registry):
    async with FakeRegistry(status=500) as broken:
        refresher, good, bad = make(), source(registry), source(broken)
        await followed(refresher, bad, good)
        assert good.repository in refresher.snapshots
        assert bad.repository not in refresher.snapshots
        assert "500" in refresher.problem(bad.repository)


async def test_a_broken_registry_leaves_the_menu_and_one_line_in_the_log(make, registry, soon, caplog):
    refresher, lab = make(), source(registry)
    await followed(refresher, lab)
    caplog.set_level(logging.INFO, LOG.name)
    failed = REGISTRY_READS.labels(repository=str(lab.repository), outcome="failed")._value
    before = failed.get()

    registry.does.status = 503
    await until(lambda: failed.get() >= before + 3)
    assert set(refresher.snapshots[lab.repository].tags) >= set(WEEKLIES)
    registry.does.status = 0
    await until(lambda: not refresher.problem(lab.repository))

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_when_it_was_read_is_a_metric(make, registry):
    refresher, lab = make(), source(registry)
    await followed(refresher, lab)
    told = REGISTRY_READ_AT.labels(repository=str(lab.repository))._value.get()
    assert told == pytest.approx(refresher.snapshots[lab.repository].read_at, abs=5)


async def test_a_restarted_hub_has_the_menu_while_the_registry_is_down(make, registry, tmp_path):
    lab = source(registry, aliases=["recommended"])
    first = make()
    await followed(first, lab)
    await until(lambda: (tmp_path / "menu.json").exists())
    await first.close()
    await registry.stop()

    later = make()
    later.follow([lab])

    assert later.snapshots[lab.repository] == first.snapshots[lab.repository]
    assert (tmp_path / "menu.json").stat().st_mode & 0o777 == 0o600


async def test_what_is_not_configured_any_more_leaves_the_file(make, registry, tmp_path):
    first = make()
    await followed(first, source(registry, "one"), source(registry, "two"))
    await until(lambda: "/two" in _text(tmp_path) or " two" in _text(tmp_path))
    await first.close()
    registry.does.tags.append("w_2026_47")
    second = make()
    await followed(second, source(registry, "one"))
    await until(lambda: "w_2026_47" in _text(tmp_path))
    assert " two" not in _text(tmp_path)


async def test_a_closed_refresher_writes_no_more(make, registry, tmp_path, monkeypatch):
    """A write that is under way ends before close does: the next hub's menu is not overwritten by it."""
    writes, save = [], module.menu_memory.save

    def slow(*args):
        time.sleep(0.3)
        save(*args)
        writes.append(args)

    monkeypatch.setattr(module.menu_memory, "save", slow)
    refresher = make()
    refresher.follow([source(registry)])
    await until(lambda: refresher._writing.locked())
    await refresher.close()
    assert len(writes) == 1
    assert "w_2026_46" in _text(tmp_path)


def _text(folder):
    file = folder / "menu.json"
    return file.read_text() if file.exists() else ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"version": 99, "repositories": {}}',
        b'{"version": 1, "repositories": []}',
        b"[" * 100_000,
        json.dumps({"version": 1}).encode(),
    ],
    ids=["empty", "cut", "list", "binary", "later", "shape", "deep", "half"],
)
async def test_a_bad_file_is_a_warning_and_no_more(make, registry, tmp_path, caplog, content):
    (tmp_path / "menu.json").write_bytes(content)
    refresher, lab = make(), source(registry)
    refresher.follow([lab])
    assert refresher.snapshots == {}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert await refresher.read_once(lab.repository, seconds=10)
    assert lab.repository in refresher.snapshots


async def test_a_folder_that_may_not_be_written_is_one_warning(make, registry, soon, caplog):
    refresher, lab = make("missing/menu.json"), source(registry)
    await followed(refresher, lab)
    registry.does.tags.append("w_2026_47")
    await until(lambda: "w_2026_47" in refresher.snapshots[lab.repository].tags)

    assert len([record for record in caplog.records if "menu_cache" in record.getMessage()]) == 1


async def test_a_choice_asks_for_the_digest_of_now(make, registry):
    refresher, lab = make(), source(registry)
    await followed(refresher, lab)
    registry.does.digests["w_2026_46"] = moved = f"sha256:{'7' * 64}"
    registry.does.answer = lambda request: _without_body(moved)

    assert await refresher.digest(lab.repository, "w_2026_46") == moved
    assert refresher.known_digest(lab.repository, "w_2026_46") == moved


def _without_body(digest):
    from aiohttp import web

    return web.Response(headers={"Docker-Content-Digest": digest})


async def test_a_tag_that_is_gone_leaves_the_menu_at_once(make, registry):
    refresher, lab = make(), source(registry)
    await followed(refresher, lab)
    version = refresher.version
    registry.does.tags.remove("w_2026_46")

    with pytest.raises(TagNotFoundError):
        await refresher.digest(lab.repository, "w_2026_46")

    assert "w_2026_46" not in refresher.snapshots[lab.repository].tags
    assert refresher.version > version


async def test_a_registry_that_hangs_holds_nobody_up(make, registry, monkeypatch):
    refresher, lab = make(), source(registry)
    await followed(refresher, lab)
    monkeypatch.setattr(module, "CHOICE_SECONDS", 0.1)
    registry.does.latency = 30

    with pytest.raises(RegistryError, match=r"No answer"):
        await refresher.digest(lab.repository, "w_2026_46")

    assert refresher.known_digest(lab.repository, "w_2026_46")


async def test_the_end_of_the_loop_is_quiet(registry):
    """As JupyterHub ends: every task is cancelled, and nobody calls close."""
    troubles = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))
    refresher, lab = Refresher(log=LOG), source(registry)
    await followed(refresher, lab)
    tasks = [
        task for task in asyncio.all_tasks() if "menu of" in task.get_name() or "sessions" in task.get_name()
    ]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    session = refresher._client._session

    assert session.closed
    assert troubles == []
