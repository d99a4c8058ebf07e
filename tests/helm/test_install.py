"""Does `helm install` bring a hub that answers, and do upgrade, rollback and uninstall do what they say?"""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from libretexts_hub.demo.visitor import VisitError, Visitor
from libretexts_hub.hub.page_assets import PATH
from tests.cluster.running import running_cluster
from tests.helm.chart_files import CHART, CONFIGURATION, EXAMPLES, ROOT
from tests.servers.hub import PASSWORD
from tests.servers.target import Target, fresh_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Four rollouts of a hub, a server of somebody's, and what Kubernetes takes to let go of all of it.
pytestmark = [pytest.mark.helm, pytest.mark.real_cluster, pytest.mark.timeout(420)]
# Names of services are found by a DNS server, which the cluster of the tests has not.
WITHOUT_DNS = """
import os
c.ConfigurableHTTPProxy.api_url = f"http://{os.environ['PROXY_API_SERVICE_HOST']}:8001"
c.JupyterHub.hub_connect_url = f"http://{os.environ['HUB_SERVICE_HOST']}:8081"
"""
FOLDER = f"{CONFIGURATION}/jupyterhub_config.d"
KINDS = (
    "deployments,daemonsets,services,configmaps,secrets,roles,rolebindings,serviceaccounts,"
    "networkpolicies,pods"
)
# Kubernetes makes these in every namespace.
OF_EVERY_NAMESPACE = {"ConfigMap/kube-root-ca.crt", "ServiceAccount/default"}


@dataclass(frozen=True)
class Release:
    """The chart in a namespace of its own, by helm and kubectl as an operator calls them."""

    helm_program: Path
    kubectl_program: Path
    space: Target

    def helm(self, *words: object) -> str:
        return self._run(self.helm_program, *words, f"--namespace={self.space.namespace}")

    def kubectl(self, *words: object) -> str:
        return self._run(self.kubectl_program, f"--namespace={self.space.namespace}", *words)

    def get(self, *words: str) -> Any:
        return json.loads(self.kubectl("get", *words, "--output=json"))

    def values(self) -> dict:
        """As the hub reads them, from the chart's Secret."""
        return yaml.safe_load(base64.b64decode(self.get("secret", "hub")["data"]["values.yaml"]))

    def names(self) -> set[str]:
        """Everything in the namespace that the chart knows of, `Kind/name`."""
        items = self.get(KINDS)["items"]
        return {f"{each['kind']}/{each['metadata']['name']}" for each in items} - OF_EVERY_NAMESPACE

    def in_the_hubs_pod(self, *words: str) -> str:
        """What a command says there, where the configuration, the cluster and its rights are the hub's."""
        return self.kubectl("exec", "deploy/hub", "--", "libretexts-hub", *words)

    def hub_says(self, path: str) -> str:
        """What the hub's own API answers, through the proxy and without a login."""
        return self.kubectl("get", "--raw", f"{self._service('hub', 8081)}/{path}")

    def _service(self, name: str, port: int) -> str:
        return f"/api/v1/namespaces/{self.space.namespace}/services/{name}:{port}/proxy"

    def _run(self, program: Path, *words: object) -> str:
        command = [str(program), f"--kubeconfig={self.space.kubeconfig}", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, f"{done.stderr}\n{self._state()}"
        return done.stdout

    def _state(self) -> str:
        """What to read when something failed."""
        base = [str(self.kubectl_program), f"--kubeconfig={self.space.kubeconfig}", "--namespace"]
        told = []
        for words in (["get", "pods,events"], ["logs", "deploy/hub", "--tail=60"], ["logs", "deploy/proxy"]):
            command = [*base, self.space.namespace, *words]
            told.append(subprocess.run(command, capture_output=True, text=True, timeout=30, check=False))
        return "\n".join(each.stdout[-6000:] + each.stderr[-500:] for each in told)


@pytest.fixture
def release(real, helm_program, kubectl_program) -> Iterator[Release]:
    with fresh_namespace(real, "install") as space:
        yield Release(helm_program, kubectl_program, space)


def image(reference: str) -> dict[str, str]:
    """As the chart's values name one."""
    name, _, tag = reference.rpartition(":")
    return {"name": name, "tag": tag}


@pytest.fixture
def of_this_cluster(tmp_path) -> Path:
    """What a site's values say beside `examples/helm/values.yaml`: its images, who logs in, little disks."""
    cluster = running_cluster()
    if not cluster.hub_image:
        pytest.skip("the images of the running cluster were made by another checkout")
    lab = {"image": cluster.lab_image}
    # An image without the server in it.
    broken = {"name": "Broken", "image": cluster.shell_image}
    files = {
        path.stem: {"mountPath": f"{FOLDER}/{path.name}", "stringData": path.read_text(encoding="utf-8")}
        for path in (ROOT / "jupyterhub_config.d" / name for name in ("60-pages.py", "90-site.py"))
    }
    values = {
        "hub": {
            "image": image(cluster.hub_image),
            "extraFiles": files,
            "db": {"pvc": {"storage": "64Mi"}},
            "config": {
                "JupyterHub": {"authenticator_class": "shared-password"},
                "SharedPasswordAuthenticator": {"user_password": PASSWORD},
                "Authenticator": {"allow_all": True},
                "LibreTextsSpawner": {
                    "images": {"default": lab, "minimal": lab, "broken": broken},
                    # The node of a test is small.
                    "sizes": {"small": {"cpu": {"guarantee": 0.05}, "memory": {"guarantee": "128Mi"}}},
                },
            },
            "extraConfig": {"00-without-dns": WITHOUT_DNS},
        },
        "proxy": {"service": {"type": "ClusterIP"}, "chp": {"image": image(cluster.proxy_image)}},
        "cull": {"enabled": False},
        "prePuller": {"continuous": {"enabled": False}},
        "singleuser": {"storage": {"capacity": "16Mi"}},
    }
    path = tmp_path / "site.yaml"
    path.write_text(yaml.safe_dump(values))
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
    async with visitor(release) as somebody:
        await somebody.login(person, PASSWORD)
        answer, _ = await somebody.spawn_form()
        return answer.html


def visitor(release: Release) -> Visitor:
    """Somebody outside of the cluster, at the address of the chart's proxy."""
    address = release.get("service", "proxy-public")["spec"]["clusterIP"]
    return Visitor(f"http://{address}", deadline_seconds=90)


def check_and_render(release: Release) -> None:
    """An operator asks in the hub's own pod; a problem would end the command, and so the test."""
    told = release.in_the_hubs_pod("check", f"{CONFIGURATION}/jupyterhub_config.py", "--online")
    assert "may not create" not in told, "the chart's Role is enough"
    assert "This account may not get pods/log" in told, "it is asked what this account may do"
    objects = list(yaml.safe_load_all(release.in_the_hubs_pod("render", "--user=ada", "--image=minimal")))
    assert [each["kind"] for each in objects] == ["PersistentVolumeClaim", "Pod"]
    assert objects[1]["metadata"]["namespace"] == release.space.namespace


async def why_it_did_not_start(release: Release) -> None:
    async with visitor(release) as eve:
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
    async with visitor(release) as ada:
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
