"""Which hub do the tests of the pages visit? A real one; its servers are tiny and start when a test wants."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import aiohttp

from tests.servers.hub import PASSWORD, HubProcess

CSP = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
BASE = "/x/y/"
# Runs inside the hub's configuration file. A start waits as long as the file `hold-NAME` is there.
CONFIG = """
import asyncio, os, sys
from pathlib import Path
from jupyterhub.spawner import SimpleLocalProcessSpawner
from libretexts_hub.domain.menu import Menu
from libretexts_hub.hub.pages import install

FOLDER = Path({folder!r})
SERVER = '''
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Any(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"<title>Lab</title>the server")
    def log_message(self, *words): pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Any).serve_forever()
'''

class PageSpawner(SimpleLocalProcessSpawner):
    home_dir = str(FOLDER)
    def get_args(self): return []
    @property
    def cmd(self): return [sys.executable, "-c", SERVER, str(self.port)]
    async def start(self):
        self.port = 0
        from jupyterhub.utils import random_port
        self.port = random_port()
        while (FOLDER / f"hold-{{self.user.name}}").exists():
            await asyncio.sleep(0.1)
        if (FOLDER / f"fail-{{self.user.name}}").exists():
            await asyncio.sleep(1.5)  # a failure in the first second is told on the form itself
            error = RuntimeError("no room")
            error.jupyterhub_message = "There is no room for your server now. Try again in an hour."
            raise error
        env = self.get_env()
        import subprocess
        self.proc = subprocess.Popen(self.cmd, env=env)
        self.pid = self.proc.pid
        return ("127.0.0.1", self.port)
    async def stop(self, now=False):
        while (FOLDER / f"keep-{{self.user.name}}").exists():
            await asyncio.sleep(0.1)
        await super().stop(now)
    async def progress(self):
        yield {{"progress": 10, "message": "Looking for a machine with room for your server."}}
        await asyncio.sleep(0.3)
        yield {{"progress": 40, "message": "A machine was found. <b>Your files</b> are being attached."}}
        while self.pending: await asyncio.sleep(0.2)

MENU = Menu.parse(
    {{"default": {{"name": "Default environment", "image": "example.org/a:1", "default": True}},
      "r": {{"name": "RStudio", "image": "example.org/r:1"}}}},
    {{"small": {{"name": "Small", "cpu": {{"limit": 1}}, "default": True}}}}, {{}})

def menu_form(spawner):
    from datetime import datetime, UTC
    from libretexts_hub.hub.form import render_menu
    from libretexts_hub.hub.page_words import words_for
    return render_menu(MENU.for_person([], datetime.now(UTC)), {{}}, words=words_for(spawner.handler))

c.JupyterHub.spawner_class = PageSpawner
c.JupyterHub.services = [{{"name": "grader", "api_token": "a token only for tests", "oauth_no_confirm": False,
    "oauth_redirect_uri": "http://127.0.0.1:9/grader/callback", "oauth_client_id": "service-grader"}}]
OF_ALL = ["self", "shares!user", "access:services!service=grader"]
c.JupyterHub.load_roles.append({{"name": "user", "scopes": OF_ALL}})
c.Spawner.options_form = menu_form
c.JupyterHub.base_url = {base!r}
c.JupyterHub.tornado_settings = {{"headers": {{"Content-Security-Policy": {csp!r}}}}}
c.LibreTextsPages.name = "Example Notebooks"
c.LibreTextsPages.contact = "help@example.edu"
c.LibreTextsPages.colours = {{"brand": "#8a1538"}}
c.LibreTextsPages.announcements_file = str(FOLDER / "announcements.yaml")
c.LibreTextsPages.server_limits = {{"everyone": {{"idle": "1h"}}}}
c.LibreTextsPages.login_hints = {{"": "Your university account."}}
install(c)
"""


def configuration(folder: object, base: str = BASE, more: str = "") -> str:
    """What the hub's configuration file has besides that of all tests."""
    return CONFIG.format(folder=str(folder), base=base, csp=CSP).replace("install(c)", f"{more}\ninstall(c)")


ANNOUNCED = '- {text: "**Maintenance** on Friday. <b>Bold</b>", level: warning, dismissable: true}\n'


@asynccontextmanager
async def running(folder, base=BASE, more=""):
    """A hub with the pages."""
    (folder / "announcements.yaml").write_text(ANNOUNCED)
    hub = HubProcess(folder, spawner="simple", extra=configuration(folder, base, more), preloaded=True)
    hub.base, hub.path = f"{hub.url}{base}hub", f"{base}hub"
    try:
        hub._proxy.start()
        hub.launch()
        await ready(hub)
        yield hub
    finally:
        hub.close()


async def ready(hub):
    deadline = time.monotonic() + 60
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{hub.base}/health") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            assert hub.is_running, hub.log_tail()
            assert time.monotonic() < deadline, hub.log_tail()
            await asyncio.sleep(0.1)


class Person:
    """A browser window at this hub."""

    def __init__(self, visit):
        self.page, self.hub, self.visit = visit.page, visit.hub, visit

    @property
    def trouble(self):
        """What console and network said, without what a refused request says of itself."""
        return [told for told in self.visit.trouble if "Failed to load resource" not in told]

    async def open(self, path):
        return await self.page.goto(f"{self.hub.base}/{path}")

    async def log_in(self, name="ada-student", password=PASSWORD):
        await self.open("login?next=" + f"{self.hub.path}/home")
        await self.page.fill("input[name=username]", name)
        await self.page.fill("input[type=password]", password)
        await self.page.click("#login_submit")
        await self.page.wait_for_url("**/hub/home")

    async def text(self, selector):
        return " ".join((await self.page.inner_text(selector)).split())
