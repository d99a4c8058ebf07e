"""Is the menu of an LSST hub there without a line of configuration?"""

import pytest
from traitlets.config import Config

from libretexts_hub.hub.configuration import check


@pytest.fixture(autouse=True)
def lsst(monkeypatch):
    monkeypatch.setenv("LAB_IMAGE", "x/lab:1")
    monkeypatch.setenv("LAB_SELECTOR_TITLE", "Science <tools>")


@pytest.mark.parametrize("traits", [{}, {"images": {}}], ids=["unset", "empty"])
async def test_the_environment_is_the_menu(offline, traits):
    page = await offline.spawner(**traits).get_options_form()
    assert 'value="lab-image"' in page
    assert "Science &lt;tools&gt;" in page


async def test_what_is_written_wins(offline):
    spawner = offline.spawner(images={"a": {"image": "x/a"}}, menu_title="Ours")
    assert [image.slug for image in spawner.menu.images] == ["a"]
    assert "Ours" in await spawner.get_options_form()


def test_sizes_may_go_with_it():
    check(Config({"LibreTextsSpawner": {"sizes": {"s": {}}}}))
