"""What time is it for the menu? Now; or another time, for a command that looks ahead."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

_moment: ContextVar[datetime | None] = ContextVar("menu_moment", default=None)


def menu_time() -> datetime:
    """With its time zone, UTC."""
    return _moment.get() or datetime.now(UTC)


@contextlib.contextmanager
def as_of(moment: datetime | None) -> Iterator[None]:
    """Look at menus as they will be, or were, at this time."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
