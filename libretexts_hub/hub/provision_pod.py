"""How does what a person brings get into the pod that KubeSpawner has made?"""

from typing import Any

from kubernetes_asyncio.client import V1Container, V1EnvVar, V1Volume, V1VolumeMount

from libretexts_hub.domain import provision_pod as core
from libretexts_hub.domain.pod_fields import NOTEBOOK, notebook_of
from libretexts_hub.domain.provision import Person, Provision
from libretexts_hub.hub.pod_json import as_model

# What every init container has in common with the notebook: its image is on the node, and with its resources
# the pod asks for no more than before.
ALIKE = ("image", "imagePullPolicy", "resources")


def add(
    pod: Any, body: dict[str, Any], person: Person, provision: Provision, home: str, *, take_over: bool
) -> Any:
    """The pod, whose JSON is `body`, with what is of this person: after what the chart and the profiles put
    there, which all stays."""
    spec = pod.spec
    notebook = next((each for each in spec.containers if _name(each) == NOTEBOOK), spec.containers[0])
    written = notebook_of(body["spec"])
    contents = core.files(person, provision, home)
    if contents:
        pod.metadata.annotations = {**(pod.metadata.annotations or {}), **core.annotations(contents)}
        made = (as_model(V1Volume, each) for each in core.volumes(contents))
        spec.volumes = [*(spec.volumes or ()), *made]
    if person.identity is not None:
        identity = person.identity
        context = written.get("securityContext") or {}
        notebook.security_context = core.container_context(identity, context)
        of_pod = body["spec"].get("securityContext") or {}
        spec.security_context = core.pod_context(identity, of_pod, is_fs_gid_own=provision.is_fs_gid_own)
    mounts = core.notebook_mounts(person)
    before = list(notebook.volume_mounts or ())
    notebook.volume_mounts = [*before, *(as_model(V1VolumeMount, each) for each in mounts)]
    notebook.env = _environment(notebook.env or (), person, provision, home, written)
    made = _init_containers(spec, notebook, body, mounts, person, provision, home, take_over)
    spec.init_containers = [
        *(spec.init_containers or ()),
        *(as_model(V1Container, each) for each in made),
    ] or None
    return pod


def _init_containers(
    spec: Any,
    notebook: Any,
    body: dict[str, Any],
    mounts: list[dict[str, Any]],
    person: Person,
    provision: Provision,
    home: str,
    take_over: bool,
) -> list[dict[str, Any]]:
    written = notebook_of(body["spec"])
    like = {key: written[key] for key in ALIKE if key in written}
    made = []
    if person.identity is not None:
        mount = core.home_mount_of(body, home)
        if take_over and provision.take_over is not None and mount is not None:
            group = spec.security_context["fsGroup"]
            made.append(core.take_over_container(person.identity, provision, mount, like, group))
        made.append(core.accounts_container(person.identity, like))
    if person.start_up is not None:
        like_it = {
            "env": notebook.env,
            "securityContext": notebook.security_context,
            "volumeMounts": [*(written.get("volumeMounts") or ()), *mounts],
        }
        made.append(core.start_up_container(person, home, like, like_it))
    return made


def _environment(
    listed: Any, person: Person, provision: Provision, home: str, written: dict[str, Any]
) -> list[Any]:
    """What the operator wrote wins; of git's numbered settings ours are added to theirs."""
    known = {each["name"]: each.get("value") or "" for each in written.get("env") or ()}
    ours = core.notebook_variables(person, provision, home, known)
    kept = [each for each in listed if _name(each) not in ours]
    return [*kept, *(as_model(V1EnvVar, {"name": name, "value": text}) for name, text in ours.items())]


def _name(each: Any) -> str:
    return each["name"] if isinstance(each, dict) else each.name
