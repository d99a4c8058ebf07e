"""What happened to a pod, in words that `kubectl describe` and a spawner's progress show?"""

import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from libretexts_hub.local_cluster.clock import micro_timestamp, timestamp
from libretexts_hub.local_cluster.store import ApiError, Object, Store

log = logging.getLogger(__name__)
KEPT_SECONDS = 3600.0  # --event-ttl of the API server
LONGEST_MESSAGE = 1024  # k8s.io/client-go/tools/events: longer notes are refused

Key = tuple[str, str, str, str, str]


@dataclass
class _Kept:
    namespace: str
    name: str
    written: float


class Events:
    """Writes Event objects.

    One that repeats counts up instead, as client-go's recorder does; old ones are deleted.
    """

    def __init__(self, store: Store, node_name: str) -> None:
        self._store = store
        self._node_name = node_name
        self._last_name = 0
        self._known: dict[Key, str] = {}
        self._written: deque[tuple[Key | None, _Kept]] = deque()

    def normal(self, pod: Object, reason: str, message: str, *, container: str = "") -> None:
        """Something that was to be expected. `container` is a field path such as `spec.containers{lab}`."""
        self._kubelet_event(pod, "Normal", reason, message, container)

    def warning(self, pod: Object, reason: str, message: str, *, container: str = "") -> None:
        """Something that somebody may have to look at."""
        self._kubelet_event(pod, "Warning", reason, message, container)

    def scheduled(self, pod: Object, kind: str, reason: str, action: str, message: str) -> None:
        """What the scheduler did; its events are of the newer form (events.k8s.io), with eventTime."""
        event: dict[str, Any] = {
            "type": kind,
            "reason": reason,
            "message": message[:LONGEST_MESSAGE],
            "action": action,
            "eventTime": micro_timestamp(),
            "firstTimestamp": None,
            "lastTimestamp": None,
            "reportingComponent": "default-scheduler",
            "reportingInstance": f"default-scheduler-{self._node_name}",
            "source": {},
        }
        self._create(pod, event, "", None)

    def _kubelet_event(self, pod: Object, kind: str, reason: str, message: str, container: str) -> None:
        message = message[:LONGEST_MESSAGE]
        key = (pod["metadata"]["uid"], container, kind, reason, message)
        if key in self._known and self._count_up(pod["metadata"]["namespace"], self._known[key]):
            return
        now = timestamp()
        event: dict[str, Any] = {
            "type": kind,
            "reason": reason,
            "message": message,
            "eventTime": None,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "reportingComponent": "kubelet",
            "reportingInstance": self._node_name,
            "source": {"component": "kubelet", "host": self._node_name},
        }
        self._create(pod, event, container, key)

    def _create(self, pod: Object, event: dict[str, Any], container: str, key: Key | None) -> None:
        meta = pod["metadata"]
        involved = {
            "kind": "Pod",
            "apiVersion": "v1",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
            "resourceVersion": meta.get("resourceVersion", ""),
        }
        if container:
            involved["fieldPath"] = container
        # Named by time, as client-go names them: a list in the order of names is then in the order of events.
        self._last_name = max(self._last_name + 1, time.time_ns())
        name = f"{meta['name'][:230]}.{self._last_name:x}"
        body = {
            "metadata": {"name": name, "namespace": meta["namespace"]},
            "involvedObject": involved,
            **event,
        }
        try:
            self._store.create("events", meta["namespace"], body)
        except ApiError as error:
            # A namespace that is being deleted takes no events; a pod does not fail for that.
            log.debug("An event of pod %s/%s was not stored: %s", meta["namespace"], meta["name"], error)
            return
        if key is not None:
            self._known[key] = name
        self._written.append((key, _Kept(meta["namespace"], name, time.monotonic())))
        self._forget_old()

    def _count_up(self, namespace: str, name: str) -> bool:
        def change(event: Object) -> None:
            event["count"] = event.get("count", 1) + 1
            event["lastTimestamp"] = timestamp()

        try:
            self._store.update("events", namespace, name, change)
        except ApiError:
            return False
        return True

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        while self._written and self._written[0][1].written < oldest:
            key, kept = self._written.popleft()
            if key is not None:
                self._known.pop(key, None)
            try:
                self._store.delete("events", kept.namespace, kept.name)
            except ApiError:
                continue
