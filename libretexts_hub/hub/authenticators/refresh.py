"""Is what the hub knows of this person still true? Asked once at a time, and kept over a bad moment."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from jupyterhub.utils import maybe_future
from traitlets import Bool, Dict, Unicode, default, validate
from traitlets.config import Configurable

from libretexts_hub.clients.upstream_errors import Expired, UpstreamError
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.login import Login, login_in, ours_in
from libretexts_hub.hub import metrics

# Of one check, all its questions together; each question has its own, shorter time.
LONGEST_CHECK_SECONDS = 60.0


@dataclass(frozen=True)
class Verdict:
    """How a check ended: `answer` as JupyterHub takes it. A False that is not `is_sure` may be held back."""

    answer: bool | dict[str, Any]
    is_sure: bool = True


KEPT = Verdict(True)


class RefreshMixin(Configurable):
    """`refresh_user` around an authenticator's `check_again`: single flight, cache and grace."""

    refresh_grace = Unicode(
        "1h",
        help="""
        How long a person whose provider does not answer (away, slow, rate limited) is taken for what they
        were when it last did. After it they have to log in again.

        Example: `c.LoginMixin.refresh_grace = "8h"`
        """,
    ).tag(config=True)

    refresh_cache = Unicode(
        "30s",
        help="""
        How long the answer of one check serves the requests that follow it. JupyterHub asks every
        `auth_refresh_age` seconds, and before each start; a page may send many requests at once.

        Example: `c.LoginMixin.refresh_cache = "1m"`
        """,
    ).tag(config=True)

    @default("auth_refresh_strict")
    def _is_strict(self) -> bool:
        """Of JupyterHub 6.1. Without it a token of somebody who is out would go on starting servers.

        What is only unsure is told apart here, as JupyterHub 5 needs it too.
        """
        return True

    # Set where `check_again` needs no auth_state: a directory is asked by a service account.
    checks_without_state = Bool(False)
    _flights = Dict()
    _unsure_since = Dict()
    _is_away = Bool(False)

    @validate("refresh_grace", "refresh_cache")
    def _check_duration(self, proposal: Any) -> str:
        parse_duration(proposal.value, where=f"c.LoginMixin.{proposal.trait.name}")
        return str(proposal.value)

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        """What the provider says of the person now. Raises Expired, Denied, UpstreamAway, RateLimited.

        This one asks the authenticator that the mixin stands before; most of them know nothing new.
        """
        answer = await maybe_future(super().refresh_user(user, None))
        if isinstance(answer, dict):
            return self.login_of({**answer, "name": user.name})
        known = login_in(auth_state)
        if not answer or known is None:
            raise Expired("The login has to be made anew", where=type(self).__name__, fix="Log in again.")
        return known

    async def refresh_user(self, user: Any, handler: Any = None, **_: Any) -> bool | dict[str, Any]:
        """True: as before. False: log in again. A dict: the new auth model.

        https://jupyterhub.readthedocs.io/en/stable/reference/api/auth.html
        """
        flight = self._flights.get(user.name)
        if flight is None:
            flight = asyncio.create_task(self._check(user))
            self._flights[user.name] = flight
            flight.add_done_callback(lambda done: self._forget_later(user.name, done))
        # The person may go away; the check goes on, since a token that it exchanged has to be kept.
        verdict = await asyncio.shield(flight)
        if verdict.answer is False and handler is not None:
            # JupyterHub 6.1 reads it of a page, where nothing has set it, and logs its own AttributeError.
            handler._token_authenticated = getattr(handler, "_token_authenticated", False)
        if verdict.answer is False and not verdict.is_sure and _is_no_page_of(user, handler):
            # It would be refused: a server's report of activity, so that it looks idle.
            # Set back when it has noted our answer, so that the person's next page is asked to log in.
            asyncio.get_running_loop().call_soon(setattr, user, "_auth_refreshed", None)
            return True
        return dict(verdict.answer) if isinstance(verdict.answer, dict) else verdict.answer

    def forget_checks(self, name: str) -> None:
        """Somebody has logged in: what was found out before is old."""
        self._flights.pop(name, None)
        self._unsure_since.pop(name, None)

    def _forget_later(self, name: str, flight: asyncio.Task[Verdict]) -> None:
        def forget() -> None:
            if self._flights.get(name) is flight:
                del self._flights[name]

        seconds = parse_duration(self.refresh_cache, where="c.LoginMixin.refresh_cache")
        flight.get_loop().call_later(seconds, forget)

    async def _check(self, user: Any) -> Verdict:
        auth_state = await user.get_auth_state()
        try:
            if not auth_state and not self.checks_without_state:
                await self.check_blocked_users(user.name, None)  # by name: nothing else is known
                return KEPT
            async with asyncio.timeout(LONGEST_CHECK_SECONDS):
                login = await self.check_again(user, auth_state or {})
            self.check_bound(user.name, login.provider, login.subject)
            model = await self.finish(login, existing=user)
            await self.check_admitted(user.name, model)
        except Denied as error:
            metrics.DENIALS.labels(cause=error.cause).inc()
            return self._ended(user, error, "denied", Verdict(False))
        except Expired as error:
            return self._ended(user, error, "expired", Verdict(False, is_sure=False))
        except (UpstreamError, TimeoutError) as error:
            return self._unsure(user, auth_state, error)
        except Exception as error:
            # Of an authenticator that is not ours: its fault is no reason to shut anybody out at once.
            self.log.debug("The check of %s failed", user.name, exc_info=True)
            return self._unsure(user, auth_state, error)
        self._answers_again(user.name)
        if _mark(await user.get_auth_state()) != _mark(auth_state):
            return KEPT  # a login was faster: its tokens are newer than ours
        if _tokens(model["auth_state"]) != _tokens(auth_state or {}):
            # At once: the old refresh token may be worth nothing any more, whoever asked may have gone.
            await user.save_auth_state(model["auth_state"])
        metrics.REFRESHES.labels(outcome="checked").inc()
        return Verdict(model)

    def _ended(self, user: Any, error: Exception, outcome: str, verdict: Verdict) -> Verdict:
        metrics.REFRESHES.labels(outcome=outcome).inc()
        self.log.warning("%s has to log in again (%s): %s", user.name, outcome, error)
        return verdict

    def _unsure(self, user: Any, auth_state: Any, error: Exception) -> Verdict:
        """Whether the person is within the grace; the outage is logged once, not for everybody."""
        now = time.time()
        since = ours_in(auth_state).get("checked_at")
        if not isinstance(since, int | float):
            since = self._unsure_since.setdefault(user.name, now)
        if now - since >= parse_duration(self.refresh_grace, where="c.LoginMixin.refresh_grace"):
            return self._ended(user, error, "expired", Verdict(False, is_sure=False))
        level = self.log.debug if self._is_away else self.log.warning
        level("Logins can't be checked, and hold for %s from their last check: %s", self.refresh_grace, error)
        self._is_away = True
        metrics.REFRESHES.labels(outcome="kept").inc()
        return KEPT

    def _answers_again(self, name: str) -> None:
        self._unsure_since.pop(name, None)
        if self._is_away:
            self._is_away = False
            self.log.warning("Logins can be checked again")


def _is_no_page_of(user: Any, handler: Any) -> bool:
    """Whether a log in can't help with this request: a token's, or one for another's page."""
    if handler is None:
        return False
    asking = getattr(handler, "_jupyterhub_user", None)
    is_anothers = asking is not None and asking is not user
    return bool(getattr(handler, "_token_authenticated", False)) or is_anothers


def _mark(auth_state: dict[str, Any] | None) -> tuple[object, ...]:
    return (*_tokens(auth_state or {}), ours_in(auth_state).get("checked_at"))


def _tokens(auth_state: dict[str, Any]) -> tuple[object, object]:
    return auth_state.get("access_token"), auth_state.get("refresh_token")
