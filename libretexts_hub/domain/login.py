"""What does an identity provider say about the person who logs in? One value, whatever the provider is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from libretexts_hub.domain.entries import UNPRINTABLE

VERSION = 1
# The part of auth_state that is ours.
KEY = "libretexts"
LONGEST_GROUP = 255
MOST_GROUPS = 5000


@dataclass(frozen=True, slots=True)
class LoginGroup:
    """A group as an operator writes it; `id` is the provider's number, where there is one."""

    name: str
    id: str | int | None = None


@dataclass(frozen=True, repr=False)
class Login:
    """A person as the provider knows them.

    `provider` is the namespace of `subject`, the immutable id: "github:https://github.com". `name` is as the
    provider writes it. `is_admin` None: the provider does not say. `claims` may be matched by routes, `state`
    is the provider's own part of auth_state (tokens too): both are JSON. `missing` are sentences about what
    could not be learnt. It has no repr: nothing writes a token into a log by accident.
    """

    provider: str
    subject: str
    name: str
    groups: tuple[LoginGroup, ...] = ()
    is_admin: bool | None = None
    display_name: str = ""
    avatar_url: str = ""
    email: str = ""
    email_verified: bool | None = None
    git_name: str = ""
    git_email: str = ""
    claims: Mapping[str, object] = field(default_factory=dict)
    state: Mapping[str, object] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def group_names(groups: Iterable[LoginGroup]) -> tuple[str, ...]:
    """The names as the hub keeps them, each once, folded so that two spellings are one group.

    A name that no page can show, or longer than the hub's column, is left out: unknown means no.
    """
    found: dict[str, None] = {}
    for group in groups:
        name = group.name.strip().casefold()
        if name and len(name) <= LONGEST_GROUP and not UNPRINTABLE.search(name):
            found[name] = None
    return tuple(found)[:MOST_GROUPS]


def state_of(login: Login, *, checked_at: float) -> dict[str, Any]:
    """The auth_state to keep: the provider's own, and ours with a version. `checked_at`: seconds since 1970.

    The address goes to `user_info` as well, where claims and git settings of this package look for it.
    """
    ours = {
        "version": VERSION,
        "provider": login.provider,
        "subject": login.subject,
        "name": login.name,
        "groups": [{"name": group.name, "id": group.id} for group in login.groups],
        "is_admin": login.is_admin,
        "display_name": login.display_name,
        "avatar_url": login.avatar_url,
        "email": login.email,
        "email_verified": login.email_verified,
        "git_name": login.git_name,
        "git_email": login.git_email,
        "claims": dict(login.claims),
        "checked_at": checked_at,
        "missing": list(login.missing),
    }
    profile = {
        **login.claims,
        "name": login.git_name or login.display_name,
        "email": login.git_email or login.email,
        "email_verified": login.email_verified,
    }
    known = {name: value for name, value in profile.items() if value not in ("", None)}
    return {"user_info": known, **login.state, KEY: ours}


def ours_in(auth_state: object) -> Mapping[str, Any]:
    """Our part of an auth_state; empty where there is none, or one of a version that is not ours to read."""
    part = auth_state.get(KEY) if isinstance(auth_state, Mapping) else None
    return part if isinstance(part, Mapping) and part.get("version") == VERSION else {}


def login_in(auth_state: object) -> Login | None:
    """The login that was kept there; None where there is none."""
    ours = ours_in(auth_state)
    if not ours or not isinstance(auth_state, Mapping):
        return None
    groups = ours.get("groups")
    listed = groups if isinstance(groups, list) else []
    is_admin, verified = ours.get("is_admin"), ours.get("email_verified")
    claims, missing = ours.get("claims"), ours.get("missing")
    return Login(
        provider=str(ours.get("provider", "")),
        subject=str(ours.get("subject", "")),
        name=str(ours.get("name", "")),
        groups=tuple(
            LoginGroup(str(each["name"]), each.get("id"))
            for each in listed
            if isinstance(each, Mapping) and each.get("name")
        ),
        is_admin=is_admin if isinstance(is_admin, bool) else None,
        display_name=str(ours.get("display_name", "")),
        avatar_url=str(ours.get("avatar_url", "")),
        email=str(ours.get("email", "")),
        email_verified=verified if isinstance(verified, bool) else None,
        git_name=str(ours.get("git_name", "")),
        git_email=str(ours.get("git_email", "")),
        claims=claims if isinstance(claims, Mapping) else {},
        state={name: value for name, value in auth_state.items() if name != KEY},
        missing=tuple(str(each) for each in missing) if isinstance(missing, list) else (),
    )


def user_info_of(login: Login, name: str) -> dict[str, str]:
    """What JupyterHub 6 passes on to the notebook server about its person.

    https://jupyterhub.readthedocs.io/en/latest/reference/authenticators.html
    """
    display = UNPRINTABLE.sub("", login.display_name).strip()[:255] or name
    words = display.split()
    info = {"name": name, "display_name": display, "initials": "".join(word[0] for word in words[:2]).upper()}
    if login.avatar_url.startswith("https://") and len(login.avatar_url) <= 2000:
        info["avatar_url"] = login.avatar_url
    return info
