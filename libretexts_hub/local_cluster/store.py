"""What exists in the embedded cluster, in which version, and what does changing it do?

The counterpart of the real server's generic registry (k8s.io/apiserver/pkg/registry/generic/registry/store.go
and pkg/registry/rest/delete.go): resource versions, conflicts, graceful deletion, finalizers, watches. It is
synchronous and belongs to one event loop. Objects are plain JSON; **an object that the store returned is
never changed, neither by the store nor by the caller**: `update` hands out a copy to edit.
"""

import uuid
from collections.abc import Callable
from typing import Any

from libretexts_hub.local_cluster import status
from libretexts_hub.local_cluster.clock import seconds_from_now, timestamp
from libretexts_hub.local_cluster.deletion import (
    check_preconditions,
    is_finished,
    mark_deleted,
    pod_grace_seconds,
)
from libretexts_hub.local_cluster.history import Event, History, Object, Subscription
from libretexts_hub.local_cluster.names import generated_name
from libretexts_hub.local_cluster.resources import RESOURCES
from libretexts_hub.local_cluster.status import ApiError

__all__ = ["ApiError", "Event", "Object", "Store", "copy_json"]

Objects = list[Object]  # the method `list` hides the type in annotations below it
FIRST_VERSION = 1000  # not 1: a client that asks for changes since version 1 is told that they are forgotten
Key = tuple[str, str]  # namespace ("" for kinds without one), name


def copy_json(value: Any) -> Any:
    """A deep copy of JSON data; several times quicker than copy.deepcopy."""
    if isinstance(value, dict):
        return {key: copy_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy_json(item) for item in value]
    return value


