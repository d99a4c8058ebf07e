"""Would the API server take this name, label or annotation? Asked when the hub starts, not at a spawn.

The rules are those of "Object Names and IDs" and "Labels and Selectors" in the Kubernetes documentation.
"""

import re
from collections.abc import Mapping
from typing import Any

from libretexts_hub.errors import ConfigurationError

LONGEST_LABEL = 63
LONGEST_ANNOTATIONS = 256 * 1024
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?")
_DNS_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_KEY_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


def check_label_value(value: str, *, where: str) -> str:
    """The value of a label, also of a node selector. Raises ConfigurationError."""
    if len(value) > LONGEST_LABEL:
        raise ConfigurationError(
            f"A label value has at most {LONGEST_LABEL} characters, {value!r:.80} has {len(value)}",
            where=where,
            fix="Shorten it, or make it an annotation.",
        )
    if not _LABEL_VALUE.fullmatch(value):
        raise ConfigurationError(
            f"{value!r:.80} is not a label value",
            where=where,
            fix="Use letters, digits, dashes, dots and underscores; letters or digits at both ends.",
        )
    return value


def check_key(key: object, *, where: str) -> str:
    """The key of a label or an annotation: a name, or a domain, a slash and a name."""
    if isinstance(key, str):
        prefix, slash, name = key.rpartition("/")
        is_domain = len(prefix) <= 253 and _DNS_SUBDOMAIN.fullmatch(prefix)
        if _KEY_NAME.fullmatch(name) and (not slash or is_domain):
            return key
    raise ConfigurationError(
        f"{key!r:.80} is not a key of a label or an annotation",
        where=where,
        fix="Write it like pool or example.org/pool, each part at most 63 letters, digits, dots and dashes.",
    )


def check_namespace(name: str, *, where: str) -> str:
    """The name of a namespace: a DNS label (RFC 1123)."""
    if not _DNS_LABEL.fullmatch(name):
        raise ConfigurationError(
            f"{name!r:.80} is not the name of a namespace",
            where=where,
            fix="Use at most 63 lower-case letters, digits and dashes.",
        )
    return name


def check_object_name(name: str, *, where: str) -> str:
    """The name of most other objects: a DNS subdomain (RFC 1123)."""
    if len(name) > 253 or not _DNS_SUBDOMAIN.fullmatch(name):
        raise ConfigurationError(
            f"{name!r:.80} is not the name of a Kubernetes object",
            where=where,
            fix="Use lower-case letters, digits, dashes and dots.",
        )
    return name


def read_labels(raw: Mapping[Any, object], *, where: str) -> dict[str, str]:
    """Keys and values of labels as texts. YAML reads `true` and `1` as something else: both are refused."""
    labels = {}
    for key, value in raw.items():
        place = f"{where}[{key!r:.80}]"
        labels[check_key(key, where=place)] = check_label_value(read_text(value, where=place), where=place)
    return labels


def read_text(value: object, *, where: str) -> str:
    """A value that Kubernetes wants as text."""
    if not isinstance(value, str):
        raise ConfigurationError(
            f"A text is needed, not {value!r:.60}",
            where=where,
            fix=f'Write it in quotation marks: "{str(value).lower():.60}".',
        )
    return value
