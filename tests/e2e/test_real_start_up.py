"""Is a course's material there, and are its packages, when a server on a real cluster starts?

With real git, nbgitpuller and pip, from servers of the test's own.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.e2e.real_site import MARKS
from tests.servers.hub import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from libretexts_hub.demo.visitor import Visitor
    from tests.e2e.real_site import Site

pytestmark = MARKS
WHEEL = "course_tools-1.0-py3-none-any.whl"
INFO = "course_tools-1.0.dist-info"
# As an operator writes it, behind all else.
SETTINGS = """
c.LibreTextsSpawner.provision["requirements"] = ["course-tools"]
c.KubeSpawner.environment |= {environment}
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def packages(folder: Path, address: str) -> Iterator[dict[str, str]]:
    """A server with one package; the variables that send pip there."""
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("course_tools.py", "answer = 42\n")
        wheel.writestr(f"{INFO}/METADATA", "Metadata-Version: 2.1\nName: course-tools\nVersion: 1.0\n")
        wheel.writestr(f"{INFO}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{INFO}/RECORD", "")
    server = ThreadingHTTPServer((address, 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://{address}:{server.server_port}/"
    try:
        yield {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": url, "PIP_TRUSTED_HOST": address}
    finally:
        server.shutdown()
        server.server_close()


async def start(person: Visitor) -> str:
    """What the progress page said."""
    await person.spawn({"image": "default"})
    return " ".join(message.text for message in await person.wait_until_ready())


@pytest.fixture(scope="module")
def site(people_site: Site) -> Site:
    return people_site


async def test_material_and_packages_are_there_before_the_person(site, tmp_path):
    site.git.publish("lesson.md", "one\ntwo\nthree")
    with packages(tmp_path, site.hub.addresses.hub_ip) as environment:
        with (site.hub.folder / "jupyterhub_config.py").open("a") as config:
            config.write(SETTINGS.format(environment=environment))
        await site.hub.restart()
        async with site.hub.visitor() as paul:
            await paul.login("paul", PASSWORD)
            # The home has no certificate authority yet: nothing is fetched, and the server starts.
            said = await start(paul)
            assert f"{site.git.url} was not fetched" in said
            assert f"{site.git.url} was not fetched" in (await paul.open("home")).html
            await site.inside("paul", "cat > ca.pem", text=site.git.ca_file.read_text())
            assert await works(site) == "42\n"
            await paul.stop()

            assert "was not fetched" not in await start(paul)
            assert await site.inside("paul", "cat course/lesson.md") == "one\ntwo\nthree"
            assert await site.inside("paul", "stat -c %U course/lesson.md") == "paul\n"
            await site.inside("paul", "sed -i s/three/mine/ course/lesson.md")
            await paul.stop()

            site.git.publish("homework.md", "new")
            site.git.publish("lesson.md", "ONE\ntwo\nthree")
            await start(paul)
            assert await site.inside("paul", "cat course/homework.md") == "new"
            assert "mine" in await site.inside("paul", "cat course/lesson.md")
            assert await works(site) == "42\n"
            await paul.stop()


async def works(site: Site) -> str:
    return await site.inside("paul", "python3 -c 'import course_tools; print(course_tools.answer)'")
