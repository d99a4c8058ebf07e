"""How does another program hear of a notice? By a POST of JSON to an address that the operator set."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from libretexts_hub.clients.polite_requests import Authorization, Patience, PoliteClient
from libretexts_hub.domain.culling_errors import RefusedError
from libretexts_hub.errors import ConfigurationError

PATIENCE = Patience(seconds=10, deadline=40)


class Webhook:
    """One receiver. It is sent again only where it surely had no effect, so nothing arrives twice."""

    def __init__(self, url: str, authorization: Authorization) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
            raise ConfigurationError(
                "That is no address for a webhook",
                where=url[:100] if "@" not in url else "the webhook",
                fix="Write it like https://hooks.example.org/jupyter, and a token in a file of its own.",
            )
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.client = PoliteClient(
            f"{parts.scheme}://{parts.netloc}", authorization, concurrency=2, patience=PATIENCE
        )

    async def tell(self, document: Mapping[str, Any]) -> None:
        """Raises UnavailableError, or RefusedError for an answer that is none of 200 to 299."""
        answer = await self.client.ask("POST", self._path, document=dict(document))
        if not 200 <= answer.status < 300:
            raise RefusedError(
                f"The webhook answered {answer.status}",
                where=self.client.base,
                fix="Look at its log.",
            )
