"""How does a verb reach the Kubernetes API, and how does it say that it may not?"""

import asyncio
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from libretexts_hub.errors import LibreTextsHubError, SetupError

OWN_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
ANSWER_SECONDS = 10.0
# The authorizer's words: cannot patch resource "daemonsets" in API group "apps" in the namespace "jhub"
FORBIDDEN = re.compile(r'cannot ([a-z]+) resource "([a-z/]+)"')


class ForbiddenError(LibreTextsHubError):
    """The API answers 403. `role`, in YAML, would allow what it refuses."""

    def __init__(self, what: str, *, where: str, fix: str, role: str) -> None:
        super().__init__(what, where=where, fix=fix)
        self.role = role


def own_namespace() -> str:
    """The namespace of this pod; "" outside of one."""
    try:
        return OWN_NAMESPACE.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def context_namespace() -> str:
    """The namespace of this pod, else that of the kubeconfig's context."""
    from kubernetes_asyncio import config

    if own := own_namespace():
        return own
    with contextlib.suppress(config.ConfigException, OSError, yaml.YAMLError, KeyError, TypeError):
        _, active = config.list_kube_config_contexts(config_file=_kubeconfig())
        return str(active["context"].get("namespace") or "default")
    return "default"


async def settings() -> Any:
    """As the service account of this pod, elsewhere as $KUBECONFIG says. Raises SetupError.

    Nothing of it is global, and the environment is read now: the library reads it once, when it is imported.
    """
    from kubernetes_asyncio import client, config

    found = client.Configuration()
    try:
        try:
            config.load_incluster_config(client_configuration=found)
        except config.ConfigException:
            await config.load_kube_config(config_file=_kubeconfig(), client_configuration=found)
    except (config.ConfigException, OSError, ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        raise SetupError(
            f"No cluster is known here: {type(error).__name__}",
            where="the pod's service account, $KUBECONFIG, ~/.kube/config",
            fix="Run this in the hub's pod, or name a kubeconfig with KUBECONFIG=….",
        ) from None
    return found


@contextlib.asynccontextmanager
async def cluster(part: str, namespace: str) -> AsyncIterator[Any]:
    """An API client, for what `part` of the table of roles needs.

    Raises ForbiddenError when a permission is missing, SetupError for another refusal or no answer.
    """
    from kubernetes_asyncio.client import ApiClient
    from kubernetes_asyncio.client.rest import ApiException

    from libretexts_hub.clients.cluster import UNREACHABLE, reason

    async with ApiClient(await settings()) as client:
        try:
            yield client
        except ApiException as error:
            if error.status == 403:
                raise forbidden(reason(error), part, namespace) from None
            raise SetupError(
                f"The Kubernetes API refuses it: {reason(error)}",
                where=client.configuration.host,
                fix="Correct what it names, then try again.",
            ) from None
        except UNREACHABLE as error:
            raise SetupError(
                f"The Kubernetes API does not answer ({type(error).__name__})",
                where=client.configuration.host,
                fix="Look at the address in the kubeconfig.",
            ) from None


async def ask(
    client: Any,
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Sequence[tuple[str, str]] = (),
    seconds: float = ANSWER_SECONDS,
) -> dict[str, Any] | None:
    """The answer of the API server as JSON, None for 404. Raises ApiException, TimeoutError."""
    from kubernetes_asyncio.client.rest import ApiException

    from libretexts_hub.clients.cluster import sent

    request = client.call_api(
        path,
        method,
        query_params=list(query),
        header_params={"Accept": "application/json", "Content-Type": "application/json"},
        body=body,
        auth_settings=["BearerToken"],
        _preload_content=False,
    )
    try:
        answer: dict[str, Any] = json.loads(await asyncio.wait_for(sent(request), seconds))
    except ApiException as refused:
        if refused.status == 404:
            return None
        raise
    return answer


def forbidden(said: str, part: str, namespace: str) -> ForbiddenError:
    """What is missing, in one sentence, and the Role that gives it."""
    from libretexts_hub.hub import roles

    documents = roles.manifests(part, namespace)
    missing = FORBIDDEN.search(said)
    verb, resource = missing.groups() if missing else ("use", roles.PARTS[part][0].resources[0])
    return ForbiddenError(
        f"This account may not {verb} {resource}",
        where=f"Kubernetes API, {said}",
        fix=f"Bind this {documents[0]['kind']} to it"
        f" (libretexts-hub roles --for {part} --service-account NAME):",
        role=yaml.safe_dump_all(documents, sort_keys=False),
    )


def _kubeconfig() -> str:
    return os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")
