"""What answers /hub/why? For administrators: why did a server not start, and what helps?"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyterhub.handlers.base import BaseHandler
from tornado import web

from libretexts_hub.domain.failed_start import fix_of
from libretexts_hub.hub.failed_start_files import load, recent

if TYPE_CHECKING:
    from libretexts_hub.hub.pages import Pages

MOST_LISTED = 50
LONGEST_NAME = 500


class WhyHandler(BaseHandler):
    """The starts that failed lately, or those of one server with their evidence.

    For administrators alone, not for whom a role lets see the admin page: lines of a log are private.
    """

    def initialize(self, pages: "Pages") -> None:
        """Whose look it has."""
        self.pages = pages

    @web.authenticated
    async def get(self) -> None:
        """`?user=ada&server=thesis`; without a name the latest of everybody."""
        if not self.current_user.admin:
            raise web.HTTPError(403)
        person = self.get_query_argument("user", "")[:LONGEST_NAME]
        server = self.get_query_argument("server", "")[:LONGEST_NAME]
        folder = self._folder()
        kept: list[dict[str, Any]] = []
        if folder is not None:
            # Files of a megabyte each may be looked at.
            found = (load, folder, person, server) if person else (recent, folder, MOST_LISTED)
            kept = await asyncio.to_thread(*found)
        self.finish(
            await self.render_template(
                "libretexts/why.html",
                person=person,
                server=server,
                is_kept=folder is not None,
                starts=[shown(each) for each in kept],
            )
        )

    def _folder(self) -> Path | None:
        """As the spawner of this hub has it; None where nothing is kept."""
        written = getattr(self.current_user.spawner, "failed_starts", "")
        return Path(written) if written else None


def shown(kept: dict[str, Any]) -> dict[str, Any]:
    """One failed start as the page has it."""
    at = datetime.fromtimestamp(float(kept.get("at") or 0), UTC)
    return {**kept, "fix": fix_of(kept), "when": f"{at:%Y-%m-%d %H:%M:%S} UTC"}
