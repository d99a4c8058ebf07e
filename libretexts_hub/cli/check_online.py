"""What do registries, the cluster and the servers of the login say of a configuration? Nothing is changed."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from libretexts_hub.cli import cluster_access
from libretexts_hub.domain.cluster_needs import Need, namespaces, needs
from libretexts_hub.domain.findings import Finding, error, info, warning
from libretexts_hub.domain.ldap_rules import LDAP, ldap_servers
from libretexts_hub.domain.site import Site
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

SECONDS = 10.0
PATHS = {
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses/{name}",
    "PriorityClass": "/apis/scheduling.k8s.io/v1/priorityclasses/{name}",
    "LocalQueue": "/apis/kueue.x-k8s.io/v1beta1/namespaces/{namespace}/localqueues/{name}",
}
REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
# Settings of logins that are addresses of servers.
ADDRESSES = ("authorize_url", "token_url", "userdata_url", "github_url", "issuer_url")


async def online_findings(spawner: Any, site: Site) -> list[Finding]:
    """Everything that is asked over the network, at the same time. `spawner`: one without a person."""
    parts = await asyncio.gather(_registries(spawner), _cluster(spawner, site), _login(site))
    return [finding for part in parts for finding in part]


async def _registries(spawner: Any) -> list[Finding]:
    from libretexts_hub.cli.menu_reading import Wish, read_menu
    from libretexts_hub.domain.menu import Menu

    where = f"c.{type(spawner).__name__}.images"
    try:
        menu = Menu.parse(*spawner.menu_as_written())
        reading = await read_menu(menu, None, Wish())
    except LibreTextsHubError as wrong:
        return [error(wrong.what, wrong.where, wrong.fix)]
    found = [
        error(f"{repository} can't be read: {words}", where, "Correct its name, or its credentials.")
        for repository, words in reading.problems.items()
    ]
    empty = [image.slug for image in reading.menu.images if image.registry is not None and not image.versions]
    found += [
        warning("No tag of it is on the menu", f"{where}[{slug!r}]", "Look at its scheme and filters.")
        for slug in empty
        if not reading.problems
    ]
    return found


async def _cluster(spawner: Any, site: Site) -> list[Finding]:
    try:
        async with cluster_access.cluster("hub", spawner.namespace) as client:
            asked = [
                *(_permission(client, *each) for each in _permissions(spawner, site)),
                *(_there(client, need) for need in needs(site, spawner.namespace)),
            ]
            told = await asyncio.gather(*asked)
    except LibreTextsHubError as wrong:
        return [error(wrong.what, wrong.where, wrong.fix)]
    return [finding for finding in told if finding is not None]


def _permissions(spawner: Any, site: Site) -> Iterator[tuple[str, str, str, str, str]]:
    """(part, namespace, group, resource, verb) of all that the configured parts need."""
    from libretexts_hub.hub import roles

    homes = spawner.homes.values() if isinstance(spawner.homes, dict) else ()
    grows = any(isinstance(home, dict) and home.get("grow") for home in homes)
    for part in ("hub", *(["homes"] if grows else []), "why"):
        for permission in roles.PARTS[part]:
            for resource in permission.resources:
                for verb in permission.verbs:
                    for namespace in namespaces(site, spawner.namespace):
                        yield part, namespace, permission.group, resource, verb


async def _permission(
    client: Any, part: str, namespace: str, group: str, resource: str, verb: str
) -> Finding | None:
    name, _, subresource = resource.partition("/")
    asked = {
        "namespace": namespace,
        "verb": verb,
        "group": group,
        "resource": name,
        "subresource": subresource,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {key: value for key, value in asked.items() if value}},
    }
    answer = await cluster_access.ask(client, "POST", REVIEW, body)
    if (answer or {}).get("status", {}).get("allowed"):
        return None
    told = info if part == "why" else error
    return told(
        f"This account may not {verb} {resource} in {namespace}",
        f"Kubernetes API, for {part}",
        f"Bind the Role that libretexts-hub roles --for {part} --namespace {namespace} prints.",
    )


async def _there(client: Any, need: Need) -> Finding | None:
    from kubernetes_asyncio.client.rest import ApiException

    path = PATHS[need.kind].format(name=need.name, namespace=need.namespace)
    try:
        answer = await cluster_access.ask(client, "GET", path)
    except ApiException as refused:
        what = f"It can't be looked whether there is a {need.kind} {need.name}: {refused.status}"
        return info(what, need.where, "Look at it as an administrator of the cluster.")
    if answer is not None:
        return None
    inside = f" in {need.namespace}" if need.namespace else ""
    return error(f"There is no {need.kind} {need.name}{inside}", need.where, "Make it, or correct the name.")


async def _login(site: Site) -> list[Finding]:
    """Does each server that the login asks take a connection?"""
    told = await asyncio.gather(*(_answers(*each) for each in _servers(site)))
    return [finding for finding in told if finding is not None]


def _servers(site: Site) -> Iterator[tuple[str, str, int]]:
    for name in ADDRESSES:
        where, written = site.find(site.authenticator, name)
        parts = urlsplit(written) if isinstance(written, str) else None
        if parts is not None and parts.hostname:
            yield where, parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)
    # What is no address is told without asking anybody.
    with contextlib.suppress(ConfigurationError):
        if LDAP in site.authenticator:
            where, servers = ldap_servers(site)
            yield from ((where, server.host, server.port) for server in servers)


async def _answers(where: str, host: str, port: int) -> Finding | None:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), SECONDS)
    except (OSError, TimeoutError, UnicodeError) as failed:
        words = getattr(failed, "strerror", None) or type(failed).__name__
        return error(f"{host}:{port} takes no connection: {words}", where, "Correct it, or open the network.")
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return None
