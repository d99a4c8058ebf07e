"""How full is a home? Measured by an init container, since nothing else in a cluster tells a hub.

The kubelet knows it, but only who may do everything on a node may ask it. So a container with the notebook's
own image looks at the mounted claim, and leaves one line as its message in the pod's status.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libretexts_hub.domain.pod_events import Object, plain
from libretexts_hub.domain.quantities import format_memory

NAME = "home-space"
NOTEBOOK = "notebook"
# Never a reason not to start: whatever goes wrong, the line is missing and the exit code is 0. A file server
# that does not answer would hold `df` for ever.
SCRIPT = """\
quick=""
command -v timeout >/dev/null 2>&1 && quick="timeout 10"
LC_ALL=C $quick df -Pk "$1" 2>/dev/null | {
  read -r heading && read -r device size used available rest &&
  echo "home-space $used $available" > /dev/termination-log
}
exit 0
"""
LINE = re.compile(r"home-space (\d{1,16}) (\d{1,16})")
FULL, NEARLY = 0.98, 0.9
KIB = 1024
LEAST_ROOM = 2**20


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes in use and left, when the server started."""

    used: int
    available: int

    @property
    def is_full(self) -> bool:
        """Whether saving a file may fail."""
        return self._share >= FULL

    @property
    def has_no_room(self) -> bool:
        """Whether not even small files fit, so that a server may not start. A share would say too much: two
        per cent of a file server are a lot."""
        return self.available < LEAST_ROOM

    @property
    def is_nearly_full(self) -> bool:
        """Whether its owner should know."""
        return self._share >= NEARLY

    @property
    def _share(self) -> float:
        return self.used / (self.used + self.available) if self.used + self.available else 0.0

    @property
    def words(self) -> str:
        """`3 GiB of 10 GiB`."""
        return f"{format_memory(self.used)} of {format_memory(self.used + self.available)}"

    @property
    def warning(self) -> str:
        """What its owner is to be told; nothing while there is room."""
        if self.is_full:
            return (
                f"Your home is full: {self.words} are used, so new work may not be saved. Delete files that "
                "you do not need, those in the trash too."
            )
        return f"Your home is nearly full: {self.words} are used." if self.is_nearly_full else ""


def probe(pod: Object, claim: str) -> dict[str, Any] | None:
    """The container that measures the home of this pod's JSON; None where no container mounts the claim."""
    spec = pod["spec"]
    volumes = {
        volume["name"]
        for volume in spec.get("volumes") or ()
        if (volume.get("persistentVolumeClaim") or {}).get("claimName") == claim
    }
    containers = spec["containers"]
    notebook = next((each for each in containers if each.get("name") == NOTEBOOK), containers[0])
    mounts = [each for each in notebook.get("volumeMounts") or () if each["name"] in volumes]
    if not mounts:
        return None
    mount = min(mounts, key=lambda each: len(each["mountPath"]))
    container = {
        "name": NAME,
        "image": notebook["image"],
        "command": ["/bin/sh", "-c", SCRIPT, "sh", mount["mountPath"]],
        "volumeMounts": [mount | {"readOnly": True}],
        "resources": _resources(notebook),
    }
    same = ("imagePullPolicy", "securityContext")
    return container | {key: notebook[key] for key in same if notebook.get(key) is not None}


def space_of(pod: Object | None) -> Space | None:
    """What the container found; None where it said nothing that can be read."""
    for state in ((pod or {}).get("status") or {}).get("initContainerStatuses") or ():
        if state.get("name") == NAME:
            ended = (state.get("state") or {}).get("terminated") or {}
            if found := LINE.fullmatch(plain(ended.get("message"), 80)):
                return Space(int(found[1]) * KIB, int(found[2]) * KIB)
    return None


def _resources(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook's CPU and memory: a quota may ask for limits, and a pod needs the larger of the two, not
    the sum. A GPU is not asked for."""
    written = notebook.get("resources") or {}
    return {
        kind: {name: value for name, value in written[kind].items() if name in ("cpu", "memory")}
        for kind in ("limits", "requests")
        if written.get(kind)
    }
