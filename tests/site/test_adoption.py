"""Is anything lost from a stock hub to ours, to a next version of it, and back: a server, a home, a login?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from tests.helm.chart_files import ROOT
from tests.servers.hub import HubProcess
from tests.servers.slapd import PEOPLE
from tests.site import people, values
from tests.site.site import install, render
from tests.site.visits import MARKS, Guest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = MARKS
# Two of the campus, with the stock authenticator for its directory.
NAMES = ("zoidberg", "kif")
STOCK_LOGIN = "ldapauthenticator.LDAPAuthenticator"


def stock(site) -> dict[str, Any]:
    """A hub as the chart installs it, and jupyterhub-ldapauthenticator; which place it has, ours has too."""
    old = values.directory(site.servers.slapd)
    settings = {
        key: old[key] for key in ("lookup_dn", "lookup_dn_search_user", "user_search_base", "user_attribute")
    }
    settings |= {
        "server_address": "127.0.0.1",
        "server_port": site.servers.slapd.tls_port,
        "tls_strategy": "on_connect",
        "tls_kwargs": old["tls_kwargs"],
        "lookup_dn_user_dn_attribute": "uid",
        "bind_dn_template": [f"uid={{username}},{PEOPLE}"],
        "lookup_dn": False,
        "allowed_users": list(NAMES),
    }
    config = {"JupyterHub": {"authenticator_class": STOCK_LOGIN}, "LDAPAuthenticator": settings}
    return {"hub": {"config": config}, "singleuser": {"nodeSelector": {values.POOL: "campus"}}}


class Upgrades:
    """A hub of its own in the site's namespace, on one database, and what is installed on it."""

    def __init__(self, site, hub: HubProcess) -> None:
        self.site, self.hub = site, hub

    async def install(self, *layers: dict[str, Any], name: str) -> None:
        """As `helm upgrade`: the hub ends, another one starts with these values; proxy and pods go on."""
        self.hub.stop_hub()
        folder = self.hub.folder / name
        folder.mkdir()
        shared = values.shared(self.site.servers, self.hub)
        secrets = {"hub": {"extraConfig": {"10-secrets": values.SECRETS, "20-kept": KEPT}}}
        objects = await asyncio.to_thread(render, self.site.target, folder, shared, *layers, secrets)
        install(self.site.target, self.hub, objects, folder)
        await self.hub.start()

    async def ours(self, name: str, **more: Any) -> None:
        folder = self.hub.folder / name / "etc/jupyterhub/courses.yaml"
        layer = values.ours(self.site.servers, ROOT / "jupyterhub_config.d", folder)
        layer["hub"]["config"]["LibreTextsSpawner"] |= more
        await self.install(layer, name=name)


# The chart keeps these two over upgrades; rendered without a cluster they are others each time.
KEPT = """
c.JupyterHub.cookie_secret = b"k" * 32
c.CryptKeeper.keys = [b"k" * 32]
"""


@pytest_asyncio.fixture(loop_scope="session")
async def upgrades(site) -> AsyncIterator[Upgrades]:
    kubeconfig = site.folder / "hub.kubeconfig"
    hub = HubProcess(site.folder / "upgraded", site.target, kubeconfig=kubeconfig)
    try:
        yield Upgrades(site, hub)
    finally:
        hub.close()


async def claims(site) -> dict[str, str]:
    found = await site.objects.list("persistentvolumeclaims", user="kif")
    return {each["metadata"]["name"]: each["metadata"]["uid"] for each in found}


async def is_the_same(site, guest: Guest, pod: dict[str, Any], kernel: str) -> None:
    """The server goes on: the pod, the kernel in it, and the person's way there."""
    assert (await site.pod("kif"))["metadata"]["uid"] == pod["metadata"]["uid"]
    assert await guest.run_cell(kernel) == "42"


async def test_from_stock_to_ours_to_the_next_and_back(site, upgrades):
    await upgrades.install(stock(site), name="stock")
    async with Guest(upgrades.hub.url) as guest:
        await guest.login("kif", "kif")  # a stock hub without a menu starts the server at once
        await guest.wait_until_ready()
        assert await guest.run_cell("open('before.txt', 'w').write('stock'); n = 41; n + 1") in (
            "42",
            "5\n42",
        )
        pod, before = await site.pod("kif"), await claims(site)

        await upgrades.ours("first")
        await is_the_same(site, guest, pod, "n + 1")
        await upgrades.ours("second", menu_title="Next version")
        await is_the_same(site, guest, pod, "n + 1")
        # Nothing is known of the login of before, so they log in once more: as the same hub user.
        await guest.log_in(people.INSTRUCTOR)
        await guest.stop()
        await guest.spawn({"image": "default"})
        await guest.wait_until_ready()
        assert (
            await site.inside("kif", "id -u; cat before.txt; stat -c %u before.txt") == "20001\nstock20001\n"
        )
        await guest.run_cell("m = 41")
        pod = await site.pod("kif")
        assert before.items() <= (await claims(site)).items()

        await upgrades.install(stock(site), name="back")
        await is_the_same(site, guest, pod, "m + 1")
        await guest.stop()
        async with Guest(upgrades.hub.url) as again:
            await again.login("kif", "kif")
            await again.wait_until_ready()
            assert await site.inside("kif", "cat before.txt") == "stock"
            await again.stop()
    assert before.items() <= (await claims(site)).items()
