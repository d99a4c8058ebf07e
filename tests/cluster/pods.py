"""How does a test make a pod in the real cluster, wait for it, and learn why it does not come?"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.api import Api, ApiError
from tests.cluster.processes import wait_until


@contextmanager
def namespace(api: Api) -> Iterator[str]:
    """A namespace of its own, ready for pods; deleted at the end, with all that is in it."""
    name = f"test-{secrets.token_hex(4)}"
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
    assert wait_until(lambda: exists(api, account), 30), f"{name} got no service account"
    try:
        yield name
    finally:
        api.delete(f"/api/v1/namespaces/{name}")


def shell_pod(name: str, image: str, script: str, **spec) -> dict:
    """A pod that runs a shell script once and stops quickly."""
    container = {"name": "main", "image": image, "command": ["sh", "-c", script]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "automountServiceAccountToken": False,
            "containers": [{**container, **spec.pop("container", {})}],
            **spec,
        },
    }


def wait_for_pod(api: Api, space: str, name: str, condition, seconds: float = 60) -> dict:
    """The pod once `condition(pod)` holds; AssertionError with its state and events when it never does."""
    path = f"/api/v1/namespaces/{space}/pods/{name}"
    seen: dict = {}

    def holds() -> bool:
        seen.update(api.get(path))
        return bool(condition(seen))

    if not wait_until(holds, seconds, pause=0.2):
        events = api.get(f"/api/v1/namespaces/{space}/events")["items"]
        story = "\n".join(f"{event['reason']}: {event.get('message')}" for event in events)
        raise AssertionError(f"{name}: {json.dumps(seen.get('status'), indent=1)}\n{story}")
    return seen


def phase_is(*wanted: str):
    """A condition for wait_for_pod."""
    return lambda pod: pod["status"].get("phase") in wanted


def exists(api: Api, path: str) -> bool:
    """Whether the API server has an object there."""
    try:
        api.get(path)
    except ApiError as error:
        if error.status == 404:
            return False
        raise
    return True
