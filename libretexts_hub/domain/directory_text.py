"""How does a text that a person typed become part of a directory's name or filter, and nothing else of it?"""

import re
from collections.abc import Mapping

from libretexts_hub.errors import ConfigurationError

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
# RFC 4514, section 2.4.
_DN_SPECIAL = frozenset(',+"\\<>;=')
# One relative name: sorted (type, value), folded.
Rdn = tuple[tuple[str, str], ...]


def escape_dn(text: str) -> str:
    """The text as the value of one attribute of a distinguished name (RFC 4514, section 2.4)."""
    letters = [
        "\\00" if letter == "\0" else f"\\{letter}" if letter in _DN_SPECIAL else letter for letter in text
    ]
    if text.startswith((" ", "#")):
        letters[0] = f"\\{text[0]}"
    if text.endswith(" "):
        letters[-1] = "\\ "
    return "".join(letters)


def escape_filter(text: str | bytes) -> str:
    """The text, or octets as they are, as the value of an assertion in a filter (RFC 4515, section 3)."""
    if isinstance(text, bytes):
        return "".join(f"\\{octet:02x}" for octet in text)
    return "".join(f"\\{ord(letter):02x}" if letter in "*()\\\0" else letter for letter in text)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with `{name}` replaced in one pass: a brace in a value is a brace and no placeholder."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def check_template(template: str, allowed: tuple[str, ...], *, where: str) -> None:
    """Raises ConfigurationError for a placeholder that is none, or parentheses that don't match."""
    unknown = [name for name in _PLACEHOLDER.findall(template) if name not in allowed]
    if unknown:
        raise ConfigurationError(
            f"{{{unknown[0]}}} is no placeholder here",
            where=where,
            fix=f"Use {', '.join(f'{{{name}}}' for name in allowed)}.",
        )
    if template.startswith("(") and template.count("(") != template.count(")"):
        raise ConfigurationError(
            f"The filter {template!r:.80} has parentheses that don't match",
            where=where,
            fix="Write it as RFC 4515 does: (&(objectClass=person)(uid={login})).",
        )


def parse_dn(text: str) -> tuple[Rdn, ...] | None:
    """A distinguished name for comparing: types and values folded, escapes undone. None: it is none."""
    names: list[Rdn] = []
    parts: list[tuple[str, str]] = []
    for piece, separator in _pieces(text):
        kind, equals, value = piece.partition("=")
        if not equals or not kind.strip():
            return None
        parts.append((kind.strip().casefold(), " ".join(_unescaped(value).split()).casefold()))
        if separator != "+":
            names.append(tuple(sorted(parts)))
            parts = []
    return tuple(names) if names and not parts else None


def is_below(name: str, base: str) -> bool:
    """Whether the entry of this name is at or below the base."""
    parsed, top = parse_dn(name), parse_dn(base)
    return parsed is not None and top is not None and parsed[len(parsed) - len(top) :] == top


def first_value(name: str, kind: str) -> str:
    """The value of the first relative name where its type is `kind`, as in `cn=crew,dc=...`; else empty."""
    for piece, separator in _pieces(name):
        found, _, value = piece.partition("=")
        if found.strip().casefold() == kind.casefold():
            return _unescaped(value).strip()
        if separator != "+":
            break
    return ""


def _pieces(text: str) -> list[tuple[str, str]]:
    """What stands between separators that are not escaped, each with the separator behind it."""
    pieces, piece, quoted = [], "", False
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            piece += letter + next(letters, "")
        elif letter == '"':
            quoted = not quoted
            piece += letter
        elif letter in ",;+" and not quoted:
            pieces.append((piece, letter))
            piece = ""
        else:
            piece += letter
    return [*pieces, (piece, "")]


def _stripped(value: str) -> str:
    """Without the space around it; one that is escaped belongs to the value."""
    value = value.lstrip()
    bare = value.rstrip()
    is_escaped = (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
    return value[: len(bare) + 1] if is_escaped else bare


def _unescaped(value: str) -> str:
    value = _stripped(value)
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    octets, position = bytearray(), 0
    while position < len(value):
        if value[position] == "\\" and position + 1 < len(value):
            code = value[position + 1 : position + 3]
            if re.fullmatch(r"[0-9A-Fa-f]{2}", code):
                octets.append(int(code, 16))
                position += 3
                continue
            position += 1
        octets += value[position].encode(errors="replace")
        position += 1
    return octets.decode(errors="replace")
