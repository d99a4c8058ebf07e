"""What exactly is started for a container: which words, in which environment, where?"""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.local_cluster.kubelet.context import PodContext
from libretexts_hub.local_cluster.kubelet.environment import ConfigProblem
from libretexts_hub.local_cluster.kubelet.expansion import expand
from libretexts_hub.local_cluster.kubelet.images import Image
from libretexts_hub.local_cluster.kubelet.mounts import ContainerRoot
from libretexts_hub.local_cluster.kubelet.paths import PathEscape
from libretexts_hub.local_cluster.kubelet.strays import CONTAINER_MARKER, STATE_MARKER
from libretexts_hub.local_cluster.store import Object

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Launch:
    """A command, ready to be started."""

    argv: list[str]
    env: dict[str, str]
    directory: Path


def prepare_launch(
    context: PodContext, spec: Object, image: Image, root: ContainerRoot, marker: str
) -> Launch:
    """Make the container's root and work out its command. ConfigProblem when that is not possible (yet).

    The environment is a clean one: PATH (with this Python's own folder first, where jupyterhub-singleuser
    is), LANG, HOSTNAME, HOME, then what the image says, then what the container says. Nothing of the
    cluster's own is passed on.
    """
    variables = context.environment().variables(spec)
    root.prepare(spec, context.volumes, variables)
    env = {
        "PATH": f"{Path(sys.executable).parent}:{SYSTEM_PATH}",
        "LANG": "C.UTF-8",
        "HOSTNAME": context.pod["spec"].get("hostname") or context.name,
        "HOME": str(root.home()),
    }
    env |= {name: root.value(value) for name, value in {**image.env, **variables}.items()}
    env |= {STATE_MARKER: str(context.node.state_dir), CONTAINER_MARKER: marker}
    if not image.command(spec):
        raise ConfigProblem("no command specified")
    return Launch(_argv(spec, image, root, variables), env, root.working_directory(_directory(spec, image)))


def _directory(spec: Object, image: Image) -> str | None:
    return spec.get("workingDir") or image.working_dir


def _argv(spec: Object, image: Image, root: ContainerRoot, variables: dict[str, str]) -> list[str]:
    # Only the container's own words are expanded; an image's are taken as they are.
    own = {key: [expand(word, variables) for word in spec.get(key) or []] for key in ("command", "args")}
    try:
        return [root.argument(word) for word in image.command(own)]
    except PathEscape as error:
        raise ConfigProblem(str(error)) from error


def stop_signal(spec: Object) -> int:
    """What tells the container to end: SIGTERM, or what `lifecycle.stopSignal` names."""
    name = (spec.get("lifecycle") or {}).get("stopSignal")
    found = getattr(signal, str(name), None) if name and str(name).startswith("SIG") else None
    return int(found) if isinstance(found, signal.Signals) else int(signal.SIGTERM)
