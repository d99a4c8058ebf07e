"""How is a message of the log written for a program? As one line, one JSON object, plain ASCII."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

# Container runtimes split what is longer (16 KiB in containerd and CRI-O), and half a line is no JSON.
LONGEST = 15_000
SHORTEST_CUT = 200
# What JupyterHub says of each request: `200 GET /hub/home (ada@10.0.0.1) 12.34ms`; ` -> URL` of a redirect.
REQUEST = re.compile(
    r"(?P<status>\d{3}) (?P<method>[A-Z]+) (?P<path>\S+)(?: -> (?P<location>\S+))? "
    r"\((?P<user>[^()\s]*?)@?(?P<address>[0-9a-fA-F.:]*)\) (?P<milliseconds>\d+(?:\.\d+)?)ms"
)


def log_line(
    *,
    at: float,
    level: str,
    logger: str,
    message: str,
    exception: str = "",
    extra: Mapping[str, object] | None = None,
) -> str:
    """`at` is in seconds since 1970. Keys are `time` (RFC 3339, UTC), `level`, `logger`, `message`, and where
    there are such: `request`, `exception`, and what the code added."""
    line: dict[str, object] = {
        "time": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": level.lower(),
        "logger": logger,
        "message": message,
    }
    if found := REQUEST.fullmatch(message):
        line["request"] = _request(found.groupdict())
    if exception:
        line["exception"] = exception
    line |= {key: value for key, value in (extra or {}).items() if key not in line}
    return _short(line)


def _request(parts: Mapping[str, str | None]) -> dict[str, object]:
    found: dict[str, object] = {key: text for key, text in parts.items() if text}
    found["status"] = int(parts["status"] or 0)
    found["milliseconds"] = float(parts["milliseconds"] or 0)
    return found


def _short(line: dict[str, object]) -> str:
    """Cut where it is too long: what was added, then the beginning of the exception, then the message."""
    text = _text(line)
    if len(text) <= LONGEST:
        return text
    for key in [each for each in line if each not in ("time", "level", "logger", "message", "exception")]:
        del line[key]
    line["is_cut"] = True
    room = LONGEST
    while len(text := _text(line)) > LONGEST and room > SHORTEST_CUT:
        room //= 2
        for key, keeps_end in (("exception", True), ("message", False), ("logger", False)):
            value = str(line.get(key, ""))
            if len(value) > room:
                line[key] = value[-room:] if keeps_end else value[:room]
    return text


def _text(line: Mapping[str, object]) -> str:
    return json.dumps(line, default=str, skipkeys=True, allow_nan=False, check_circular=True)
