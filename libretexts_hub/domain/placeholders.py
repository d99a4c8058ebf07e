"""What may stand in braces in a route, and what comes in its place?

`{username}` and its like are KubeSpawner's own, `{group}` is the group by which the route was taken.
Names are spelled so that they may stand in the name of an object or in a path; `unescaped_` ones are as the
login spells them, and only annotations and environment variables may have such.
"""

import hashlib
import re
import string
from collections.abc import Mapping

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.errors import ConfigurationError

SAFE = (
    *("username", "servername", "user_server", "userid", "hubnamespace"),
    *("safe_username", "safe_servername", "safe_user_server"),
    *("pod_name", "pvc_name", "namespace", "group"),
)
UNESCAPED = ("unescaped_username", "unescaped_servername", "unescaped_group")
GROUPS = ("group", "unescaped_group")
# KubeSpawner's names are at most this long, and so are ours.
LONGEST_NAME = 48
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def group_slug(group: str) -> str:
    """A group's name as part of the name of an object: itself, or with a hash where it had to be changed."""
    if len(group) <= LONGEST_NAME and _NAME.fullmatch(group) and "---" not in group:
        return group
    digest = hashlib.sha256(group.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    plain = re.sub(r"[^a-z0-9]+", "-", group.casefold()).strip("-")[: LONGEST_NAME - 11].strip("-")
    return f"{plain or 'x'}---{digest}"


def placeholders(text: str, *, where: str, may_be_unescaped: bool = False) -> tuple[str, ...]:
    """The names in braces. Raises ConfigurationError for what can't be filled in, attributes among them."""
    known = (*SAFE, *UNESCAPED) if may_be_unescaped else SAFE
    names = []
    for _, name, layout, conversion in _parts(text, where):
        if name is None:
            continue
        if name not in known or layout or conversion:
            raise ConfigurationError(
                f"{{{name}{'!' + conversion if conversion else ''}}} can't be filled in here",
                where=where,
                fix=f"{did_you_mean(name, known)} For a brace itself write it twice.",
            )
        names.append(name)
    return tuple(names)


def sample(text: str, *, where: str) -> str:
    """The text with `x` for each name, to check the characters around them."""
    return "".join(literal + ("x" if name else "") for literal, name, _, _ in _parts(text, where))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in their places. A value is never read for braces itself."""
    return "".join(
        literal + ("" if name is None else values[name])
        for literal, name, _, _ in string.Formatter().parse(text)
    )


def _parts(text: str, where: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(string.Formatter().parse(text))
    except ValueError:
        raise ConfigurationError(
            f"A single brace stands in {text!r:.80}", where=where, fix="For a brace itself write it twice."
        ) from None
