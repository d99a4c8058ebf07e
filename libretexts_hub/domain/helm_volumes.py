"""Which volumes of a hub's configuration are the home, which the chart makes itself, and which are others?"""

from collections.abc import Mapping
from typing import Any


def split_volumes(
    volumes: Any, mounts: Any, template: str
) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Where the home is mounted ("" for nowhere), and the volumes and mounts that are left.

    KubeSpawner takes lists, and mappings, whose keys only sort.
    """
    listed, mounted = _list(volumes), _list(mounts)
    homes = {
        str(volume.get("name"))
        for volume in listed
        if (volume.get("persistentVolumeClaim") or {}).get("claimName") == template
    }
    at = next((str(mount.get("mountPath", "")) for mount in mounted if mount.get("name") in homes), "")
    return (
        at,
        [volume for volume in listed if volume.get("name") not in homes],
        [mount for mount in mounted if mount.get("name") not in homes],
    )


def _list(value: Any) -> list[dict[str, Any]]:
    found = [value[key] for key in sorted(value)] if isinstance(value, Mapping) else list(value or ())
    return [dict(each) for each in found if isinstance(each, Mapping)]
