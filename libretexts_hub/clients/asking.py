"""How do clients of identity providers ask? By one function, which shares a session and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from libretexts_hub.clients.upstream import Upstream, UpstreamError

# Everything that a client itself can read; the rest is an UpstreamError.
TAKEN = frozenset(range(200, 500)) - {429}


@dataclass(frozen=True)
class Reply:
    """What a provider answered, below status 500; `body` is its JSON, None where it sent none."""

    status: int
    body: object

    def __repr__(self) -> str:
        return f"Reply({self.status})"  # a body may hold tokens

    def error(self) -> str:
        """The provider's short word for what is wrong, as OAuth (RFC 6749, 5.2) and Google write it."""
        found = self.body.get("error") if isinstance(self.body, Mapping) else None
        if isinstance(found, Mapping):
            reasons = found.get("errors")
            first = reasons[0] if isinstance(reasons, list) and reasons else None
            reason = first.get("reason") if isinstance(first, Mapping) else None
            found = reason or found.get("status")
        # Some words, not sentences: what a provider writes freely may quote the request.
        is_word = isinstance(found, str) and len(found) <= 60 and found.replace("_", "").isalnum()
        return found if isinstance(found, str) and is_word else ""


class Ask(Protocol):
    """One request. Raises an UpstreamError for 5xx, 429, timeouts, and what is known to be down."""

    async def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply: ...


def asks(upstream: Upstream) -> Ask:
    """Ask by this session. A body that is no JSON is None."""

    async def ask(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply:
        answer = await upstream.ask(method, url, headers=headers, form=form, accept=TAKEN)
        try:
            body = answer.json()
        except UpstreamError:
            body = None
        return Reply(answer.status, body)

    return ask
