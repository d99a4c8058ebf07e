"""Which events belong to this pod? Found by name, where stock sorts the events of all pods at every look."""

from collections import defaultdict

from kubespawner.spawner import EventReflector


class EventsByPod(dict):
    """The reflector's dictionary of events, with an index by the name of their pod."""

    def __init__(self, events):
        super().__init__(events)
        self.by_pod = defaultdict(dict)
        for key, event in events.items():
            self.by_pod[event["involvedObject"]["name"]][key] = event

    def __setitem__(self, key, event):
        super().__setitem__(key, event)
        self.by_pod[event["involvedObject"]["name"]][key] = event

    def pop(self, key, *fallback):
        event = super().pop(key, *fallback)
        if event and key in (of_pod := self.by_pod[event["involvedObject"]["name"]]):
            del of_pod[key]
        return event


class EventWatch(EventReflector):
    """An EventReflector that can be asked for one pod."""

    async def _list_and_update(self, resource_version=None):
        version = await super()._list_and_update(resource_version)
        self.resources = EventsByPod(self.resources)
        return version

    def of_pod(self, name: str) -> list[dict]:
        """The events of the pods of this name, oldest first, as EventReflector.events orders them."""
        return sorted(self.resources.by_pod.get(name, {}).values(), key=_moment)


def _moment(event) -> str:
    return event["lastTimestamp"] or event["eventTime"] or ""
