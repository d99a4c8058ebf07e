"""What does the login say about a person, besides the groups? Texts by name, from the login's auth state."""

from collections.abc import Mapping

Claims = Mapping[str, tuple[str, ...]]
# Where authenticators keep what the provider said: `google_user`, `oauth_user`, `user_info`.
PROFILES = ("user_info", "userinfo", "user")
EMAIL = ("email", "email_domain")
LONGEST = 1000


def login_claims(auth_state: object) -> Claims:
    """Every claim as folded texts, so that they compare as groups do, and `email_domain` made from `email`.

    An address that the provider calls unverified is anybody's: it is left out. Tokens are no claims, and
    whatever is deeper than a list is not looked at.
    """
    found: dict[str, tuple[str, ...]] = {}
    for profile in _profiles(auth_state):
        unverified = profile.get("email_verified") in (False, "false", "False")
        for name, value in profile.items():
            if isinstance(name, str) and not (unverified and name in EMAIL) and (texts := _texts(value)):
                found.setdefault(name, texts)
    domains = (text.rpartition("@") for text in found.get("email", ()))
    if made := tuple(domain for name, at, domain in domains if name and at and domain):
        found["email_domain"] = made
    else:
        found.pop("email_domain", None)
    return found


def _profiles(auth_state: object) -> list[Mapping[object, object]]:
    if not isinstance(auth_state, Mapping):
        return []
    named = [
        value
        for name, value in auth_state.items()
        if isinstance(name, str) and (name in PROFILES or name.endswith("_user"))
    ]
    return [value for value in named if isinstance(value, Mapping)]


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    texts = (str(each) for each in listed if isinstance(each, str | int))
    return tuple(text.strip().casefold() for text in texts if 0 < len(text.strip()) <= LONGEST)
