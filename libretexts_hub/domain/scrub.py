"""Which part of a line of a log may be a secret? It is masked before the line is kept or shown."""

import re
from collections.abc import Iterable

from libretexts_hub.domain.rendered import MASK, URL_PASSWORD

# `token=…`, `"password": "…"`, `Authorization: Bearer …`.
NAMED = re.compile(
    r"""(?ix)
    ((?:token|passw(?:or)?d|secret|api[_-]?key|credentials?|authorization|cookie)["']?\s*[=:]\s*)
    (?:(?:bearer|token|basic)\s+)?
    ["']?[^\s"'&,;]+["']?
    """
)
# Long and of letters and digits without a word in it: a token. A digest of an image is none.
LONG = re.compile(r"(?<![\w:.-])(?=[A-Za-z_-]*[0-9])(?=[0-9_-]*[A-Za-z])[A-Za-z0-9_-]{32,}(?![\w.-])")
DASHED = re.compile(r"(?:[a-z0-9]+-+)+[a-z0-9]+")
LONGEST_PART = 23
SHORTEST_SECRET = 8
LONGEST_LINE = 500
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def scrubbed(line: str, secrets: Iterable[str] = ()) -> str:
    """The line without `secrets`, without what looks like one, without what a terminal would obey."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            line = line.replace(secret, MASK)
    line = CONTROL.sub("", line[: 4 * LONGEST_LINE])
    line = NAMED.sub(rf"\1{MASK}", URL_PASSWORD.sub(rf"\1{MASK}@", line))
    line = LONG.sub(_token, line)
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _token(found: re.Match[str]) -> str:
    """Names of pods and ids are of short parts with dashes between them."""
    text = found.group()
    is_name = DASHED.fullmatch(text) and max(len(part) for part in text.split("-")) <= LONGEST_PART
    return text if is_name else MASK
