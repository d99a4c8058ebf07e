"""Who may talk to the API? Whoever sends the token."""

import hmac

from aiohttp import web

from libretexts_hub.local_cluster.status import unauthorized


def check_token(request: web.Request, token: str) -> None:
    """Raise ApiError 401 unless the request carries the token; the time taken tells nothing about it."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    given = sent.strip().encode("utf-8", "surrogateescape")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given, token.encode()):
        raise unauthorized()
