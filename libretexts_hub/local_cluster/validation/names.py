"""Is this text a name, a label, an annotation key that Kubernetes accepts?

Patterns and messages follow k8s.io/apimachinery/pkg/util/validation/validation.go. Each function returns what
is wrong, or "".
"""

import re

from libretexts_hub.local_cluster.validation.errors import Errors

LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{LABEL}(\.{LABEL})*"
NAME_PART = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

TOO_LONG = "must be no more than {} {}"
LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
NAME_PART_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start "
    "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
    "regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def _complaint(text: str, pattern: str, rule: str, longest: int, unit: str = "bytes") -> str:
    complaints = []
    if len(text) > longest:
        complaints.append(TOO_LONG.format(longest, unit))
    if not re.fullmatch(pattern, text, re.ASCII):
        complaints.append(rule)
    return "\0".join(complaints)


def label_complaint(text: str) -> str:
    """A DNS-1123 label: names of containers, volumes, namespaces."""
    return _complaint(text, LABEL, LABEL_RULE, 63)


def subdomain_complaint(text: str) -> str:
    """A DNS-1123 subdomain: names of most objects."""
    return _complaint(text, SUBDOMAIN, SUBDOMAIN_RULE, 253, "characters")


def service_name_complaint(text: str) -> str:
    """The name of a service: a DNS-1123 label (before 1.36 it could not begin with a digit)."""
    return "must not contain dots" if "." in text else label_complaint(text)


def label_value_complaint(text: str) -> str:
    """The value of a label; it may be empty."""
    return _complaint(text, f"({NAME_PART})?", VALUE_RULE, 63)


def qualified_name_complaint(text: str, what: str = "a qualified name") -> str:
    """The key of a label or annotation: a name, or prefix/name."""
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        example = "e.g. 'example.com/MyName'"
        return f"{what} {NAME_PART_RULE} with an optional DNS subdomain prefix and '/' ({example})"
    if slash and not prefix:
        return "prefix part must be non-empty"
    if prefix and (complaint := subdomain_complaint(prefix)):
        return f"prefix part {complaint}"
    if not name:
        return f"name part must be non-empty\0name part {NAME_PART_RULE}"
    if complaint := _complaint(name, NAME_PART, NAME_PART_RULE, 63):
        return "\0".join(f"name part {item}" for item in complaint.split("\0"))
    return ""


PORT_RULE = "must be between 1 and 65535, inclusive"


def port_name_complaint(text: str) -> str:
    """The name of a port (an IANA service name)."""
    complaints = []
    if len(text) > 15:
        complaints.append("must be no more than 15 characters")
    if not re.fullmatch(r"[-a-z0-9]+", text, re.ASCII):
        complaints.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", text):
        complaints.append("must contain at least one letter (a-z)")
    if "--" in text:
        complaints.append("must not contain consecutive hyphens")
    if text.startswith("-") or text.endswith("-"):
        complaints.append("must not begin or end with a hyphen")
    return "\0".join(complaints)


def environment_name_complaint(text: str) -> str:
    """The name of an environment variable: printable ASCII without `=` (the relaxed rule, default since
    1.34).
    """
    if all(" " <= character <= "~" and character != "=" for character in text):
        return ""
    return "a valid environment variable name must consist only of printable ASCII characters other than '='"


def config_key_complaint(text: str) -> str:
    """A key in a config map or secret; it may become a file name."""
    complaints = []
    if len(text) > 253:
        complaints.append(TOO_LONG.format(253, "bytes"))
    if not re.fullmatch(r"[-._a-zA-Z0-9]+", text, re.ASCII):
        complaints.append(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
            "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
            "'[-._a-zA-Z0-9]+')"
        )
    if text == ".":
        complaints.append("must not be '.'")
    elif text == "..":
        complaints.append("must not be '..'")
    elif text.startswith(".."):
        complaints.append("must not start with '..'")
    return "\0".join(complaints)


def check_descending_path(path: str, value: str, errors: Errors) -> None:
    """Complain about a path that is absolute or climbs out of its folder."""
    if value.startswith("/"):
        errors.invalid(path, value, "must be a relative path")
    if ".." in value.split("/"):
        errors.invalid(path, value, "must not contain '..'")


def header_name_complaint(text: str) -> str:
    """The name of an HTTP header."""
    if re.fullmatch(r"[-A-Za-z0-9]+", text, re.ASCII):
        return ""
    return (
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', "
        "regex used for "
        "validation is '[-A-Za-z0-9]+')"
    )
