"""What does a hub's configuration say that uses all of this package for every start?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.servers.provision_settings import UID_AND_GROUPS_OF_GITHUB

if TYPE_CHECKING:
    from collections.abc import Mapping

PERSON_GROUPS = ("physics", "course-db101")
# As a login leaves it; every person of the benchmark is the same to the provider.
AUTH_STATE = {
    "access_token": "0" * 40,
    "scope": ["repo"],
    "github_user": {"id": 5001, "login": "grace", "name": "Grace Hopper", "email": "grace@example.org"},
    "teams": [{"id": 77, "slug": "dm", "organization": {"login": "lsst"}}],
}


def everything(image: str) -> dict[str, Any]:
    """Routes, a database, provisioning and homes, each with an entry that does not match before the one that
    does."""
    return {
        "LibreTextsSpawner.routes": {
            "hpc": {"match": {"groups": ["astronomy"]}, "place": {"node_selector": {"pool": "hpc"}}},
            "physics": {
                "match": {"groups": ["physics"], "sizes": ["small"]},
                "place": {
                    "tolerations": [{"key": "hpc", "operator": "Exists", "effect": "NoSchedule"}],
                    "labels": {"team": "{group}"},
                    "annotations": {"example.org/account": "{group}"},
                    "environment": {"ACCOUNT": "{group}"},
                    "network_class": "campus",
                    "volumes": {"scratch": {"source": {"emptyDir": {}}, "mount": "/scratch"}},
                    "servers": {"total": 100_000},
                    "start_timeout": "2m",
                },
            },
        },
        "LibreTextsSpawner.databases": {
            "postgresql": {"engine": "postgresql", "image": image, "groups": ["nobody"]},
            "mysql": {"engine": "mariadb", "image": image, "storage": "64Mi", "courses": ["db101"]},
        },
        "LibreTextsSpawner.provision": {
            **UID_AND_GROUPS_OF_GITHUB,
            "take_over": [1000],
            "git": {"host": "github.com", "scopes": ["repo"]},
            "requirements": ["okpy"],
        },
        "LibreTextsSpawner.homes": {
            "staff": {"groups": ["staff"], "capacity": "50Gi"},
            "others": {"capacity": "10Gi", "measure": True},
        },
    }


def same_pod(pod: Mapping[str, Any]) -> dict[str, Any]:
    """KubeSpawner's own traits that give everybody this pod of ours, as an operator would write it by hand.

    The database has no claim of its own there: KubeSpawner makes none.
    """
    metadata, spec = pod["metadata"], pod["spec"]
    [notebook] = spec["containers"]
    ours = lambda texts: {key: text for key, text in texts.items() if "jupyter" not in key}  # noqa: E731
    variables = {each["name"]: each for each in notebook["env"] if not each["name"].startswith("JUPYTER")}
    return {
        "KubeSpawner.init_containers": _braced(spec["initContainers"]),
        "KubeSpawner.volumes": [_without_claim(each) for each in _braced(spec["volumes"])],
        "KubeSpawner.volume_mounts": _braced(notebook["volumeMounts"]),
        "KubeSpawner.tolerations": spec["tolerations"],
        "KubeSpawner.extra_labels": _braced(ours(metadata["labels"])),
        "KubeSpawner.extra_annotations": _braced(ours(metadata["annotations"])),
        "KubeSpawner.environment": {
            name: each["value"] for name, each in variables.items() if each.get("value") and name not in OWN
        },
        "KubeSpawner.container_security_context": notebook["securityContext"],
        "KubeSpawner.pod_security_context": spec["securityContext"],
    }


OWN = ("MEM_LIMIT", "MEM_GUARANTEE", "CPU_LIMIT", "CPU_GUARANTEE")


def _without_claim(volume: dict[str, Any]) -> dict[str, Any]:
    if "persistentVolumeClaim" not in volume:
        return volume
    return volume | {"persistentVolumeClaim": {"claimName": "{pvc_name}"}}


def _braced(value: Any) -> Any:
    """KubeSpawner fills in what stands in braces, so a brace itself is written twice."""
    if isinstance(value, str):
        return value.replace("{", "{{").replace("}", "}}")
    if isinstance(value, dict):
        return {key: _braced(each) for key, each in value.items()}
    return [_braced(each) for each in value] if isinstance(value, list) else value
