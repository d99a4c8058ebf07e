"""Is a person told in words what their server waits for, and why the cluster ended it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from .conftest import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_progress_page_speaks_in_words_and_says_nothing_twice(site: Site) -> None:
    async with site.person("quick-wanda") as wanda:
        await wanda.spawn()
        said = [message.text for message in await wanda.wait_until_ready()]
        assert not any("[Normal]" in text or "jupyter-quick-wanda" in text for text in said)
        assert len(set(said)) == len(said)
        await wanda.stop()


@pytest.mark.parametrize(
    ("page", "restarts"),
    [
        pytest.param("home", False, id="home"),
        pytest.param("spawn-pending/quick-vera", False, id="not-running"),
        pytest.param("home", True, id="hub-restarted"),
    ],
)
async def test_a_preempted_server_is_told_on_the_next_page_and_no_other(
    site: Site, page: str, restarts: bool
) -> None:
    async with site.person("quick-vera") as vera:
        await vera.spawn()
        await vera.wait_until_ready()
        (pod,) = await site.objects.pods("quick-vera")
        name = pod["metadata"]["name"]
        target = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}
        target["lastTransitionTime"] = pod["metadata"]["creationTimestamp"]
        conditions = [*pod["status"]["conditions"], target]
        await site.objects.patch(f"pods/{name}/status", {"status": {"conditions": conditions}})
        await site.objects.delete("pods", name)
        await eventually("the pod is gone", lambda: _is_gone(site))

        if page != "home" or restarts:
            # As the culler would find it; on the home page JupyterHub looks by itself.
            await vera.hub_api("DELETE", "users/quick-vera/server")
        if restarts:
            await site.hub.restart()

        async def told() -> str:
            html = (await vera.open(page)).html
            return html if "It had to make room for one that goes first." in html else ""

        # The hub learns it from its watch, which may come after what the test itself sees.
        next_page = await eventually("the next page tells it", told)
        assert "What was saved in your home is still there." in next_page
        later = await vera.open("home")
        assert "make room" not in later.html


async def _is_gone(site: Site) -> bool:
    pods = await site.objects._ask("GET", "pods")
    return not any("quick-vera" in pod["metadata"]["name"] for pod in pods["items"])
