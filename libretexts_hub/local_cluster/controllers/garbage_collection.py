"""What happens to objects whose owner has gone, or is to go only after them?

The rules of the real collector (pkg/controller/garbagecollector): an object goes when all of its owners have
gone. An owner of a kind that this cluster does not serve is taken to exist.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from libretexts_hub.local_cluster.history import Event, Object
from libretexts_hub.local_cluster.resources import BY_KIND, RESOURCES
from libretexts_hub.local_cluster.status import ApiError
from libretexts_hub.local_cluster.store import Store

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
# Events have no owners, and there are more of them than of everything else.
OWNABLE = tuple(resource for resource in RESOURCES if resource != "events")
Reference = dict[str, Any]


class GarbageCollection:
    """Deletes dependents after their owners, or before them in the foreground, or sets them free."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def react(self, resource: str, event: Event) -> None:
        """An object came, changed or went."""
        obj = event.object
        if event.type == "DELETED":
            uid = obj["metadata"]["uid"]
            for other, dependent in list(self._dependents(uid)):
                self._collect(other, dependent)
            for reference in obj["metadata"].get("ownerReferences") or []:
                self._continue_foreground(reference, obj)
            return
        finalizers = obj["metadata"].get("finalizers") or []
        if "deletionTimestamp" in obj["metadata"] and FOREGROUND in finalizers:
            self._delete_dependents(resource, obj)
        elif "deletionTimestamp" in obj["metadata"] and ORPHAN in finalizers:
            self._orphan_dependents(resource, obj)
        elif obj["metadata"].get("ownerReferences") and event.type == "ADDED":
            self._collect(resource, obj)

    def _dependents(self, uid: str) -> Iterator[tuple[str, Object]]:
        for resource in OWNABLE:
            for obj in self._store.list(resource)[0]:
                if any(
                    reference.get("uid") == uid for reference in obj["metadata"].get("ownerReferences") or []
                ):
                    yield resource, obj

    def _collect(self, resource: str, obj: Object) -> None:
        """Delete an object none of whose owners is there any more."""
        references = obj["metadata"].get("ownerReferences") or []
        left = [reference for reference in references if self._exists(reference, obj)]
        if not left:
            self._delete(resource, obj)
        elif left != references:
            self._keep_owners(resource, obj, left)

    def _keep_owners(self, resource: str, obj: Object, owners: list[Reference]) -> None:
        def change(current: Object) -> None:
            current["metadata"]["ownerReferences"] = owners

        meta = obj["metadata"]
        with contextlib.suppress(ApiError):
            self._store.update(resource, meta.get("namespace"), meta["name"], change, uid=meta["uid"])

    def _delete(self, resource: str, obj: Object) -> None:
        meta = obj["metadata"]
        with contextlib.suppress(ApiError):  # it has gone, or is another one by now
            self._store.delete(resource, meta.get("namespace"), meta["name"], uid=meta["uid"])

    def _exists(self, reference: Reference, obj: Object) -> bool:
        kind = BY_KIND.get((reference.get("apiVersion", ""), reference.get("kind", "")))
        if kind is None:
            return True
        owner = self._owner(reference, obj)
        return owner is not None

    def _owner(self, reference: Reference, obj: Object) -> Object | None:
        kind = BY_KIND.get((reference.get("apiVersion", ""), reference.get("kind", "")))
        if kind is None:
            return None
        # An owner in another namespace does not count: names are looked up in the dependent's own.
        owner = self._store.find(kind.plural, obj["metadata"].get("namespace"), reference.get("name", ""))
        return owner if owner is not None and owner["metadata"]["uid"] == reference.get("uid") else None

    def _delete_dependents(self, resource: str, owner: Object) -> None:
        dependents = list(self._dependents(owner["metadata"]["uid"]))
        for other, dependent in dependents:
            if "deletionTimestamp" not in dependent["metadata"]:
                self._delete(other, dependent)
        if not any(_blocks(dependent, owner) for _, dependent in self._dependents(owner["metadata"]["uid"])):
            self._remove_finalizer(resource, owner, FOREGROUND)

    def _continue_foreground(self, reference: Reference, dependent: Object) -> None:
        owner = self._owner(reference, dependent)
        if owner is not None and FOREGROUND in (owner["metadata"].get("finalizers") or []):
            self._delete_dependents(BY_KIND[(owner["apiVersion"], owner["kind"])].plural, owner)

    def _orphan_dependents(self, resource: str, owner: Object) -> None:
        uid = owner["metadata"]["uid"]

        def release(obj: Object) -> None:
            kept = [item for item in obj["metadata"]["ownerReferences"] if item.get("uid") != uid]
            obj["metadata"]["ownerReferences"] = kept
            if not kept:
                del obj["metadata"]["ownerReferences"]

        for other, dependent in list(self._dependents(uid)):
            meta = dependent["metadata"]
            self._store.update(other, meta.get("namespace"), meta["name"], release)
        self._remove_finalizer(resource, owner, ORPHAN)

    def _remove_finalizer(self, resource: str, obj: Object, finalizer: str) -> None:
        def remove(current: Object) -> None:
            kept = [item for item in current["metadata"].get("finalizers", []) if item != finalizer]
            current["metadata"]["finalizers"] = kept
            if not kept:
                del current["metadata"]["finalizers"]

        meta = obj["metadata"]
        with contextlib.suppress(ApiError):
            self._store.update(resource, meta.get("namespace"), meta["name"], remove, uid=meta["uid"])


def _blocks(dependent: Object, owner: Object) -> bool:
    return any(
        reference.get("uid") == owner["metadata"]["uid"] and reference.get("blockOwnerDeletion")
        for reference in dependent["metadata"].get("ownerReferences") or []
    )
