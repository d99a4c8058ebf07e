"""Does `helm install` bring a hub that answers, and do upgrade, rollback and uninstall do what they say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from libretexts_hub.demo.visitor import VisitError
from libretexts_hub.hub.page_assets import PATH
from tests.cluster.running import running_cluster
from tests.helm.chart_files import CHART, CONFIGURATION, EXAMPLES
from tests.helm.release import Release, site_values
from tests.servers.hub import PASSWORD
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Four rollouts of a hub, a server of somebody's, and what Kubernetes takes to let go of all of it.
pytestmark = [pytest.mark.helm, pytest.mark.real_cluster, pytest.mark.timeout(420)]


@pytest.fixture
def release(real, helm_program, kubectl_program) -> Iterator[Release]:
    with fresh_namespace(real, "install") as space:
        yield Release(helm_program, kubectl_program, space)


@pytest.fixture
def of_this_cluster(tmp_path) -> Path:
    """A file with what a site says beside `examples/helm/values.yaml`."""
    cluster = running_cluster()
    if not cluster.hub_image:
        pytest.skip("this cluster has no image of a hub; LIBRETEXTS_HUB_HUB_IMAGE names one")
    path = tmp_path / "site.yaml"
    path.write_text(yaml.safe_dump(site_values(cluster)))
    return path


def renamed(folder: Path, name: str) -> Path:
    """A third file of values, as a later change of the site."""
    path = folder / "change.yaml"
    config = {"LibreTextsSpawner": {"images": {"default": {"name": name}}}}
    path.write_text(yaml.safe_dump({"hub": {"config": config}}))
    return path


def name_of_default(values: dict) -> str:
    return values["hub"]["config"]["LibreTextsSpawner"]["images"]["default"]["name"]


async def menu_of(release: Release, person: str) -> str:
    """The page on which somebody chooses, as the hub serves it through the proxy now."""
    async with release.visitor() as somebody:
        await somebody.login(person, PASSWORD)
        answer, _ = await somebody.spawn_form()
        return answer.html


def check_and_render(release: Release) -> None:
    """An operator asks in the hub's own pod; a problem would end the command, and so the test."""
    told = release.in_the_hubs_pod("check", f"{CONFIGURATION}/jupyterhub_config.py", "--online")
    assert "may not create" not in told, "the chart's Role is enough"
    assert "This account may not get pods/log" in told, "it is asked what this account may do"
    objects = list(yaml.safe_load_all(release.in_the_hubs_pod("render", "--user=ada", "--image=minimal")))
    assert [each["kind"] for each in objects] == ["PersistentVolumeClaim", "Pod"]
    assert objects[1]["metadata"]["namespace"] == release.space.namespace


async def why_it_did_not_start(release: Release) -> None:
    async with release.visitor() as eve:
        await eve.login("eve", PASSWORD)
        await eve.spawn({"image": "broken"})
        with pytest.raises(VisitError):
            await eve.wait_until_ready()
    assert not [each for each in release.get("pods")["items"] if "eve" in each["metadata"]["name"]]
    told = release.in_the_hubs_pod("why", "eve")
    assert "chosen image: broken" in told
    assert "cause: " in told
    assert "fix: " in told


async def test_a_release_from_its_first_day_to_its_last(release, of_this_cluster, tmp_path):
    files = (f"--values={EXAMPLES / 'values.yaml'}", f"--values={of_this_cluster}")
    wait = ("--wait", "--timeout=4m")

    release.helm("install", "hub", CHART, *files, *wait)
    assert {
        "Deployment/hub",
        "Deployment/proxy",
        "ConfigMap/hub",
        "Secret/hub",
        "Role/hub",
    } <= release.names()
    assert name_of_default(release.values()) == "Default environment"
    assert release.hub_says("hub/health") == ""
    page = await menu_of(release, "ada")
    assert "Default environment" in page
    assert f"/hub/{PATH}/" in page, "60-pages.py did not run"
    token = release.get("secret", "hub")["data"]["hub.config.CryptKeeper.keys"]

    check_and_render(release)
    await why_it_did_not_start(release)
    async with release.visitor() as ada:
        await ada.login("ada", PASSWORD)
        await ada.spawn({"image": "minimal"})
        await ada.wait_until_ready()
        assert (await ada.open_lab()).status == 200
        # The hub goes and comes; what runs goes on.
        change = f"--values={renamed(tmp_path, 'Autumn environment')}"
        release.helm("upgrade", "hub", CHART, *files, change, *wait)
        assert (await ada.servers())[""]["ready"]
        assert (await ada.open_lab()).status == 200
        await ada.stop()

    assert name_of_default(release.values()) == "Autumn environment"
    assert "Autumn environment" in await menu_of(release, "grace")
    # Nobody is logged out, and what is encrypted can still be read.
    assert release.get("secret", "hub")["data"]["hub.config.CryptKeeper.keys"] == token

    release.helm("rollback", "hub", "1", *wait)
    assert name_of_default(release.values()) == "Default environment"
    assert "Autumn environment" not in await menu_of(release, "grace")

    release.helm("uninstall", "hub", *wait)
    assert release.names() == set()
    # Homes are no part of the release.
    claims = release.get("persistentvolumeclaims")["items"]
    assert [each["metadata"]["name"] for each in claims] == ["claim-ada", "claim-eve"]
