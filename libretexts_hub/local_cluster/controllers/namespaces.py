"""What is in every namespace, and how does a deleted namespace become empty?"""

import contextlib

from libretexts_hub.local_cluster.history import Event, Object
from libretexts_hub.local_cluster.resources import ALL
from libretexts_hub.local_cluster.status import ApiError
from libretexts_hub.local_cluster.store import Store


class Namespaces:
    """Makes the default service account of each namespace; empties and then removes deleted namespaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def react(self, resource: str, event: Event) -> None:
        """A namespace came or changed, or something in one has gone."""
        if resource == "namespaces":
            if event.type != "DELETED":
                self._tend(event.object["metadata"]["name"])
        elif event.type == "DELETED" and (namespace := event.object["metadata"].get("namespace")):
            self._tend(namespace, service_account=resource == "serviceaccounts")

    def _tend(self, name: str, *, service_account: bool = True) -> None:
        namespace = self._store.find("namespaces", None, name)
        if namespace is None:
            return
        if "deletionTimestamp" in namespace["metadata"]:
            self._empty(name)
        elif service_account and self._store.find("serviceaccounts", name, "default") is None:
            self._store.create("serviceaccounts", name, {"metadata": {"name": "default"}})

    def _empty(self, name: str) -> None:
        left = 0
        for resource in ALL:
            if not resource.namespaced:
                continue
            for obj in self._store.list(resource.plural, name)[0]:
                if "deletionTimestamp" not in obj["metadata"]:
                    with contextlib.suppress(ApiError):
                        self._store.delete(resource.plural, name, obj["metadata"]["name"])
            left += len(self._store.list(resource.plural, name)[0])
        if not left:
            with contextlib.suppress(ApiError):
                self._store.update("namespaces", None, name, _finalize)


def _finalize(namespace: Object) -> None:
    namespace["spec"]["finalizers"] = []
