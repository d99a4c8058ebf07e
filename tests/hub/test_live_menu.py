"""Is the menu made anew only for what changed, and does it tell how old it is?"""

import time

import pytest

from libretexts_hub.hub import refresher as refresher_module
from libretexts_hub.hub.live_menu import age_words, live_menu, parsed_menu, refresher
from tests.hub.workshop import until
from tests.servers.fake_registry import FakeRegistry


@pytest.fixture
async def registry():
    async with FakeRegistry(tags=["w_2026_46"]) as fake:
        yield fake


@pytest.fixture
async def menu(registry, monkeypatch):
    """A menu with two repositories, both read once."""
    monkeypatch.setattr(refresher_module, "next_try", lambda *_, **__: 0.05)
    source = {"plain_http": True, "scheme": "rubin"}
    images = {
        name: {"registry": source | {"repository": f"{registry.host}/{name}"}} for name in ("one", "two")
    }
    made = parsed_menu(images, {}, {}, "c.LibreTextsSpawner")
    live_menu(made)
    for image in made.images:
        assert await refresher().read_once(image.registry.repository, seconds=10)
    yield made
    await refresher().close()


async def test_a_menu_that_did_not_change_is_made_once(menu):
    assert live_menu(menu) is live_menu(menu)


async def test_only_what_changed_is_sorted_again(menu):
    before = live_menu(menu)
    refresher()._take_away(menu.images[0].registry.repository, "w_2026_46")
    after = live_menu(menu)

    assert before.images[0].versions
    assert after.images[0].versions == ()
    assert after.images[1] is before.images[1]


async def test_the_age_is_told_when_the_registry_is_away(menu, registry):
    image = live_menu(menu).images[0]
    now = time.time()
    assert age_words(image, now=now) == ""
    registry.does.status = 503
    refresher()._tasks[image.registry.repository].cancel()
    await until(lambda: refresher()._tasks[image.registry.repository].done())
    live_menu(menu)  # reads again
    await until(lambda: refresher().problem(image.registry.repository))

    assert "less than a minute ago" in age_words(image, now=now)
    assert "2 hours ago" in age_words(image, now=now + 2.5 * 3600)


async def test_group_overrides_that_change_the_menu_do_not_stop_the_reading(menu, registry):
    other = {
        "a": {"registry": {"repository": f"{registry.host}/three", "plain_http": True, "scheme": "rubin"}}
    }
    live_menu(parsed_menu(other, {}, {}, "c.LibreTextsSpawner"))
    assert live_menu(menu).images[0].versions


def test_without_a_loop_a_menu_has_no_versions():
    written = {"a": {"registry": {"repository": "x.example.org/y", "scheme": "rubin"}}}
    assert live_menu(parsed_menu(written, {}, {}, "c.LibreTextsSpawner")).images[0].versions == ()
