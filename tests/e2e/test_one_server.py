"""Does one server work, from login to the last click, as a person sees it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.hub import ADMIN
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from .conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_person_logs_in_chooses_works_and_stops(site: Site) -> None:
    async with site.person("mia") as mia:
        await mia.spawn({"image": "second", "size": "large"})
        messages = await mia.wait_until_ready()
        assert messages[-1].text.startswith("Server ready")
        assert await mia.run_cell("6*7") == "42"
        (pod,) = await site.objects.pods("mia")
        limits = pod["spec"]["containers"][0]["resources"]["limits"]
        assert limits["memory"] in ("2Gi", "2147483648")
        assert (await mia.open_lab()).page.title == "JupyterLab"
        await mia.run_cell("open('note', 'w').write('kept')")
        await mia.stop()
        assert await site.objects.pods("mia") == []
        await mia.spawn()  # the files at home outlive the server
        await mia.wait_until_ready()
        assert await mia.run_cell("print(open('note').read())") == "kept"
        await mia.stop()


async def test_a_hub_that_restarts_finds_the_running_server(site: Site) -> None:
    async with site.person("olga") as olga:
        await olga.spawn()
        await olga.wait_until_ready()
        await olga.run_cell("x = 41")
        await site.hub.restart()
        assert "" in await olga.servers()
        assert await olga.run_cell("x + 1") == "42"  # the same kernel of the same server
        await olga.stop()


async def test_a_named_server_runs_beside_the_first(site: Site) -> None:
    async with site.person("paul") as paul:
        await paul.spawn()
        await paul.spawn(server_name="lab-two")
        await paul.wait_until_ready()
        await paul.wait_until_ready(server_name="lab-two")
        assert len(await site.objects.pods("paul")) == 2
        assert await paul.run_cell("6*7", server_name="lab-two") == "42"
        await paul.stop(server_name="lab-two")
        assert list(await paul.servers()) == [""]
        await paul.stop()


async def test_an_admin_starts_and_opens_a_server_for_somebody_else(site: Site) -> None:
    async with site.person("quinn") as quinn, site.person(ADMIN) as ada:
        await ada.spawn({"image": "default", "size": "small"}, user="quinn")
        await ada.wait_until_ready(user="quinn")
        assert await ada.run_cell("6*7", user="quinn") == "42"
        assert len(await site.objects.pods("quinn")) == 1
        assert await quinn.run_cell("6*7") == "42"
        await ada.stop(user="quinn")
        assert await quinn.servers() == {}


async def test_a_home_claim_that_vanished_comes_back(site: Site) -> None:
    async with site.person("quick-rosa") as rosa:
        await rosa.spawn()
        await rosa.wait_until_ready()
        await rosa.stop()
        (claim,) = await site.objects.list("persistentvolumeclaims", user="quick-rosa")
        await site.objects.delete("persistentvolumeclaims", claim["metadata"]["name"])
        await eventually("the old claim is gone", lambda: _is_gone(site, claim["metadata"]["uid"]))
        await rosa.spawn()
        await rosa.wait_until_ready()
        assert await site.works(rosa)
        await rosa.stop()


async def _is_gone(site: Site, uid: str) -> bool:
    return uid not in {c["metadata"]["uid"] for c in await site.objects.list("persistentvolumeclaims")}
