"""How does what courses bring get into the pod that KubeSpawner has made?"""

from collections.abc import Collection, Sequence
from typing import Any

from kubernetes_asyncio.client import V1EnvVar, V1Volume, V1VolumeMount

from libretexts_hub.domain import course_pod as core
from libretexts_hub.domain.courses import Course
from libretexts_hub.hub.pod_json import as_model


def add(pod: Any, courses: Sequence[Course], member_of: Collection[str], exchange: str) -> Any:
    """The pod with mounts and nbgrader's configuration: after what is there, which all stays."""
    spec = pod.spec
    notebook = next((each for each in spec.containers if _name(each) == "notebook"), spec.containers[0])
    volumes, mounts = core.mounts_of(courses, member_of)
    config = core.grader_config(courses, exchange)
    if config:
        volumes, mounts = [*volumes, core.config_volume()], [*mounts, core.config_mount()]
        _extend_path(notebook)
    spec.volumes = [*(spec.volumes or ()), *(as_model(V1Volume, each) for each in volumes)]
    notebook.volume_mounts = [
        *(notebook.volume_mounts or ()),
        *(as_model(V1VolumeMount, each) for each in mounts),
    ]
    pod.metadata.annotations = {**(pod.metadata.annotations or {}), **core.annotations(courses, config)}
    return pod


def _extend_path(notebook: Any) -> None:
    listed = list(notebook.env or ())
    written = next((each for each in listed if _name(each) == core.CONFIG_PATH), None)
    value = (written["value"] if isinstance(written, dict) else written.value) if written is not None else ""
    ours = as_model(V1EnvVar, {"name": core.CONFIG_PATH, "value": core.config_path(value or "")})
    notebook.env = [*(each for each in listed if each is not written), ours]


def _name(each: Any) -> str:
    return each["name"] if isinstance(each, dict) else each.name
