"""What does a person see who can't log in? What is missing and how to get it; the provider is away."""

from __future__ import annotations

import html
import math

from tornado import web

from libretexts_hub.clients.upstream_errors import UpstreamAway, UpstreamError
from libretexts_hub.domain.denial import Denied
from libretexts_hub.hub import metrics

LONGEST_WAIT_SECONDS = 3600
NOT_WORKED = "Login did not work"


def page_of(error: Denied | UpstreamError, login_url: str) -> web.HTTPError:
    """The HTTP error to raise: 403 for a denial, 503 while the provider is away, each with its words."""
    if isinstance(error, Denied):
        title = "Not allowed" if error.status == 403 else NOT_WORKED
        return _page(error.status, error.jupyterhub_message, login_url, title)
    refusal = _page(503, error.jupyterhub_message, login_url, _title(error))
    if error.retry_after is not None:
        wait = math.ceil(min(max(error.retry_after, 1), LONGEST_WAIT_SECONDS))
        refusal.headers = {"Retry-After": str(wait)}
    return refusal


def count(error: Denied | UpstreamError) -> None:
    """For Prometheus: sure refusals by cause, and logins that nobody could decide."""
    if isinstance(error, Denied):
        metrics.DENIALS.labels(cause=error.cause).inc()
    else:
        metrics.LOGINS.labels(outcome="away" if isinstance(error, UpstreamAway) else "failed").inc()


def _title(error: UpstreamError) -> str:
    return "Login does not work at the moment" if isinstance(error, UpstreamAway) else NOT_WORKED


def _page(status: int, words: str, login_url: str, title: str) -> web.HTTPError:
    # Without tornado's log_message: whoever raises it has logged the cause, and once is enough.
    refusal = web.HTTPError(status, reason=title)
    refusal.jupyterhub_message = words
    if status != 403:  # a page of ours has a heading for that, and else one about servers
        refusal.libretexts_title = title
    again = f'<a href="{html.escape(login_url)}">Back to the login page</a>'
    refusal.jupyterhub_html_message = f"{html.escape(words)}<br>{again}"
    return refusal
