"""How long is `30d`? Durations as operators write them, in seconds."""

import re

from libretexts_hub.errors import ConfigurationError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
PART = re.compile(r"[0-9]{1,9}[smhdw]")
DURATION = re.compile(rf"(?:{PART.pattern})+")
LONGEST = 100 * 366 * UNITS["d"]


def parse_duration(value: object, *, where: str) -> float:
    """Seconds of `90s`, `5m`, `1h30m`, `30d`, `2w`. Raises ConfigurationError; a bare number has no unit."""
    if isinstance(value, str) and DURATION.fullmatch(value.strip()):
        seconds = float(sum(int(part[:-1]) * UNITS[part[-1]] for part in PART.findall(value)))
        if seconds <= LONGEST:
            return seconds
        raise ConfigurationError(
            f"{value!r:.60} is more than a hundred years", where=where, fix="Leave it out, or write 30d."
        )
    raise ConfigurationError(
        f"{value!r:.60} is not a duration",
        where=where,
        fix="Write a number and s, m, h, d or w, such as 30d.",
    )
