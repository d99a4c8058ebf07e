"""What does a hub of the chart find on its disk? Rendered objects, laid out as its container mounts them."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
CHART = Path(__file__).parent / "chart"
EXAMPLES = ROOT / "examples" / "helm"
CONFIGURATION = "/usr/local/etc/jupyterhub"
# What Kubernetes and the pod's own specification put into the hub's environment.
ENVIRONMENT = {
    "HUB_SERVICE_PORT": "8081",
    "PROXY_API_SERVICE_PORT": "8001",
    "POD_NAMESPACE": "jhub",
    "OAUTH_CLIENT_SECRET": "from-a-secret",
    "DIRECTORY_PASSWORD": "from-a-secret",
}


def helm(program: Path, *words: str, chart: Path = CHART) -> subprocess.CompletedProcess[str]:
    """`helm template` of these values files; its exit status, objects and complaints."""
    command = [str(program), "template", "hub", str(chart), "--namespace=jhub", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def rendered(program: Path, *values: Path) -> list[dict]:
    """The objects of these values files, the later winning."""
    done = helm(program, *(f"--values={path}" for path in values))
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def one(objects: Iterable[dict], kind: str, name: str) -> dict:
    """The only object of this kind and name."""
    [found] = [each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def lay_out(objects: list[dict], folder: Path) -> Path:
    """Write every file that ConfigMaps and Secrets of the release bring; answers the hub's configuration."""
    pod = one(objects, "Deployment", "hub")["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in pod["containers"][0]["volumeMounts"]:
        files = _files(objects, volumes[mount["name"]])
        for name, content in files.items():
            if mount.get("subPath") in (None, name):
                path = folder / mount["mountPath"].lstrip("/")
                path = path if "subPath" in mount else path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    return folder / CONFIGURATION.lstrip("/") / "jupyterhub_config.py"


def _files(objects: list[dict], volume: dict) -> dict[str, bytes]:
    """Of a volume whose object is not of the release, none: the operator made that one."""
    named = (
        ("ConfigMap", volume.get("configMap", {}).get("name")),
        (
            "Secret",
            volume.get("secret", {}).get("secretName"),
        ),
    )
    for kind, name in named:
        for each in objects:
            if (each["kind"], each["metadata"]["name"]) == (kind, name):
                if kind == "ConfigMap":
                    return {key: text.encode() for key, text in each["data"].items()}
                return {key: base64.b64decode(text) for key, text in each.get("data", {}).items()}
    return {}


def values_of(objects: list[dict]) -> dict:
    """The values as the hub reads them."""
    secret = one(objects, "Secret", "hub")
    return yaml.safe_load(base64.b64decode(secret["data"]["values.yaml"]))


def as_list(objects: list[dict]) -> str:
    """For `kubectl apply -f -`."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
