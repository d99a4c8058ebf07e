"""How does an operator handle a release of the chart? With helm and kubectl, in a namespace of its own."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from libretexts_hub.demo.visitor import Visitor
from tests.helm.chart_files import CONFIGURATION, ROOT
from tests.servers.hub import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.info import ClusterInfo
    from tests.servers.target import Target

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

    def visitor(self) -> Visitor:
        """Somebody outside of the cluster, at the address of the chart's proxy."""
        return Visitor(f"http://{self.address('proxy-public')}", deadline_seconds=90)

    def address(self, service: str) -> str:
        """Where a Service is, from inside of the cluster and from this machine."""
        return self.get("service", service)["spec"]["clusterIP"]

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
        logs = ["deploy/hub", "deploy/proxy", "--selector=app=ngshare"]
        for words in (["get", "pods,events"], *(["logs", each, "--tail=60"] for each in logs)):
            command = [*base, self.space.namespace, *words]
            told.append(subprocess.run(command, capture_output=True, text=True, timeout=30, check=False))
        return "\n".join(each.stdout[-6000:] + each.stderr[-500:] for each in told)


def image(reference: str) -> dict[str, str]:
    """As the chart's values name one."""
    name, _, tag = reference.rpartition(":")
    return {"name": name, "tag": tag}


def site_values(cluster: ClusterInfo) -> dict[str, Any]:
    """What a site says beside `examples/helm/values.yaml`: its images, who logs in, little disks."""
    lab = {"image": cluster.lab_image}
    # An image without the server in it.
    broken = {"name": "Broken", "image": cluster.shell_image}
    files = {
        path.stem: {"mountPath": f"{FOLDER}/{path.name}", "stringData": path.read_text(encoding="utf-8")}
        for path in (ROOT / "jupyterhub_config.d" / name for name in ("60-pages.py", "90-site.py"))
    }
    return {
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
