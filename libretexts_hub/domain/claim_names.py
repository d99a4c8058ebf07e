"""What is the claim of this person and server called? In both naming schemes of KubeSpawner.

The rules are those of `kubespawner.slugs` and `KubeSpawner._expand_user_properties` (7.0 and 7.1), written
again because the core is the standard library only; a test compares both.
"""

import hashlib
import re
import string
from collections.abc import Callable, Iterator

LONGEST_SLUG = 48
_HASH_LENGTH = 8
_OBJECT_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LABEL = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
_OTHERS = re.compile(r"[^a-z0-9]+")
_ESCAPED = re.compile(r"(?:-[0-9a-f]{2})+")
_PLAIN = frozenset(string.ascii_lowercase + string.digits)
# Fields that name the person, and of these the ones that name the server too.
OF_PERSON = frozenset(
    {"username", "safe_username", "escaped_username", "unescaped_username", "userid"}
    | {"user_server", "safe_user_server", "escaped_user_server"}
)
OF_SERVER = frozenset({"servername", "safe_servername", "escaped_servername", "unescaped_servername"})
OF_BOTH = frozenset({"user_server", "safe_user_server", "escaped_user_server"})


def escape_slug(name: str) -> str:
    """The legacy scheme: every byte but a-z and 0-9 as `-` and its hexadecimal number."""
    return "".join(
        each if each in _PLAIN else "".join(f"-{byte:x}" for byte in each.encode("utf-8", "replace"))
        for each in name
    ).lower()


def unescape_slug(slug: str) -> str | None:
    """The name that the legacy scheme made this of; None where it made it of none, or of several.

    Upper case is lost only in an escaped byte, so a name of letters A to Z is found as it was.
    """

    def letters(found: re.Match[str]) -> str:
        return bytes.fromhex(found[0].replace("-", "")).decode("utf-8")

    try:
        name = _ESCAPED.sub(letters, slug)
    except UnicodeDecodeError:
        return None
    return name if escape_slug(name) == slug else None


def safe_slug(
    name: str, *, max_length: int | None = None, is_valid: Callable[[str], bool] | None = None
) -> str:
    """The safe scheme: a valid name as it is, any other one stripped and with a hash."""
    valid = is_valid or _is_object_name
    if "--" not in name and valid(name) and (max_length is None or len(name) <= max_length):
        return name
    length = (max_length or 32) - (_HASH_LENGTH + 3)
    return f"{_stripped(name, length)}---{_hash([name])}"


def label_of(name: str) -> str:
    """The label `hub.jupyter.org/username` of a person, which several persons may share."""
    return safe_slug(name, is_valid=lambda text: _LABEL.fullmatch(text) is not None)


def _is_object_name(text: str) -> bool:
    return _OBJECT_NAME.fullmatch(text) is not None


def _stripped(name: str, length: int) -> str:
    slug = _OTHERS.sub("-", name.lower()).lstrip("-")[:length].rstrip("-")
    if slug and slug[0] not in string.ascii_lowercase:
        slug = "x-" + slug[: length - 2]
    return slug or "x"


def _hash(names: list[str]) -> str:
    joined = b"\xff".join(name.encode("utf-8", "replace") for name in names)
    return hashlib.sha256(joined).hexdigest()[:_HASH_LENGTH]


def _multi_slug(names: list[str]) -> str:
    each = (LONGEST_SLUG - (_HASH_LENGTH + 1)) // len(names) - 2
    return f"{'--'.join(_stripped(name, each) for name in names)}---{_hash(names)}"


def _safe_user_server(user: str, server: str) -> tuple[str, str, str]:
    safe_user = safe_slug(user, max_length=LONGEST_SLUG)
    safe_server = safe_slug(server, max_length=LONGEST_SLUG) if server else ""
    if len(safe_user) + len(safe_server) + 2 > LONGEST_SLUG:
        return safe_user, safe_server, _multi_slug([user, server])
    return safe_user, safe_server, f"{safe_user}--{safe_server}" if server else safe_user


def fields_of(template: str) -> frozenset[str] | None:
    """The fields of a template; None where it can't be read."""
    try:
        return frozenset(part[1] for part in string.Formatter().parse(template) if part[1] is not None)
    except ValueError:
        return None


def tells_people_apart(template: str) -> bool:
    """Whether no two people can have the same claim by this template.

    `{username}{servername}` can't: with nothing between, `ab` and `a` with the server `b` have one claim. One
    dash is not enough, since a name may have one; two in a row are in no slug of a name.
    """
    fields = fields_of(template)
    if fields is None or not fields & OF_PERSON:
        return False
    if fields & OF_BOTH:
        return True
    return not fields & OF_SERVER or "}--{" in template


def names(template: str, user: str, server: str = "", *, hub_namespace: str = "") -> Iterator[str]:
    """The names that both schemes give; none for a template with fields that only a hub can fill in."""
    safe_user, safe_server, safe_both = _safe_user_server(user, server)
    legacy_user, legacy_server = escape_slug(user), escape_slug(server)
    legacy_both = f"{legacy_user}--{legacy_server}" if server else legacy_user
    common = {
        "unescaped_username": user,
        "unescaped_servername": server,
        "hubnamespace": hub_namespace if hub_namespace != "default" else "user",
        "safe_username": safe_user,
        "safe_servername": safe_server,
        "safe_user_server": safe_both,
        "escaped_username": legacy_user,
        "escaped_servername": legacy_server,
        "escaped_user_server": f"{legacy_user}--{legacy_server}",
    }
    schemes = (
        {"username": safe_user, "servername": safe_server, "user_server": safe_both},
        {"username": legacy_user, "servername": legacy_server, "user_server": legacy_both},
    )
    for scheme in schemes:
        try:
            made = template.format_map({**common, **scheme})
        except (KeyError, ValueError, IndexError, AttributeError):
            return
        yield made if template.endswith("-") else made.rstrip("-")
