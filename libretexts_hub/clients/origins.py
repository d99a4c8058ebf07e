"""Of which server is this address, and is another one of the same? Tokens go along to the same one only."""

from libretexts_hub.clients.registry_answers import origin
from libretexts_hub.clients.upstream_errors import UpstreamError


def origin_text(url: str) -> str:
    """Scheme, host and port, for a log: a whole address may hold a secret."""
    try:
        scheme, host, port = origin(url)
    except ValueError:
        return "an address that is none"
    return f"{scheme}://{host}" + ("" if (scheme, port) in (("https", 443), ("http", 80)) else f":{port}")


def same_origin(url: str, target: str) -> str:
    """`target`, if its scheme, host and port are those of `url`: tokens go along. Raises UpstreamError."""
    try:
        is_same = origin(url) == origin(target)
    except ValueError:
        is_same = False
    if not is_same:
        raise UpstreamError(
            f"It points to another host ({origin_text(target)})",
            where=origin_text(url),
            fix="If that host is right, write its address into the configuration.",
        )
    return target
