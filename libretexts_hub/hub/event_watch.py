"""Which events belong to this pod? Found by name, where stock sorts the events of all pods at every look."""

from collections import defaultdict

from kubespawner.spawner import EventReflector

from libretexts_hub.hub.resumed_watch import ResumedWatch

# The API server keeps events for an hour. Somebody who starts again and again has thousands by then, of which
# the last ones tell all that a start or its end can ask for.
MOST_OF_ONE_POD = 100


class EventsByPod(dict):
    """The reflector's dictionary of events, with an index by the name of their pod; the last ones of each."""

    def __init__(self, events):
        super().__init__()
        self.by_pod = {}
        of_pods = defaultdict(list)
        for key, event in events.items():
            of_pods[event["involvedObject"]["name"]].append((_moment(event), key))
        # The last ones are looked for once: a list may hold some ten thousand.
        for of_pod in of_pods.values():
            for _, key in sorted(of_pod)[-MOST_OF_ONE_POD:]:
                self[key] = events[key]

    def __setitem__(self, key, event):
        # Who wrote which field, twice as much as the rest.
        event["metadata"].pop("managedFields", None)
        super().__setitem__(key, event)
        of_pod = self.by_pod.setdefault(event["involvedObject"]["name"], {})
        of_pod[key] = event
        if len(of_pod) > MOST_OF_ONE_POD:
            self.pop(min(of_pod, key=lambda each: _moment(of_pod[each])))

    def pop(self, key, *fallback):
        event = super().pop(key, *fallback)
        name = event["involvedObject"]["name"] if event else ""
        if key in (of_pod := self.by_pod.get(name, {})):
            del of_pod[key]
            if not of_pod:
                del self.by_pod[name]
        return event


class EventWatch(ResumedWatch, EventReflector):
    """An EventReflector that can be asked for one pod."""

    async def list_all(self, resource_version):
        version = await super().list_all(resource_version)
        self.resources = EventsByPod(self.resources)
        return version

    def of_pod(self, name: str) -> list[dict]:
        """The events of the pods of this name, oldest first, as EventReflector.events orders them."""
        return sorted(self.resources.by_pod.get(name, {}).values(), key=_moment)


def _moment(event) -> str:
    return event["lastTimestamp"] or event["eventTime"] or ""
