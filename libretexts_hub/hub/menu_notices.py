"""What has a person to be told about the environments that they run? As notices, on home and spawn page."""

import time
from typing import TYPE_CHECKING, Any

from libretexts_hub.domain.running import newer
from libretexts_hub.hub.notices import NOTICES, Kind, Notice

if TYPE_CHECKING:
    from libretexts_hub.domain.selection import Selection

SUCCESSOR_SECONDS = 24 * 3600.0


def tell_successor(spawner: Any, selection: "Selection") -> None:
    """Say for a day that something else started than was named."""
    key = f"successor of {spawner.name}"
    NOTICES.remove(key, person=spawner.user.name)
    if selection.notice:
        until = time.time() + SUCCESSOR_SECONDS
        NOTICES.post(Notice(Kind.WARNING, selection.notice, until, key), person=spawner.user.name)


def notices_for_owner(spawner: Any, *, keep: bool = False) -> list[Notice]:
    """All notices for the owner of this server, those about each of their running servers among them.

    `keep`: another page follows at once, or somebody else looks, so nothing counts as shown.
    """
    person = spawner.user.name
    servers = getattr(spawner.user, "spawners", {"": spawner})
    for name, server in servers.items():
        words = _newer_words(server)
        if words:
            NOTICES.post(Notice(Kind.INFO, words, key=f"newer than {name}"), person=person)
        else:
            NOTICES.remove(f"newer than {name}", person=person)
    keep = keep or not _is_seen_by_owner(spawner)
    shown = NOTICES.for_person(person, keep=keep)
    for server in () if keep else servers.values():
        if told := getattr(server, "end_was_told", None):
            told()
    return shown


def _is_seen_by_owner(spawner: Any) -> bool:
    """Whether no administrator asks for this page."""
    viewer = getattr(getattr(spawner, "handler", None), "current_user", None)
    return viewer is None or getattr(viewer, "name", None) == spawner.user.name


def _newer_words(server: Any) -> str:
    """What to say of one server; nothing of one that does not run, or is no server of ours."""
    runs = getattr(server, "runs", None)
    if runs is None or not server.ready or not server.images:
        return ""
    name = newer(runs, server.menu)
    if not name:
        return ""
    which = f"Your server {server.name}" if server.name else "Your server"
    what = runs.tag or runs.reference
    return f"{which} runs an older version ({what}). To change to {name}, stop it and start it again."
