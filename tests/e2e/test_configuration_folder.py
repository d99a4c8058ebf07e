"""Does a hub without the chart run on `jupyterhub_config.d` by one line of its configuration?"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from libretexts_hub.hub.page_assets import PATH
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from tests.servers.target import Target

OURS = Path(__file__).parents[2] / "jupyterhub_config.d"
LINES = """
from libretexts_hub.hub.configuration_folder import load_folder
load_folder(c, {!r})
"""


async def test_somebody_chooses_from_its_menu(embedded: Target, tmp_path: Path) -> None:
    """An operator has taken the marks off the menu and left the rest as it came."""
    folder = tmp_path / "jupyterhub_config.d"
    shutil.copytree(OURS, folder)
    menu = folder / "20-menu.py"
    menu.write_text(re.sub(r"^# (?=c\.|    )", "", menu.read_text(encoding="utf-8"), flags=re.MULTILINE))
    with fresh_namespace(embedded, "folder") as target:
        hub = HubProcess(tmp_path / "hub", target, spawner="simple", extra=LINES.format(str(folder)))
        try:
            await hub.start()
            async with hub.visitor() as person:
                await person.login("grace", PASSWORD)
                answer, _ = await person.spawn_form()
        finally:
            hub.close()
    # 10-spawner.py has put ours in the place of the spawner that the file had named before.
    assert "Move my settings aside" in answer.html
    assert "nvidia.com/gpu" not in answer.html, "what is for others is on the page"
    assert f"/hub/{PATH}/" in answer.html, "60-pages.py did not run"
