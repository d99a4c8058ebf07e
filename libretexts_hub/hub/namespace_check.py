"""May the hub make servers in every namespace that a route names? Asked when the hub starts; nobody waits.

A Role that was forgotten would else be found by the first person whose route leads there. The question is a
SelfSubjectAccessReview, which Kubernetes lets every account ask about itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from kubernetes_asyncio.client.rest import ApiException
from traitlets.config import Application

from libretexts_hub.clients import cluster
from libretexts_hub.hub.roles import HUB

if TYPE_CHECKING:
    from collections.abc import Iterable

# What KubeSpawner connects with.
CONNECTION = ("k8s_api_host", "k8s_api_ssl_ca_cert", "k8s_api_verify_ssl")
REQUEST_SECONDS = 5.0
TRIES = 6
FIRST_PAUSE_SECONDS = 2.0
_running: set[asyncio.Task[None]] = set()


def begin(namespaces: Iterable[str], connection: tuple[Any, ...]) -> None:
    """Ask in the background, in a hub that starts; `connection`: the values of CONNECTION, as they are
    configured."""
    wanted = sorted(set(namespaces) - {""})
    if not wanted or not Application.initialized():
        return
    application = Application.instance()
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return  # a command looks at configuration only
    if not hasattr(application, "hub_prefix"):
        return
    task = loop.create_task(_tell(wanted, connection, application.log))
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _tell(namespaces: list[str], connection: tuple[Any, ...], log: Any) -> None:
    from kubernetes_asyncio.config import ConfigException
    from kubespawner.clients import load_config, shared_client

    try:
        load_config(*connection)
    except ConfigException:
        return  # no cluster here; KubeSpawner says so itself
    api = shared_client("AuthorizationV1Api")
    for namespace in namespaces:
        missing = await missing_rights(api, namespace)
        if missing:
            log.error(
                "The hub may not %s in namespace %s, where a route sends servers. "
                "libretexts-hub roles --namespace %s --service-account NAMESPACE/NAME prints the Role.",
                *("; ".join(missing), namespace, namespace),
            )


async def missing_rights(api: Any, namespace: str) -> list[str]:
    """What a hub has to do there and may not, as `create pods`; nothing where the cluster does not say it."""
    asked = [(verb, kind) for each in HUB for kind in each.resources for verb in each.verbs]
    pause = FIRST_PAUSE_SECONDS
    for _ in range(TRIES):
        try:
            answers = [
                await cluster.may(api, namespace, verb, kind, seconds=REQUEST_SECONDS) for verb, kind in asked
            ]
        except ApiException as error:
            if error.status not in cluster.PASSING:
                return []
        except cluster.UNREACHABLE:
            pass
        else:
            return [f"{verb} {kind}" for (verb, kind), may in zip(asked, answers, strict=True) if not may]
        await asyncio.sleep(pause)
        pause *= 2
    return []
