"""What does git need for this person? A name, an address, and for one host an access token when it asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from libretexts_hub.domain.auth_paths import (
    Written,
    first_text,
    number_at,
    parse_path,
    parse_paths,
    text_at,
    value_at,
)
from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError

GITHUB = "github.com"
GIT_KEYS = ("host", "provider", "token", "username", "name", "email", "scope", "scopes")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")
USERNAME = re.compile(r"[A-Za-z0-9._@-]{1,100}")
ADDRESS = re.compile(r"[^\s<>@\"]+@[^\s<>@\"]+")
# Where oauthenticator's classes keep what the provider said.
PROFILES = ("github_user", "gitlab_user", "google_user", "cilogon_user", "oauth_user", "user_info")
NAMES = tuple(
    Written((profile, key)) for profile in PROFILES for key in ("name", "display_name", "login", "username")
)
ADDRESSES = tuple(Written((profile, "email")) for profile in PROFILES)
GITHUB_ID, GITHUB_LOGIN = Written(("github_user", "id")), Written(("github_user", "login"))
LOG_IN_AGAIN = "Log out of the hub, log in again, and start your server once more."


@dataclass(frozen=True)
class GitRules:
    """How git works with `host`. `scopes`: one of them must have been granted; empty asks for none.

    `provider`: the slug of the one whose access tokens the host takes, at a hub with several.
    """

    host: str
    token: Written
    username: str
    name: tuple[Written, ...]
    email: tuple[Written, ...]
    scope: Written
    scopes: tuple[str, ...]
    provider: str = ""


@dataclass(frozen=True)
class Author:
    """Who commits; an empty `email` leaves it to git to ask."""

    name: str
    email: str


@dataclass(frozen=True, repr=False)
class Credential:
    """What git sends. It has no repr: nothing writes a token into a log by accident."""

    username: str
    password: str


def parse_git_rules(entry: Entry) -> GitRules | None:
    """Read `git`; None: not wanted. Raises ConfigurationError."""
    part = entry.part("git")
    if part is None:
        return None
    part.only(GIT_KEYS)
    host = part.text("host").lower()
    if not HOST.fullmatch(host):
        raise ConfigurationError(
            f"{host!r:.80} is not a host", where=part.place("host"), fix="Write it like github.com."
        )
    username = part.text("username", default="x-access-token" if host == GITHUB else "oauth2")
    if not USERNAME.fullmatch(username):
        raise ConfigurationError(
            f"{username!r:.80} is not a name that git sends with a token",
            where=part.place("username"),
            fix="Write username: oauth2.",
        )
    scopes = part.texts("scopes")
    return GitRules(
        host=host,
        token=parse_path(part.fields.get("token", "access_token"), where=part.place("token")),
        username=username,
        name=parse_paths(part, "name") or NAMES,
        email=parse_paths(part, "email") or ADDRESSES,
        scope=parse_path(part.fields.get("scope", "scope"), where=part.place("scope")),
        scopes=(("repo", "public_repo") if host == GITHUB else ()) if scopes is None else scopes,
        provider=part.text("provider", default=""),
    )


def author_of(rules: GitRules, state: object, person: str) -> Author:
    """The name and the primary address that the login says.

    GitHub keeps a private address to itself; then it is the one that GitHub makes for the purpose.
    """
    name = re.sub(r"[<>\"]", "", first_text(state, rules.name)).strip()[:100] or person
    address = first_text(state, rules.email)
    number, login = number_at(state, GITHUB_ID), text_at(state, GITHUB_LOGIN)
    if not address and rules.host == GITHUB and number is not None and login:
        address = f"{number}+{login}@users.noreply.github.com"
    return Author(name, address if ADDRESS.fullmatch(address) else "")


def is_of_host(rules: GitRules, *, slug: str, address: str) -> bool:
    """Whether access tokens of a provider are for the host: it is the one that is named, or at that address.

    A token of another provider must never reach the host, which could use it there.
    """
    if rules.provider:
        return slug == rules.provider
    return urlsplit(address).netloc.lower() == rules.host


def credential_of(rules: GitRules, state: object) -> Credential | str:
    """What git sends to the host, or the sentence that says why there is nothing."""
    if not isinstance(state, Mapping):
        return f"The hub saves no access token for {rules.host} with your login. Tell its operators."
    token = value_at(state, rules.token)
    if not isinstance(token, str) or not token:
        return f"Your login brought no access token for {rules.host}. {LOG_IN_AGAIN}"
    if any(not each.isprintable() for each in token):
        return f"Your access token for {rules.host} can't be sent. {LOG_IN_AGAIN}"
    if rules.scopes and not set(rules.scopes) & _granted(state, rules.scope):
        wanted = " or ".join(rules.scopes)
        return (
            f"Your login lacks the right to push to {rules.host} (scope {wanted}). {LOG_IN_AGAIN} "
            "If that does not help, the operators of this hub have to ask for it at login."
        )
    return Credential(rules.username, token)


def _granted(state: object, place: Written) -> set[str]:
    """GitHub separates scopes with commas, OAuth with spaces, oauthenticator makes a list of them."""
    found = state
    for key in place.path:
        found = found.get(key) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list | tuple) else [found]
    return {scope for text in listed if isinstance(text, str) for scope in re.split(r"[\s,]+", text) if scope}


def system_configuration(author: Author) -> str:
    """The file for GIT_CONFIG_SYSTEM: the image's own, then who commits. ~/.gitconfig wins over both."""
    lines = ["[include]", "\tpath = /etc/gitconfig", "[user]", f"\tname = {_quoted(author.name)}"]
    if author.email:
        lines.append(f"\temail = {_quoted(author.email)}")
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def variables(rules: GitRules, folder: str, written: Mapping[str, str]) -> dict[str, str]:
    """The environment in which git asks us alone for `host`.

    As variables, since these come after ~/.gitconfig: a `credential.helper = store` there would write the
    token into the home. Settings of the same kind that are `written` already stay.
    """
    count = written.get("GIT_CONFIG_COUNT", "0")
    start = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    key = f"credential.https://{rules.host}.helper"
    made = {"LIBRETEXTS_GIT_HOST": rules.host, "GIT_CONFIG_COUNT": str(start + 2)}
    for index, value in enumerate(("", f"{folder}/git-credential"), start):
        made[f"GIT_CONFIG_KEY_{index}"] = key
        made[f"GIT_CONFIG_VALUE_{index}"] = value
    return made | ({} if "GIT_CONFIG_SYSTEM" in written else {"GIT_CONFIG_SYSTEM": f"{folder}/gitconfig"})
