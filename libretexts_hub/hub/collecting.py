"""Is a command reading this configuration to tell all that is wrong, or a hub that must stop at the first?"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_is_collecting: ContextVar[bool] = ContextVar("is_collecting", default=False)


def is_collecting() -> bool:
    """True inside `collecting`: `check_or_exit` at the end of a configuration file then lets it pass."""
    return _is_collecting.get()


@contextlib.contextmanager
def collecting() -> Iterator[None]:
    """Read configuration without ending at the first error."""
    token = _is_collecting.set(True)
    try:
        yield
    finally:
        _is_collecting.reset(token)
