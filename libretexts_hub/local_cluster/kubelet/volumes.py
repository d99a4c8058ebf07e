"""Where are a pod's volumes on this machine, and what is in them?"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libretexts_hub.local_cluster.kubelet.claims import Claims
from libretexts_hub.local_cluster.kubelet.fields import FieldError, field_value, resource_value
from libretexts_hub.local_cluster.kubelet.objects import MissingObject, NamespaceObjects
from libretexts_hub.local_cluster.kubelet.paths import PathEscape, join_inside, parts_below
from libretexts_hub.local_cluster.store import Object

Content = dict[str, tuple[bytes, int]]  # path below the volume -> bytes, file mode
CONFIG_MODE = 0o644


class VolumeProblem(Exception):  # noqa: N818 - becomes a FailedMount event and is tried again
    """A volume cannot be made (yet)."""

    def __init__(self, volume: str, why: str) -> None:
        super().__init__(f'MountVolume.SetUp failed for volume "{volume}" : {why}')


@dataclass(frozen=True)
class VolumeSource:
    """Everything that a pod's volumes can be made of."""

    pod: Object
    folder: Path
    claims: Claims
    objects: NamespaceObjects
    pod_ip: str
    host_ip: str

    def set_up(self) -> dict[str, Path]:
        """Make every volume of the pod and say where each is.

        VolumeProblem for the first that cannot be made.
        """
        return {volume["name"]: self._make(volume) for volume in self.pod["spec"].get("volumes") or []}

    def _make(self, volume: Object) -> Path:
        kinds = {
            "persistentVolumeClaim": self._claim,
            "emptyDir": self._empty,
            "secret": self._secret,
            "configMap": self._config_map,
            "downwardAPI": self._downward,
            "projected": self._projected,
        }
        name = volume["name"]
        for kind, make in kinds.items():
            if kind in volume:
                try:
                    return make(name, volume[kind] or {})
                except (MissingObject, FieldError, PathEscape, OSError) as error:
                    raise VolumeProblem(name, str(error)) from error
        kind = next((key for key in volume if key != "name"), "emptyDir")
        if kind == "emptyDir":
            return self._empty(name, {})
        raise VolumeProblem(
            name,
            f"the embedded cluster has no {kind} volumes; use a claim, an emptyDir, a Secret or a ConfigMap",
        )

    def _claim(self, name: str, source: Mapping[str, Any]) -> Path:
        return self.claims.folder(self.pod["metadata"]["namespace"], source["claimName"])

    def _empty(self, name: str, source: Mapping[str, Any]) -> Path:
        folder = join_inside(self.folder, name)
        folder.mkdir(mode=0o777, parents=True, exist_ok=True)
        return folder

    def _secret(self, name: str, source: Mapping[str, Any]) -> Path:
        return self._write(name, self._secret_content(source, source.get("secretName", ""), source))

    def _config_map(self, name: str, source: Mapping[str, Any]) -> Path:
        return self._write(name, self._config_map_content(source, source))

    def _downward(self, name: str, source: Mapping[str, Any]) -> Path:
        return self._write(name, self._downward_content(source, source))

    def _projected(self, name: str, source: Mapping[str, Any]) -> Path:
        content: Content = {}
        for part in source.get("sources") or []:
            if "secret" in part:
                content |= self._secret_content(part["secret"], part["secret"].get("name", ""), source)
            elif "configMap" in part:
                content |= self._config_map_content(part["configMap"], source)
            elif "downwardAPI" in part:
                content |= self._downward_content(part["downwardAPI"], source)
            elif "serviceAccountToken" in part:
                # No pod may have the cluster's token; programs that only look for the file go on.
                path = part["serviceAccountToken"].get("path", "token")
                content[path] = (b"the-embedded-cluster-gives-pods-no-token", 0o600)
            else:
                raise VolumeProblem(name, f"the embedded cluster cannot project {', '.join(part)}")
        return self._write(name, content)

    def _secret_content(self, source: Mapping[str, Any], secret: str, modes: Mapping[str, Any]) -> Content:
        data = self.objects.secret(secret, optional=bool(source.get("optional")))
        # Within owner: without a mount namespace other people of this machine could open the path.
        return _chosen(data, source, modes, "secret", lambda mode: mode & 0o700)

    def _config_map_content(self, source: Mapping[str, Any], modes: Mapping[str, Any]) -> Content:
        data = self.objects.config_map(source.get("name", ""), optional=bool(source.get("optional")))
        return _chosen(data, source, modes, "config", lambda mode: mode & 0o777)

    def _downward_content(self, source: Mapping[str, Any], modes: Mapping[str, Any]) -> Content:
        content: Content = {}
        for item in source.get("items") or []:
            if reference := item.get("fieldRef"):
                path = reference.get("fieldPath", "")
                text = field_value(self.pod, path, pod_ip=self.pod_ip, host_ip=self.host_ip)
            else:
                text = resource_value(self.pod, {}, item.get("resourceFieldRef") or {})
            mode = _mode(item.get("mode"), modes.get("defaultMode"))
            content[item["path"]] = (text.encode(), mode & 0o777)
        return content

    def _write(self, name: str, content: Content) -> Path:
        folder = self._empty(name, {})
        for path, (data, mode) in content.items():
            _write_file(folder, path, data, mode)
        return folder


def _chosen(
    data: dict[str, bytes] | None,
    source: Mapping[str, Any],
    modes: Mapping[str, Any],
    kind: str,
    limit: Callable[[int], int],
) -> Content:
    """The keys that become files: all, or those in `items` under their paths."""
    if data is None:
        return {}
    default = modes.get("defaultMode")
    items = source.get("items")
    if not items:
        return {key: (value, limit(_mode(None, default))) for key, value in data.items()}
    content: Content = {}
    for item in items:
        key = item["key"]
        if key in data:
            content[item["path"]] = (data[key], limit(_mode(item.get("mode"), default)))
        elif not source.get("optional"):
            raise MissingObject(f"references non-existent {kind} key: {key}")
    return content


def _mode(own: int | None, default: int | None) -> int:
    if own is not None:
        return own
    return CONFIG_MODE if default is None else default


def _write_file(folder: Path, path: str, data: bytes, mode: int) -> None:
    """Replace the file at once, so that nobody reads half of it; never readable more widely than `mode`."""
    parts = parts_below(path)
    if not parts:
        raise PathEscape(f"{path!r} names no file")
    target = join_inside(folder, "/".join(parts[:-1])) / parts[-1]
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f"..{target.name}.new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), mode)
    half.replace(target)
