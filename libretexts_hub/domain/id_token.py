"""Is this id_token about this login? Its claims, once its signature is known to be good.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation; the signature is checked elsewhere.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

# Clocks of a hub and a provider differ by seconds.
LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 255
# Of the token itself, not of the person.
PROTOCOL = frozenset(
    ("iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "jti", "auth_time")
)


def fault_of(
    claims: Mapping[str, object], *, issuers: tuple[str, ...], client_id: str, nonce: str | None, now: float
) -> str:
    """What is wrong with these claims, in words for the log; empty for nothing.

    `nonce` None: none was sent (a token that came with a refresh).
    """
    if claims.get("iss") not in issuers:
        return "it is from another issuer"
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not client_id or client_id not in audiences:
        return "it is for another client"
    party = claims.get("azp")
    if (party is not None or len(audiences) > 1) and party != client_id:
        return "it was issued to another client"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        return "it has no subject"
    return _fault_of_times(claims, now) or _fault_of_nonce(claims.get("nonce"), nonce)


def _fault_of_times(claims: Mapping[str, object], now: float) -> str:
    ends, begins, issued = claims.get("exp"), claims.get("nbf", 0), claims.get("iat")
    if not _is_time(ends) or not _is_time(begins) or not _is_time(issued):
        return "it has no times"
    if not isinstance(ends, int | float) or now >= ends + LEEWAY_SECONDS:
        return "it has expired"
    later = max(each for each in (begins, issued) if isinstance(each, int | float))
    return "it is of the future" if later > now + LEEWAY_SECONDS else ""


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12


def _fault_of_nonce(found: object, sent: str | None) -> str:
    if sent is None:
        return ""
    is_same = isinstance(found, str) and hmac.compare_digest(_bytes(found), _bytes(sent))
    return "" if sent and is_same else "its nonce is not the one of this login"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # JSON may hold halves of characters


def is_of_access_token(claims: Mapping[str, object], access_token: str, algorithm: str) -> bool:
    """Does `at_hash`, where there is one, belong to this access token? (OpenID Connect Core, 3.1.3.6)"""
    found = claims.get("at_hash")
    if found is None or not algorithm.endswith(("256", "384", "512")):
        return True
    digest = hashlib.new(f"sha{algorithm[-3:]}", _bytes(access_token)).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    return isinstance(found, str) and hmac.compare_digest(_bytes(found), _bytes(half))


def of_the_person(claims: Mapping[str, object]) -> dict[str, object]:
    """The claims that say something about the person."""
    return {name: value for name, value in claims.items() if name not in PROTOCOL}
