"""Does a real hub start with what the chart makes of our values, and does somebody get a server?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.conftest import hook_for
from tests.helm.chart_files import ENVIRONMENT, EXAMPLES, lay_out, rendered
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.helm
# What a second file of values brings: where this machine's hub listens, and who may log in. It runs last.
ADDRESSES = """
{settings}
c.KubeSpawner.uid = None
c.KubeSpawner.fs_gid = None
{hook}
"""


def second_file(folder: Path, hub: HubProcess, target) -> Path:
    addresses = hub.addresses
    settings = {
        "JupyterHub.bind_url": addresses.url,
        "JupyterHub.hub_bind_url": addresses.hub_url,
        "JupyterHub.hub_connect_url": addresses.hub_url,
        "JupyterHub.db_url": f"sqlite:///{folder}/hub.sqlite",
        "JupyterHub.pid_file": f"{folder}/hub.pid",
        "JupyterHub.authenticator_class": "shared-password",
        "SharedPasswordAuthenticator.user_password": PASSWORD,
        "Authenticator.allow_all": True,
        "ConfigurableHTTPProxy.api_url": addresses.proxy_api_url,
    }
    snippet = ADDRESSES.format(settings=assignments(settings), hook=hook_for(target))
    images = {"default": {"image": target.lab_image}, "minimal": {"image": target.lab_image}}
    values = {
        "hub": {
            "config": {"LibreTextsSpawner": {"images": images}},
            "extraConfig": {"99-this-machine": snippet},
        },
        "cull": {"enabled": False},
        "singleuser": {"storage": {"capacity": "16Mi"}, "extraEnv": {"SAID_BY": "the chart"}},
    }
    path = folder / "second.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


async def test_a_server_starts_with_what_the_chart_hands_on(helm_program, embedded, tmp_path, monkeypatch):
    with fresh_namespace(embedded, "chart") as target:
        hub = HubProcess(tmp_path / "hub", target, preloaded=True)
        objects = rendered(helm_program, EXAMPLES / "values.yaml", second_file(tmp_path, hub, target))
        laid_out = lay_out(objects, tmp_path / "container")
        for name, value in (ENVIRONMENT | {"POD_NAMESPACE": target.namespace}).items():
            monkeypatch.setenv(name, value)
        # JupyterHub takes the file where the chart's container has it.
        (hub.folder / "jupyterhub_config.py").unlink()
        (hub.folder / "jupyterhub_config.py").symlink_to(laid_out)
        try:
            await hub.start()
            async with hub.visitor() as person:
                await person.login("quick-ada", PASSWORD)
                await person.spawn({"size": "large"})
                await person.wait_until_ready()
            [pod] = await NamespaceObjects(target).pods("quick-ada")
        finally:
            hub.close()
    assert pod["metadata"]["labels"]["hub.jupyter.org/network-access-hub"] == "true"
    variables = {each["name"]: each.get("value") for each in pod["spec"]["containers"][0]["env"]}
    assert variables["SAID_BY"] == "the chart"
    # The size is the first file's, which the second one does not name.
    limits = pod["spec"]["containers"][0]["resources"]["limits"]
    assert limits["memory"] in (16 * 2**30, str(16 * 2**30), "16Gi")
    claims = [each for each in pod["spec"]["volumes"] if "persistentVolumeClaim" in each]
    assert claims[0]["persistentVolumeClaim"]["claimName"].startswith("claim-")
