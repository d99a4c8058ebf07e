"""In what does a person work whose home is so full that nothing starts in it? In an empty one, with theirs
inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libretexts_hub.domain.pod_fields import notebook_of

VOLUME = "scratch-home"
# Of the empty home, where the full one is seen.
FOLDER = "full-home"
SIZE = "1Gi"
AGAIN = (
    "Start it once more: it then begins in an empty home, in which you find yours as the folder full-home "
    "and can delete files."
)
TOLD = (
    "Your home is so full that your server could not start in it. This one is empty, and what you save in it "
    "is lost when the server ends. Your own home is the folder full-home: delete there what you do not need, "
    "then stop this server and start it again."
)


@dataclass(frozen=True, slots=True)
class ScratchHome:
    """A volume for the pod, and what the notebook mounts in the place of its mounts."""

    volume: dict[str, Any]
    mounts: list[dict[str, Any]]


def scratch_home(pod: Mapping[str, Any], claim: str) -> ScratchHome | None:
    """For this pod's JSON, whose home is on `claim`; None where the notebook does not mount that."""
    volumes = {
        volume["name"]
        for volume in pod["spec"].get("volumes") or ()
        if (volume.get("persistentVolumeClaim") or {}).get("claimName") == claim
    }
    mounts = list(notebook_of(pod["spec"]).get("volumeMounts") or ())
    homes = [mount for mount in mounts if mount["name"] in volumes]
    if not homes:
        return None
    home = min(homes, key=lambda each: len(each["mountPath"]))
    path = home["mountPath"].rstrip("/")
    moved = [mount | {"mountPath": f"{path}/{FOLDER}"} if mount is home else mount for mount in mounts]
    volume = {"name": VOLUME, "emptyDir": {"sizeLimit": SIZE}}
    return ScratchHome(volume, [{"name": VOLUME, "mountPath": path}, *moved])
