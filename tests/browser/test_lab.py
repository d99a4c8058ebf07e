"""Do launcher and Help menu of a real JupyterLab lead to the hub's questions, as the files in binder/ say?"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.servers.hub import HubProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
BINDER = Path(__file__).parents[2] / "binder"
# As binder/postBuild puts the two files into an image.
CONFIG = """
import os
from libretexts_hub.hub.pages import install
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--LabApp.app_settings_dir={settings}", "--ServerApp.root_dir={home}"]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {{"JUPYTER_PATH": {share!r}, "HOME": {home!r}, "PATH": {path!r}}}
install(c)
"""


@pytest.fixture
def hub(tmp_path):
    """With servers that are JupyterLab, below `/`."""
    share, settings, home = (tmp_path / name for name in ("share", "settings", "home"))
    shutil.copytree(BINDER / "jupyter_app_launcher", share / "jupyter_app_launcher")
    for folder in (settings, home):
        folder.mkdir()
    shutil.copy(BINDER / "overrides.json", settings)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    written = CONFIG.format(
        python=sys.executable, share=str(share), settings=settings, home=str(home), path=path
    )
    hub = HubProcess(tmp_path / "hub", spawner="simple", extra=written, preloaded=True)
    hub.base, hub.path = f"{hub.url}/hub", "/hub"
    yield hub
    hub.close()


async def test_the_launcher_and_the_help_menu_open_the_questions(window, hub):
    await hub.start()
    person = await window(hub)
    person.page.set_default_timeout(60_000)
    await person.log_in("lab-student")
    await person.page.click("#start")
    await person.page.wait_for_selector(".jp-LauncherCard[title*='What people ask']")
    card = person.page.locator(".jp-LauncherCard", has_text="Questions and answers")
    async with person.page.context.expect_page() as opened:
        await card.click()
    page = await opened.value
    assert await page.inner_text("h1") == "Questions and answers"
    assert page.url == f"{hub.base}/faq"
    await page.close()
    await person.page.click(".lm-MenuBar-itemLabel:text-is('Help')")
    async with person.page.context.expect_page() as opened:
        await person.page.click(".lm-Menu-itemLabel:has-text('Questions and answers')")
    page = await opened.value
    await page.wait_for_url("**/hub/faq")
    assert await page.inner_text("h1") == "Questions and answers"
    await page.close()
    await person.page.goto(f"{hub.base}/home")
    await person.page.click("#stop")
    await person.page.wait_for_selector("h2 .lt-tag:text-is('stopped')")