class Store:
    """All objects, by resource (`pods`, `persistentvolumeclaims`, ...), namespace and name."""

    def __init__(self, *, version: int = FIRST_VERSION, history: int = 8192) -> None:
        self._version = version
        self._objects: dict[str, dict[Key, Object]] = {resource: {} for resource in RESOURCES}
        self._histories = {resource: History(version, history) for resource in RESOURCES}
        self.on_change: Callable[[str], None] = lambda resource: None

    @property
    def version(self) -> int:
        """The resourceVersion of the last change."""
        return self._version

    def create(self, resource: str, namespace: str | None, obj: Object, *, dry_run: bool = False) -> Object:
        """Store a new object under a new uid. 404: no such namespace; 403: it is being deleted; 409: name
        taken.
        """
        new: Object = copy_json(obj)
        kind = RESOURCES[resource]
        meta = new.setdefault("metadata", {})
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = generated_name(meta["generateName"])
        if kind.namespaced:
            meta["namespace"] = namespace = namespace or meta.get("namespace") or "default"
            self.check_namespace(resource, meta["name"], namespace)
        key = (namespace or "" if kind.namespaced else "", meta["name"])
        if (present := self._objects[resource].get(key)) is not None:
            raise status.already_exists(
                resource, meta["name"], ending="deletionTimestamp" in present["metadata"]
            )
        meta |= {"uid": str(uuid.uuid4()), "creationTimestamp": timestamp()}
        for stale in ("deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "selfLink"):
            meta.pop(stale, None)
        new = {"kind": kind.kind, "apiVersion": kind.api_version} | new
        if not dry_run:
            self._write(resource, key, new, "ADDED")
        return new

    def check_namespace(self, resource: str, name: str, namespace: str | None) -> None:
        """Raise ApiError 404 when the namespace does not exist, 403 when it is being deleted."""
        if not RESOURCES[resource].namespaced or namespace is None:
            return
        found = self._objects["namespaces"].get(("", namespace))
        if found is None:
            raise status.not_found("namespaces", namespace)
        if "deletionTimestamp" in found["metadata"]:
            raise status.terminating(resource, name, namespace)

    def get(self, resource: str, namespace: str | None, name: str) -> Object:
        """The object now. ApiError 404 when there is none."""
        found = self._objects[resource].get(_key(resource, namespace, name))
        if found is None:
            raise status.not_found(resource, name)
        return found

    def find(self, resource: str, namespace: str | None, name: str) -> Object | None:
        """The object now, or None."""
        return self._objects[resource].get(_key(resource, namespace, name))

    def list(self, resource: str, namespace: str | None = None) -> tuple[Objects, int]:
        """All objects in the order of their keys, and the version that this list shows; None: of all
        namespaces.
        """
        kept = self._objects[resource]
        keys = sorted(kept) if namespace is None else sorted(key for key in kept if key[0] == namespace)
        return [kept[key] for key in keys], self._version

    def list_at(self, resource: str, namespace: str | None, version: int) -> Objects:
        """The objects as they were at an older version. ApiError 410 when the history does not reach back."""
        kept = dict(self._objects[resource])
        for event in self._histories[resource].newer_than(version):
            meta = event.object["metadata"]
            key = _key(resource, meta.get("namespace"), meta["name"])
            if event.previous is None:
                kept.pop(key, None)
            else:
                kept[key] = event.previous
        return [kept[key] for key in sorted(kept) if namespace is None or key[0] == namespace]

    def update(
        self,
        resource: str,
        namespace: str | None,
        name: str,
        change: Callable[[Object], None],
        *,
        uid: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Let `change` edit a copy and store it; no change, no new version. 404: gone; 409: another uid.

        An object that was deleted and has now lost its last finalizer disappears.
        """
        old = self.get(resource, namespace, name)
        if uid is not None:
            check_preconditions(resource, old, uid=uid)
        new: Object = copy_json(old)
        change(new)
        new["metadata"] |= {key: old["metadata"][key] for key in ("uid", "name", "creationTimestamp")}
        if new == old:
            return old
        if dry_run:
            return new
        key = _key(resource, namespace, name)
        if is_finished(new):
            return self._erase(resource, key, new)
        return self._write(resource, key, new, "MODIFIED", old)

    def delete(
        self,
        resource: str,
        namespace: str | None,
        name: str,
        *,
        grace_seconds: int | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        finalizers: tuple[str, ...] = (),
        dry_run: bool = False,
    ) -> Object:
        """Delete as the API does. A running pod gets a deletion time and goes when the kubelet removes it; an
        object with finalizers goes with its last one. Returns the object as it is, or was. 404: gone; 409:
        precondition.
        """
        old = self.get(resource, namespace, name)
        check_preconditions(resource, old, uid=uid, resource_version=resource_version)
        grace = pod_grace_seconds(old, grace_seconds) if resource == "pods" else 0
        new: Object = copy_json(old)
        mark_deleted(new, grace, seconds_from_now(grace), finalizers)
        if dry_run or (new == old and not is_finished(old)):
            return new
        key = _key(resource, namespace, name)
        if resource == "pods" or not is_finished(new):
            # The real server writes a pod's deletion first, also when nothing holds the pod: watchers see
            # both.
            old = self._write(resource, key, new, "MODIFIED", old) if new != old else old
        return self._erase(resource, key, old) if is_finished(new) else old

    def remove(self, resource: str, namespace: str | None, name: str, uid: str) -> None:
        """The kubelet's last word: the pod has ended and its object goes. Nothing happens when it has gone
        already.
        """
        found = self.find(resource, namespace, name)
        if found is None or found["metadata"]["uid"] != uid:
            return
        try:
            self.delete(resource, namespace, name, grace_seconds=0, uid=uid)
        except ApiError as error:  # pragma: no cover - one loop, nothing can happen in between
            if error.status != 404:
                raise

    def watch(self, resource: str, namespace: str | None = None, since: int | None = None) -> Subscription:
        """Changes after version `since`; None: one ADDED for each object that exists, then what changes from
        now on.

        The subscription stands when this returns. ApiError 410 when `since` is older than the history.
        """
        history = self._histories[resource]
        if since is not None:
            return history.subscribe(namespace, since)
        objects, version = self.list(resource, namespace)
        return history.subscribe_with(namespace, version, [Event("ADDED", obj) for obj in objects])

    def check_version(self, resource: str, since: int) -> None:
        """Raise ApiError 410 when changes after `since` have been forgotten."""
        self._histories[resource].check(since)

    def forget_history(self) -> None:
        """Drop every remembered change, as a compaction of etcd does."""
        for history in self._histories.values():
            history.forget(self._version)

    def close_watches(self) -> None:
        """End every watch: the cluster stops."""
        for history in self._histories.values():
            history.close()

    def _write(
        self, resource: str, key: Key, new: Object, event: str, previous: Object | None = None
    ) -> Object:
        self._version += 1
        new["metadata"]["resourceVersion"] = str(self._version)
        self._objects[resource][key] = new
        self._announce(resource, Event(event, new, previous))
        return new

    def _erase(self, resource: str, key: Key, last: Object) -> Object:
        previous = self._objects[resource].pop(key)
        self._version += 1
        gone = {**last, "metadata": {**last["metadata"], "resourceVersion": str(self._version)}}
        self._announce(resource, Event("DELETED", gone, previous))
        return gone

    def _announce(self, resource: str, event: Event) -> None:
        self._histories[resource].add(event)
        self.on_change(resource)

    def restore(self, resource: str, obj: Object) -> None:
        """Put back an object that was saved, as it was."""
        meta = obj["metadata"]
        self._objects[resource][_key(resource, meta.get("namespace"), meta["name"])] = obj


def _key(resource: str, namespace: str | None, name: str) -> Key:
    return (namespace or "default" if RESOURCES[resource].namespaced else "", name)
