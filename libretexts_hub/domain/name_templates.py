"""Which fields may stand in a template that KubeSpawner expands for a server?"""

import string

from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.errors import ConfigurationError

# KubeSpawner's `_expand_user_properties`. What is written as it is typed (`unescaped_...`) fits no name.
FIELDS = (
    *("username", "servername", "user_server", "userid", "hubnamespace", "pod_name", "pvc_name", "namespace"),
    *("safe_username", "safe_servername", "safe_user_server"),
    *("escaped_username", "escaped_servername", "escaped_user_server"),
)
# Each of these alone tells every server of every person apart.
APART = frozenset({"user_server", "safe_user_server", "escaped_user_server"})


def fields_of(template: str, *, where: str) -> frozenset[str]:
    """The fields between braces. Raises ConfigurationError for one that nobody can fill in."""
    try:
        parsed = [part for part in string.Formatter().parse(template) if part[1] is not None]
    except ValueError:
        raise ConfigurationError(
            f"{template!r:.80} has a brace without its partner", where=where, fix="Write {user_server}."
        ) from None
    for _, field, layout, conversion in parsed:
        if field not in FIELDS or layout or conversion:
            raise ConfigurationError(
                f"{{{field}}} is not a field that a template may have",
                where=where,
                fix=did_you_mean(str(field), FIELDS),
            )
    return frozenset(str(field) for _, field, _, _ in parsed)


def check_apart(template: str, *, where: str) -> None:
    """Refuse a template that could give two servers the same name. Raises ConfigurationError."""
    fields = fields_of(template, where=where)
    if not fields & APART and not {"username", "servername"} <= fields:
        raise ConfigurationError(
            f"{template!r:.80} may give two servers the same name",
            where=where,
            fix="Write {user_server} in it.",
        )
