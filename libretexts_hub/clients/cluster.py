"""How are single pods made, read and deleted, at the least cost for the event loop?

kubernetes_asyncio turns each answer into models, which takes several milliseconds for a pod that nobody
reads. These calls send the same requests and read only the status of the answer, or its plain JSON.
"""

import asyncio
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import getproxies

import aiohttp
from kubernetes_asyncio import client
from kubernetes_asyncio.client.rest import ApiException, RESTResponse

# Refusals that pass: API priority and fairness, a leader election of etcd, an API server that comes or goes.
PASSING = frozenset({408, 429, 500, 502, 503, 504})
# What is raised when there is no answer at all.
UNREACHABLE = (TimeoutError, aiohttp.ClientError, OSError)


def spare_environment_lookups(api: Any) -> None:
    """Let the client's session not look for proxies and a .netrc at every request, if there are none.

    kubernetes_asyncio sets `trust_env`, and aiohttp then reads both in a thread for each request: about half
    of the CPU time of a create request.
    """
    session = api.api_client.rest_client.pool_manager
    if getattr(session, "_trust_env", False) and not _environment_matters():
        session._trust_env = False


@cache
def _environment_matters() -> bool:
    try:
        netrc = "NETRC" in os.environ or (Path.home() / ".netrc").exists()
    except (OSError, RuntimeError):
        netrc = False
    return netrc or bool({"http", "https", "all"} & set(getproxies()))


async def create_pod(api: Any, namespace: str, body: dict[str, Any], *, seconds: float) -> None:
    """POST a pod. Raises ApiException for any refusal, TimeoutError after `seconds`."""
    await asyncio.wait_for(sent(api.create_namespaced_pod(namespace, body, _preload_content=False)), seconds)


async def read_pod(api: Any, namespace: str, name: str, *, seconds: float) -> dict[str, Any] | None:
    """GET a pod as plain JSON, None if there is none.

    Raises ApiException, or TimeoutError after `seconds`.
    """
    try:
        answer = await asyncio.wait_for(
            sent(api.read_namespaced_pod(name, namespace, _preload_content=False)), seconds
        )
    except ApiException as error:
        if error.status == 404:
            return None
        raise
    pod: dict[str, Any] = json.loads(answer)
    return pod


async def read_log(
    api: Any, namespace: str, name: str, container: str, *, lines: int, is_before: bool, seconds: float
) -> str:
    """The last `lines` that a container wrote; `is_before`: its run before this one.

    Raises ApiException, or TimeoutError after `seconds`.
    """
    request = api.read_namespaced_pod_log(
        name,
        namespace,
        container=container,
        tail_lines=lines,
        limit_bytes=65536,
        previous=is_before,
        _preload_content=False,
    )
    return (await asyncio.wait_for(sent(request), seconds)).decode(errors="replace")


async def delete_pod(api: Any, namespace: str, name: str, options: dict[str, Any], *, seconds: float) -> None:
    """DELETE a pod with DeleteOptions as plain JSON; one that is gone, or another one (409), is success."""
    try:
        await asyncio.wait_for(
            sent(api.delete_namespaced_pod(name, namespace, body=options, _preload_content=False)), seconds
        )
    except ApiException as error:
        if error.status not in (404, 409):
            raise


async def create_claim(api: Any, namespace: str, body: Any, *, seconds: float) -> None:
    """POST a PersistentVolumeClaim. Raises ApiException for any refusal, TimeoutError after `seconds`."""
    request = api.create_namespaced_persistent_volume_claim(namespace, body, _preload_content=False)
    await asyncio.wait_for(sent(request), seconds)


async def read_claim(api: Any, namespace: str, name: str, *, seconds: float) -> dict[str, Any] | None:
    """GET a PersistentVolumeClaim as plain JSON, None if there is none."""
    try:
        request = api.read_namespaced_persistent_volume_claim(name, namespace, _preload_content=False)
        answer = await asyncio.wait_for(sent(request), seconds)
    except ApiException as error:
        if error.status == 404:
            return None
        raise
    claim: dict[str, Any] = json.loads(answer)
    return claim


