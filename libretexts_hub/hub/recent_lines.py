"""What did the hub's log say lately? Its last lines, in memory, for what is kept of a start that failed."""

import contextlib
import logging
import time
from collections import deque

MOST_LINES = 3000


class RecentLines(logging.Handler):
    """Keeps the last lines of a logger."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._kept: deque[tuple[float, str, str]] = deque(maxlen=MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one; what can't be written as text is left to the other handlers to complain of."""
        with contextlib.suppress(Exception):
            self._kept.append((record.created, record.levelname[:1], record.getMessage()))

    def about(self, *names: str, since: float) -> list[str]:
        """The lines after `since` (seconds since the epoch) that have one of these names in them."""
        return [
            f"{time.strftime('%H:%M:%S', time.gmtime(at))} {level} {text}"
            for at, level, text in self._kept
            if at >= since and any(name in text for name in names)
        ]


RECENT = RecentLines()


def listen(log: logging.Logger | logging.LoggerAdapter) -> None:
    """From now on keep the lines of this logger, once."""
    logger = log.logger if isinstance(log, logging.LoggerAdapter) else log
    if RECENT not in logger.handlers:
        logger.addHandler(RECENT)
