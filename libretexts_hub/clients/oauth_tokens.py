"""How is a refresh token exchanged for a new token set, and what if it is good no more?"""

from libretexts_hub.clients.upstream import Upstream
from libretexts_hub.clients.upstream_errors import Expired, UpstreamError

# https://www.rfc-editor.org/rfc/rfc6749#section-5.2
GOOD_NO_MORE = ("invalid_grant", "bad_refresh_token", "invalid_token")
STATUSES = (200, 400)


async def refreshed(
    upstream: Upstream,
    token_url: str,
    refresh_token: str,
    *,
    client_id: str,
    client_secret: str,
    scope: str = "",
) -> dict[str, object]:
    """The token answer, in which the refresh token is the one for the next time (RFC 6749, section 6).

    Call it from `check_again`, which runs once at a time for a person: of a token that rotates, a second
    exchange would end the whole login. Raises Expired, UpstreamAway, RateLimited, UpstreamError.
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": client_id,
        "client_secret": client_secret,
        **({"scope": scope} if scope else {}),
    }
    answer = await upstream.post(token_url, form=form, accept=STATUSES)
    said = answer.mapping()
    if said.get("error") in GOOD_NO_MORE:
        raise Expired("The refresh token is good no more", where=answer.where, fix="Log in again.")
    token = said.get("access_token")
    if answer.status != 200 or not isinstance(token, str) or not token:
        raise UpstreamError("The answer has no token", where=answer.where, status=answer.status)
    new = said.get("refresh_token")
    return {**said, "refresh_token": new if isinstance(new, str) and new else refresh_token}