async def grow_claim(api: Any, namespace: str, name: str, size: str, *, version: str, seconds: float) -> None:
    """PATCH the size that a PersistentVolumeClaim asks for, if it still is of this version."""
    body = {
        "metadata": {"resourceVersion": version},
        "spec": {"resources": {"requests": {"storage": size}}},
    }
    await change_claim(api, namespace, name, body, seconds=seconds)


async def change_claim(
    api: Any, namespace: str, name: str, change: dict[str, Any], *, seconds: float
) -> None:
    """Apply a JSON merge patch. Raises ApiException, 409 where the resourceVersion in it is an older one."""
    request = api.patch_namespaced_persistent_volume_claim(
        name, namespace, change, _preload_content=False, _content_type="application/merge-patch+json"
    )
    await asyncio.wait_for(sent(request), seconds)


@dataclass(frozen=True)
class Requests:
    """The requests for one kind of namespaced object, by its name in the client's methods (`secret`)."""

    kind: str

    async def create(self, api: Any, namespace: str, body: Any, *, seconds: float) -> None:
        """POST it. Raises ApiException for any refusal, TimeoutError after `seconds`."""
        await self._send(api, "create", namespace, body, seconds=seconds)

    async def read(self, api: Any, namespace: str, name: str, *, seconds: float) -> dict[str, Any] | None:
        """GET it as plain JSON, None if there is none."""
        try:
            found: dict[str, Any] = json.loads(
                await self._send(api, "read", name, namespace, seconds=seconds)
            )
        except ApiException as error:
            if error.status == 404:
                return None
            raise
        return found

    async def delete(self, api: Any, namespace: str, name: str, options: Any, *, seconds: float) -> None:
        """DELETE it with DeleteOptions as plain JSON; one that is gone is success."""
        try:
            await self._send(api, "delete", name, namespace, body=options, seconds=seconds)
        except ApiException as error:
            if error.status != 404:
                raise

    async def _send(self, api: Any, verb: str, *words: Any, seconds: float, **more: Any) -> bytes:
        request = getattr(api, f"{verb}_namespaced_{self.kind}")(*words, **more, _preload_content=False)
        return await asyncio.wait_for(sent(request), seconds)


async def minor_version(api: Any, *, seconds: float) -> int | None:
    """The y of Kubernetes 1.y, None where it can't be told."""
    try:
        request = client.VersionApi(api.api_client).get_code(_preload_content=False)
        told = json.loads(await asyncio.wait_for(sent(request), seconds))
        return int(re.sub(r"\D.*", "", told["minor"])) if told.get("major") == "1" else None
    except (ApiException, ValueError, KeyError, TypeError, *UNREACHABLE):
        return None


async def may(api: Any, namespace: str, verb: str, kind: str, *, seconds: float) -> bool:
    """Whether we may do that to objects of this kind of the core group, by a SelfSubjectAccessReview.

    Raises ApiException, or what is UNREACHABLE.
    """
    asked = {"namespace": namespace, "verb": verb, "resource": kind}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    request = api.create_self_subject_access_review(body, _preload_content=False)
    answer = json.loads(await asyncio.wait_for(sent(request), seconds))
    return (answer.get("status") or {}).get("allowed") is True


def reason(error: ApiException) -> str:
    """What the API server said, for a log: its status and message, without any object."""
    try:
        message = json.loads(error.body or b"{}").get("message", "")
    except (TypeError, ValueError, AttributeError):
        message = ""
    return f"{error.status} {error.reason or ''} {message}".strip()[:500]


def retry_after(error: ApiException) -> float:
    """Seconds that the API server asks to wait, at most 5; 0 if it says nothing."""
    headers: Any = error.headers or {}
    try:
        return min(5.0, max(0.0, float(headers.get("Retry-After", 0))))
    except ValueError:
        return 0.0


async def sent(request: Any) -> bytes:
    """Await the request and read its answer; without `_preload_content` the client doesn't look at it.

    Raises ApiException for any refusal.
    """
    response = await request
    data: bytes = await response.read()
    if not 200 <= response.status <= 299:
        raise ApiException(http_resp=RESTResponse(response, data))  # type: ignore[arg-type]
    return data
