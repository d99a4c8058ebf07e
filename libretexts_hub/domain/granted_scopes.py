"""Which rights (OAuth scopes) were granted, and which did a provider leave out of what was asked for?

RFC 6749, sections 3.3 and 5.1: a provider that grants less says what it granted; one that says nothing
granted everything.
"""

import re
from collections.abc import Iterable

# Google says so of `email` and `profile`: https://developers.google.com/identity/protocols/oauth2/scopes
SPELLED_OUT = {
    "https://www.googleapis.com/auth/userinfo.email": "email",
    "https://www.googleapis.com/auth/userinfo.profile": "profile",
}
# Providers leave these out of the list although they hold: an id_token, a refresh token say it.
NOT_LISTED = frozenset({"openid", "offline_access"})
WHAT_FOR = {
    "email": "see your e-mail address",
    "profile": "see your name",
    "groups": "see your groups",
    "org.cilogon.userinfo": "see your organisation and groups",
}


def split_scopes(raw: object) -> tuple[str, ...]:
    """The scopes of a text or of a list of texts, each once. Some providers separate them with commas."""
    listed = raw if isinstance(raw, list | tuple) else [raw]
    texts = (text for text in listed if isinstance(text, str))
    return tuple(dict.fromkeys(scope for text in texts for scope in re.split(r"[\s,]+", text) if scope))


def not_granted(asked: Iterable[str], granted: object) -> tuple[str, ...]:
    """The scopes of `asked` that the provider's own list does not hold; none where it has no list."""
    held = {SPELLED_OUT.get(scope, scope) for scope in split_scopes(granted)}
    if not held:
        return ()
    wanted = (SPELLED_OUT.get(scope, scope) for scope in asked)
    return tuple(dict.fromkeys(scope for scope in wanted if scope not in held | NOT_LISTED))


def not_granted_sentence(scope: str) -> str:
    """What a person reads about a right that their login did not bring."""
    what = WHAT_FOR.get(scope, "do all that it needs")
    return (
        f"The login service did not give this hub the right to {what} ({scope}). "
        "Log in again and allow it; if you were not asked, tell the operators of this hub."
    )
