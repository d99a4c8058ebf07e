"""Which events belong to this pod? Found by name, where stock sorts the events of all pods at every look."""

import json

from kubernetes_asyncio.client.rest import ApiException
from kubespawner.spawner import EventReflector

from libretexts_hub.hub.resumed_watch import ResumedWatch

# The API server keeps events for an hour. Somebody who starts again and again has thousands by then, of which
# the last ones tell all that a start or its end can ask for.
MOST_OF_ONE_POD = 100
PAGE = 500


class EventsByPod(dict):
    """The reflector's dictionary of events, with an index by the name of their pod; the last ones of each."""

    def __init__(self):
        super().__init__()
        self.by_pod = {}

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
    """An EventReflector that can be asked for one pod, and reads what there is in pages.

    Stock reads all at once, which a process that has done so for ten thousand events never gives back. No
    version is asked for: the API server keeps no events in its own memory, and would send all at once.
    """

    async def list_all(self, resource_version):
        events, page = EventsByPod(), {"metadata": {}}
        while True:
            page = await self._page(page["metadata"].get("continue"))
            for event in page["items"]:
                events[f"{event['metadata']['namespace']}/{event['metadata']['name']}"] = event
            if not page["metadata"].get("continue"):
                break
        self.resources = events
        if not self.first_load_future.done():
            self.first_load_future.set_result(None)
        return page["metadata"]["resourceVersion"]

    async def _page(self, following: str | None) -> dict:
        """Raises ApiException."""
        asked = {"label_selector": self.label_selector, "field_selector": self.field_selector}
        asked |= {} if self.omit_namespace else {"namespace": self.namespace}
        asked |= {"_continue": following} if following else {}
        answer = await getattr(self.api, self.list_method_name)(
            limit=PAGE, _request_timeout=self.request_timeout, _preload_content=False, **asked
        )
        if not answer.ok:
            raise ApiException(status=answer.status, reason=answer.reason)
        return json.loads(await answer.read())

    def of_pod(self, name: str) -> list[dict]:
        """The events of the pods of this name, oldest first, as EventReflector.events orders them."""
        return sorted(self.resources.by_pod.get(name, {}).values(), key=_moment)


def _moment(event) -> str:
    return event["lastTimestamp"] or event["eventTime"] or ""
