"""How does a hub, or the culler, write its log as lines of JSON? A formatter for Python's logging.

`c.JupyterHub.logging_config` names it; see docs/operators/observability.md.
"""

import logging
from typing import Any

from libretexts_hub.domain.log_line import log_line

# What every record has; all else was added by `extra=`.
OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color", "end_color"}
# For `logging.config.dictConfig`, merged with what the application has. Libraries whose loggers nobody set
# up, asyncio among them, would write plain text of several lines; here they go the same way.
FORMATTER = {"class": "libretexts_hub.log_lines.JsonLines"}
LOGGING: dict[str, Any] = {
    "formatters": {"console": FORMATTER},
    "root": {"handlers": ["console"], "level": "WARNING"},
}


class JsonLines(logging.Formatter):
    """Each record is one line: a JSON object."""

    def __init__(self, *_arguments: Any, **_settings: Any) -> None:
        """The application's own format does not count. Warnings of Python go to the log from now on."""
        super().__init__()
        logging.captureWarnings(True)

    def format(self, record: logging.LogRecord) -> str:
        """Never raises: a record that can't be made a message says so."""
        try:
            message = record.getMessage()
        except Exception as error:
            message = f"{record.msg!s} (its arguments do not fit: {type(error).__name__})"
        exception = self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
        exception = exception or record.exc_text or ""
        if record.stack_info:
            exception = f"{exception}\n{self.formatStack(record.stack_info)}".lstrip("\n")
        extra = {key: value for key, value in vars(record).items() if key not in OWN}
        said = {"at": record.created, "level": record.levelname, "logger": record.name}
        try:
            return log_line(**said, message=message, exception=exception, extra=extra)
        except (TypeError, ValueError, RecursionError):
            return log_line(**said, message=message, exception=exception)
