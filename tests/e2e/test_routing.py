"""Does a real hub send people where their groups say, also after it was killed, and nobody else there?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub.demo.visitor import VisitError
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

from .conftest import FAILURE_LIMIT, SETTINGS, hook_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from libretexts_hub.demo.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
# A person whose pod an operator's hook sends to nodes that are not theirs.
GREEDY = """
def greedy(spawner, pod):
    pod = quick_server(spawner, pod)
    if spawner.user.name == "quick-greedy":
        pod.spec.node_selector = {**(pod.spec.node_selector or {}), "pool": "hpc"}
    return pod
c.KubeSpawner.modify_pod_hook = greedy
"""
# Groups are the provider's, which is a file here, and are asked for before each start.
GROUPS = """
import json, pathlib
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
class Login(SharedPasswordAuthenticator):
    def groups_of(self, name):
        return json.loads(pathlib.Path({file!r}).read_text()).get(name, [])
    async def authenticate(self, handler, data):
        login = await super().authenticate(handler, data)
        return login and login | {{"groups": self.groups_of(login["name"])}}
    async def refresh_user(self, user, handler=None):
        return {{"name": user.name, "groups": self.groups_of(user.name)}}
c.JupyterHub.authenticator_class = Login
c.Authenticator.manage_groups = True
c.Authenticator.refresh_pre_spawn = True
"""
PHYSICS = {name: ["physics"] for name in ("quick-ann", "quick-amy", "quick-abe", "quick-ada")}
ROUTES = {
    "hpc": {
        "name": "HPC",
        "match": {"groups": ["Physics"], "sizes": ["large"]},
        "place": {"labels": {"pool": "{group}"}, "servers": {"total": 1}, "start_timeout": "45s"},
    },
    "pool": {"match": {"groups": ["nobody"]}, "place": {"node_selector": {"pool": "hpc"}}},
    "small": {"match": {"sizes": ["small"]}, "place": {"network_class": "small"}},
}


class RoutedSite:
    """A hub with routes, and people in groups as the file `groups` says."""

    def __init__(self, hub: HubProcess, objects: NamespaceObjects, groups: Path) -> None:
        self.hub, self.objects, self.groups = hub, objects, groups


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(embedded, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RoutedSite]:
    folder = tmp_path_factory.mktemp("routed-hub")
    with fresh_namespace(embedded, "routes") as target:
        groups = folder / "groups.json"
        groups.write_text(json.dumps(PHYSICS))
        ours = {
            "LibreTextsSpawner.images": {"default": {"image": target.lab_image, "default": True}},
            "LibreTextsSpawner.sizes": {"small": {}, "large": {}, "huge": {}},
            "LibreTextsSpawner.routes": ROUTES,
            "LibreTextsSpawner.refuse_unrouted": True,
        }
        check = "from libretexts_hub.hub.configuration import check_or_exit\ncheck_or_exit(c)\n"
        login = GROUPS.format(file=str(groups))
        extra = assignments(SETTINGS | ours) + hook_for(target) + GREEDY + login + check
        hub = HubProcess(folder, target, extra=extra, preloaded=True)
        try:
            await hub.start()
            yield RoutedSite(hub, NamespaceObjects(target), groups)
        finally:
            hub.close()


async def started(person: Visitor, name: str, size: str) -> None:
    """Log in and start a server of this size over REST."""
    await person.login(name, PASSWORD)
    await person.spawn({"image": "default", "size": size})
    await person.wait_until_ready()


async def refusal(person: Visitor, size: str) -> VisitError:
    with pytest.raises(VisitError) as refused:
        await person.hub_api("POST", f"users/{person.name}/server", {"image": "default", "size": size})
    return refused.value


async def test_two_people_land_where_their_groups_say(site: RoutedSite) -> None:
    async with site.hub.visitor() as ann, site.hub.visitor() as ben:
        await started(ann, "quick-ann", "large")
        await started(ben, "quick-ben", "small")

        [hers], [his] = await site.objects.pods("quick-ann"), await site.objects.pods("quick-ben")
        assert hers["metadata"]["labels"]["libretexts.org/route"] == "hpc"
        assert hers["metadata"]["labels"]["pool"].startswith("physics---")
        assert his["metadata"]["labels"]["libretexts.org/network-class"] == "small"
        assert "pool" not in his["metadata"]["labels"]
        assert "route hpc (Physics, size large)" in site.hub.log_tail(2000)
        await ben.stop()
        await ann.stop()


async def test_a_third_may_not_by_form_or_rest_and_no_hub_ends(site: RoutedSite) -> None:
    async with site.hub.visitor() as eve:
        await eve.login("quick-eve", PASSWORD)
        for _ in range(FAILURE_LIMIT + 1):
            refused = await refusal(eve, "large")
            assert refused.status == 400
            assert "no place where this server may run" in refused.what
            answer, form = await eve.spawn_form()
            with pytest.raises(VisitError) as by_form:
                await eve.post_form(answer, form, [("image", "default"), ("size", "large")])
            assert "hysics" not in by_form.value.what
        assert site.hub.is_running
        assert await site.objects.pods("quick-eve") == []
        await eve.spawn({"image": "default", "size": "small"})
        await eve.wait_until_ready()
        await eve.stop()


async def test_who_left_the_group_is_refused_without_a_new_login(site: RoutedSite) -> None:
    async with site.hub.visitor() as ada:
        await started(ada, "quick-ada", "large")
        await ada.stop()
        site.groups.write_text(json.dumps(PHYSICS | {"quick-ada": []}))
        assert "no place where this server may run" in (await refusal(ada, "large")).what
        site.groups.write_text(json.dumps(PHYSICS))
        await ada.spawn({"image": "default", "size": "large"})
        await ada.wait_until_ready()
        await ada.stop()


async def test_no_hook_gives_what_the_route_does_not(site: RoutedSite) -> None:
    async with site.hub.visitor() as greedy:
        await greedy.login("quick-greedy", PASSWORD)
        refused = await refusal(greedy, "small")
        assert "another place than its route gives" in refused.what
        assert await site.objects.pods("quick-greedy") == []
        assert "spec.nodeSelector: pool" in site.hub.log_tail(2000)


async def test_a_full_route_is_full_after_the_hub_was_killed(site: RoutedSite) -> None:
    async with site.hub.visitor() as amy, site.hub.visitor() as abe:
        await started(amy, "quick-amy", "large")
        await abe.login("quick-abe", PASSWORD)
        assert "HPC is full" in (await refusal(abe, "large")).what

        site.hub.kill_hub()
        await site.hub.restart()

        assert "HPC is full" in (await refusal(abe, "large")).what
        await amy.stop()
        await abe.spawn({"image": "default", "size": "large"})
        await abe.wait_until_ready()
        await abe.stop()
