"""What is on the menu now? The operator's menu with what the registries of this hub process hold."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from libretexts_hub.domain.menu import Menu
from libretexts_hub.hub.menu_clock import menu_time

if TYPE_CHECKING:
    import logging
    from datetime import date

    from libretexts_hub.domain.images import Image
    from libretexts_hub.hub.refresher import Refresher

# One for a loop, and a hub has one loop; tests have many.
_refreshers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Refresher] = weakref.WeakKeyDictionary()
_parsed: list[tuple[object, Menu]] = []
_live: dict[int, tuple[Menu, tuple[int, date], Menu]] = {}
KEPT = 8


def parsed_menu(images: object, sizes: object, options: object, where: str) -> Menu:
    """`Menu.parse`, once for each configuration: every spawner object has its own copy of the same traits."""
    traits = (images, sizes, options)
    for known, menu in _parsed:
        if known == traits:
            return menu
    menu = Menu.parse(images, sizes, options, where=where)
    _parsed[:] = [(traits, menu), *_parsed[: KEPT - 1]]
    return menu


def refresher(memory: str = "", *, log: logging.Logger | None = None) -> Refresher:
    """The one refresher of this process; `memory`, the file that it keeps the menu in, counts at first."""
    loop = asyncio.get_running_loop()
    known = _refreshers.get(loop)
    if known is None:
        # Not at the top: a hub's start waits for every import, and a menu may be static.
        from libretexts_hub.hub.refresher import Refresher

        path = Path(memory) if memory else None
        known = _refreshers[loop] = Refresher(path, log=log, secrets=read_docker_config)
    return known


def use_refresher(reading: Any) -> None:
    """Take this one on the running loop: for a command that has read already, and reads no more."""
    _refreshers[asyncio.get_running_loop()] = reading


def live_menu(menu: Menu, *, memory: str = "", log: logging.Logger | None = None) -> Menu:
    """`menu` with versions. The first call of a process starts the reading; none waits for it."""
    sources = [image.registry for image in menu.images if image.registry is not None]
    if not sources:
        return menu
    try:
        reading = refresher(memory, log=log)
    except RuntimeError:
        return menu  # no loop: somebody looks at configuration only
    reading.follow(sources)
    moment = (reading.version, menu_time().date())
    kept = _live.get(id(menu))
    if kept is None or kept[0] is not menu or kept[1] != moment:
        same_day = kept is not None and kept[0] is menu and kept[1][1] == moment[1]
        before = kept[2] if kept is not None and same_day else None
        while len(_live) >= KEPT:
            _live.pop(next(iter(_live)))
        menu_now = menu.with_snapshots(reading.snapshots, moment[1], before=before)
        kept = _live[id(menu)] = (menu, moment, menu_now)
    return kept[2]


def age_words(image: Image, *, now: float) -> str:
    """How old the versions of a live image are, when its registry does not answer; else nothing."""
    if image.registry is None:
        return ""
    with contextlib.suppress(RuntimeError):
        reading = refresher()
        snapshot = reading.snapshots.get(image.registry.repository)
        if snapshot is not None and reading.problem(image.registry.repository):
            return f"Its registry does not answer: this is what was there {ago(now - snapshot.read_at)}."
    return ""


async def read_docker_config(name: str, *, api: Any = None, namespace: str = "") -> bytes:
    """The `.dockerconfigjson` of a Secret, in the hub's own namespace unless another is named, read with the
    spawner's client unless there is another `api`. Raises RegistryError."""
    from kubernetes_asyncio.client.rest import ApiException
    from kubespawner.clients import shared_client

    from libretexts_hub.clients.registry_errors import RegistryError

    namespace = namespace or _own_namespace()
    try:
        secret = await (api or shared_client("CoreV1Api")).read_namespaced_secret(name, namespace)
        return base64.b64decode((secret.data or {})[".dockerconfigjson"])
    except ApiException as error:
        what = f"The Secret can't be read (HTTP {error.status})"
    except (KeyError, binascii.Error):
        what = "The Secret is not of type kubernetes.io/dockerconfigjson"
    raise RegistryError(
        what, where=f"Secret {namespace}/{name}", fix="Make it with kubectl create secret docker-registry."
    )


def _own_namespace() -> str:
    """Where the hub runs: a pod finds it beside its token."""
    path = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
    return path.read_text().strip() if path.exists() else "default"


def ago(seconds: float) -> str:
    """`2 hours ago`."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "less than a minute ago"
