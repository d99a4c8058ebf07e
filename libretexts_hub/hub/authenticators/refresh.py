"""Is what the hub knows of this person still true? Asked once at a time, and kept over a bad moment."""

from __future__ import annotations

import time
from typing import Any

from traitlets import Unicode
from traitlets.config import Configurable

from libretexts_hub.clients.upstream_errors import Expired, UpstreamError
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.login import Login, login_in, ours_in


class RefreshMixin(Configurable):
    """`refresh_user` around an authenticator's `check_again`: single flight, cache and grace."""

    refresh_grace = Unicode(
        "1h",
        help="""
        How long a person whose provider does not answer (away, slow, rate limited) is taken for what they
        were when it did. After it they have to log in again.

        Example: `c.LoginMixin.refresh_grace = "8h"`
        """,
    ).tag(config=True)

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """What the provider says of the person now. Raises Expired, Denied, UpstreamAway, RateLimited."""
        known = login_in(auth_state)
        if known is None:
            raise Expired("There is nothing to check", where=type(self).__name__, fix="Log in again.")
        return known

    async def refresh_user(self, user: Any, handler: Any = None, **kwargs: Any) -> bool | dict[str, Any]:
        """True: as before. False: log in again. A dict: the new auth model."""
        auth_state = await user.get_auth_state()
        if not auth_state:
            return True
        try:
            return await self.finish(await self.check_again(user, auth_state), existing=user)
        except (Denied, Expired) as error:
            self.log.warning("%s has to log in again: %s", user.name, error)
            return False
        except UpstreamError as error:
            self.log.warning("%s is taken for what they were: %s", user.name, error)
            checked_at = float(ours_in(auth_state).get("checked_at", 0))
            grace = parse_duration(self.refresh_grace, where="c.LoginMixin.refresh_grace")
            return time.time() - checked_at < grace
