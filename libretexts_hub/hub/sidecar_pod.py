"""How does the database get into the pod that KubeSpawner has made?"""

from collections.abc import Mapping
from typing import Any

from kubernetes_asyncio.client import V1Container, V1EnvVar, V1Volume, V1VolumeMount

from libretexts_hub.domain import sidecar
from libretexts_hub.domain.sidecar import Place
from libretexts_hub.domain.sidecar_environment import notebook_environment
from libretexts_hub.hub.pod_json import as_model

# KubeSpawner's own default, which Kubernetes has too.
STOCK_GRACE_SECONDS = 30


def add(pod: Any, place: Place, *, is_native: bool) -> Any:
    """The pod with the database: after what the chart and the profiles put there, which all stays."""
    spec = pod.spec
    notebook = next((each for each in spec.containers if each.name == "notebook"), spec.containers[0])
    container = as_model(V1Container, sidecar.container(place, is_native=is_native))
    download = sidecar.download_container(place, notebook.image, _uid(notebook.security_context))
    spec.init_containers = [
        *(spec.init_containers or ()),
        *([as_model(V1Container, download)] if download else ()),
        *([container] if is_native else ()),
    ] or None
    if not is_native:
        spec.containers = [*spec.containers, container]
    spec.volumes = [
        *(spec.volumes or ()),
        *(as_model(V1Volume, each) for each in sidecar.volumes(place)),
    ]
    mount = as_model(V1VolumeMount, sidecar.notebook_mount(place))
    notebook.volume_mounts = [*(notebook.volume_mounts or ()), mount]
    notebook.env = _with_variables(notebook.env or (), place)
    pod.metadata.annotations = {**(pod.metadata.annotations or {}), **sidecar.annotations(place)}
    grace = spec.termination_grace_period_seconds
    usual = STOCK_GRACE_SECONDS if grace is None else grace
    spec.termination_grace_period_seconds = max(usual, place.database.grace)
    return pod


def _uid(context: Any) -> int | None:
    """The user of a container: KubeSpawner writes plain mappings, an operator's hook perhaps a model."""
    uid = context.get("runAsUser") if isinstance(context, dict) else getattr(context, "run_as_user", None)
    return uid if isinstance(uid, int) else None


def _with_variables(written: Any, place: Place) -> list[Any]:
    """What the operator wrote wins: they may lead a program elsewhere on purpose."""
    names = {each["name"] if isinstance(each, dict) else each.name for each in written}
    ours = (each for each in notebook_environment(place) if each["name"] not in names)
    return [*written, *(as_model(V1EnvVar, each) for each in ours)]


def problem_of(pod: Mapping[str, Any] | None) -> str:
    """The sentence with which the container ended because its engine could not start; empty for none."""
    status = (pod or {}).get("status") or {}
    for each in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        if each.get("name") == sidecar.NAME:
            for key in ("state", "lastState"):
                ended = (each.get(key) or {}).get("terminated") or {}
                if ended.get("message"):
                    return str(ended["message"])[:500].strip()
    return ""
