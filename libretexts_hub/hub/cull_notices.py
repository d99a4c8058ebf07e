"""How does the culler reach the pages of a person? A door in the hub for who may stop the person's servers.

The culler knows when an idle server stops and when a home is kept after all; the hub has pages. No further
scope is needed: whoever may stop a server may say so before. What is shown is in the hub's words, never in
those of the request.
"""

import json
import re
from datetime import UTC, datetime

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import needs_scope
from tornado import web
from traitlets.config import Application

from libretexts_hub.domain.cull_annotations import NOTICE_KEY
from libretexts_hub.domain.entries import UNPRINTABLE
from libretexts_hub.domain.moments import EARLIEST, LATEST, from_text
from libretexts_hub.hub.culled_home import KEPT
from libretexts_hub.hub.notices import NOTICES, Kind, Notice
from libretexts_hub.hub.request_text import plain_body

# Below the prefix of the hub's API.
PATH = "libretexts/cull-notices"
MARK = "_libretexts_cull_notices"
LONGEST_NAME = 60
EXAMPLE = 'Send {"kind": "kept"}, or {"kind": "server", "server": "", "stops_at": "2026-01-31T12:00:00Z"}.'


class CullNoticeHandler(APIHandler):
    """Takes what the culler has to say to one person."""

    _accept_cookie_auth = False

    @needs_scope("delete:servers")
    async def post(self, user_name: str) -> None:
        """`{"kind": "server", "server": …, "stops_at": …}` or `{"kind": "kept"}`; 204, or 400 and why."""
        if self.find_user(user_name) is None:
            raise web.HTTPError(404, "There is nobody of this name.")
        said = plain_body(self)
        notice = words_of(said if isinstance(said, dict) else {})
        if notice is None:
            raise web.HTTPError(400, EXAMPLE)
        NOTICES.post(notice, person=user_name)
        self.set_status(204)


def words_of(said: dict[str, object]) -> Notice | None:
    """The notice that is shown; None for what is not understood."""
    if said.get("kind") == "kept":
        return Notice(Kind.INFO, KEPT, key=NOTICE_KEY, is_once=True)
    server, stops_at = said.get("server"), from_text(said.get("stops_at"))
    if said.get("kind") != "server" or not isinstance(server, str) or stops_at is None:
        return None
    if not EARLIEST <= stops_at <= LATEST:
        return None
    # Half a character, which JSON may send, is in no page's encoding.
    server = UNPRINTABLE.sub("?", server[:LONGEST_NAME])
    at = datetime.fromtimestamp(stops_at, UTC).strftime("%H:%M UTC")
    which = "Your server" + (f" {json.dumps(server, ensure_ascii=False)}" if server else "")
    words = f"{which} stops at {at} unless it is used before. Your files stay."
    return Notice(Kind.WARNING, words, until=stops_at, key=f"idle server {server}")


def add_handler() -> None:
    """Let the running hub hear its culler, once. No line of its configuration is needed for it."""
    if not Application.initialized():
        return
    hub = Application.instance()
    served = getattr(hub, "tornado_application", None)
    if served is None or getattr(served, MARK, False):
        return
    setattr(served, MARK, True)
    path = re.escape(f"{hub.hub_prefix}api/{PATH}") + r"/(?P<user_name>[^/]+)"
    served.add_handlers(r".*", [(path, CullNoticeHandler)])
