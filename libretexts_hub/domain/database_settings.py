"""Which settings may an operator give to an engine? All but those that keep it inside its pod."""

import re
from typing import TYPE_CHECKING

from libretexts_hub.domain.entries import UNPRINTABLE, Entry
from libretexts_hub.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[a-z][a-z0-9_.-]{0,79}")
# What the start script decides, and what would open the database to others; dashes for underscores.
OURS = frozenset(
    (
        *("bind-address", "port", "socket", "datadir", "pid-file", "tmpdir", "init-file", "skip-networking"),
        *("skip-grant-tables", "mysqlx", "mysqlx-bind-address", "mysqlx-port", "admin-address", "admin-port"),
        *("no-defaults", "defaults-file", "defaults-extra-file", "user", "loose-mysqlx", "extra-port"),
        *("listen-addresses", "unix-socket-directories", "hba-file", "ident-file", "data-directory"),
        *("config-file", "external-pid-file", "password-encryption", "logging-collector", "ssl"),
        *("min-wal-size", "max-wal-size"),
    )
)


def parse_settings(entry: Entry, engine: str) -> tuple[str, ...]:
    """Read `settings` as arguments of the engine's server. Raises ConfigurationError."""
    part = entry.part("settings")
    written: Mapping[str, object] = part.fields if part else {}
    arguments: list[str] = []
    for name, value in written.items():
        place = f"{entry.place('settings')}.{name}"
        _check_name(name, place)
        text = _text(value, place)
        arguments += ["-c", f"{name}={text}"] if engine == "postgresql" else [f"--{name}={text}"]
    return tuple(arguments)


def _check_name(name: object, where: str) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r:.80} is not the name of a setting",
            where=where,
            fix="Write it as the engine's manual does, without leading dashes.",
        )
    if name.replace("_", "-") in OURS:
        raise ConfigurationError(
            f"{name!r} is decided by this package",
            where=where,
            fix="Take it away: it keeps the data in the pod.",
        )


def _text(value: object, where: str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    text = str(value) if isinstance(value, int | float | str) else ""
    if not text or len(text) > 200 or UNPRINTABLE.search(text):
        raise ConfigurationError(
            f"{value!r:.80} is not a value for a setting",
            where=where,
            fix="Write a number, true, false or a short text.",
        )
    return text
