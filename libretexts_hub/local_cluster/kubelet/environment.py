"""Which environment variables does a container get?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libretexts_hub.local_cluster.kubelet.expansion import expand
from libretexts_hub.local_cluster.kubelet.fields import FieldError, field_value, resource_value
from libretexts_hub.local_cluster.kubelet.objects import MissingObject, NamespaceObjects
from libretexts_hub.local_cluster.store import Object


class ConfigProblem(Exception):  # noqa: N818 - becomes CreateContainerConfigError and is tried again
    """The container cannot be configured yet; the text is the kubelet's message."""


@dataclass(frozen=True)
class EnvironmentSource:
    """Where a container's variables come from: its pod, Secrets and ConfigMaps, two addresses."""

    pod: Object
    objects: NamespaceObjects
    pod_ip: str
    host_ip: str

    def variables(self, container: Object) -> dict[str, str]:
        """envFrom first, then env in the order written, with `$(NAME)` expanded; a later name wins.

        ConfigProblem when a Secret, a ConfigMap or a key is missing and not optional.
        Source: makeEnvironmentVariables in pkg/kubelet/kubelet_pods.go.
        """
        try:
            result = self._whole_objects(container)
            for entry in container.get("env") or []:
                value = self._value(entry, container, result)
                if value is not None:
                    result[entry["name"]] = value
        except (MissingObject, FieldError) as error:
            raise ConfigProblem(str(error)) from error
        return result

    def _whole_objects(self, container: Object) -> dict[str, str]:
        result: dict[str, str] = {}
        for source in container.get("envFrom") or []:
            prefix = source.get("prefix") or ""
            for key, read in (("configMapRef", self.objects.config_map), ("secretRef", self.objects.secret)):
                reference = source.get(key)
                if reference is None:
                    continue
                content = read(reference.get("name", ""), optional=bool(reference.get("optional")))
                result |= {prefix + name: _text(value) for name, value in (content or {}).items()}
        return result

    def _value(self, entry: Mapping[str, Any], container: Object, known: Mapping[str, str]) -> str | None:
        if entry.get("value"):
            return expand(str(entry["value"]), known)
        source = entry.get("valueFrom")
        if not source:
            return ""
        if reference := source.get("fieldRef"):
            path = reference.get("fieldPath", "")
            return field_value(self.pod, path, pod_ip=self.pod_ip, host_ip=self.host_ip)
        if reference := source.get("resourceFieldRef"):
            return resource_value(self.pod, container, reference)
        if reference := source.get("configMapKeyRef"):
            return self._key(reference, "ConfigMap")
        if reference := source.get("secretKeyRef"):
            return self._key(reference, "Secret")
        raise ConfigProblem(f"invalid env var source of {entry.get('name')}")

    def _key(self, reference: Mapping[str, Any], kind: str) -> str | None:
        name, key, optional = (
            reference.get("name", ""),
            reference.get("key", ""),
            bool(reference.get("optional")),
        )
        read = self.objects.secret if kind == "Secret" else self.objects.config_map
        content = read(name, optional=optional)
        if content is not None and key in content:
            return _text(content[key])
        if optional:
            return None
        raise MissingObject(f"couldn't find key {key} in {kind} {self.objects.namespace}/{name}")


def _text(value: bytes) -> str:
    # surrogateescape: any bytes reach the process as they are.
    return value.decode("utf-8", "surrogateescape")
