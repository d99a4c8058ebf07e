"""What when a configuration file that was added with --config is wrong?"""

import sys
import traceback
from collections.abc import Callable

from libretexts_hub.errors import ConfigurationError


def load(load_subconfig: Callable[[str], None], files: list[str]) -> None:
    """Load them in order. A file that raises ends the program: one sentence on stderr and exit code 2."""
    for file in files:
        try:
            load_subconfig(file)
        except Exception as error:
            print(_sentence(file, error), file=sys.stderr, flush=True)
            raise SystemExit(2) from None


def _sentence(file: str, error: Exception) -> ConfigurationError:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    line = error.lineno if isinstance(error, SyntaxError) else (lines or [None])[-1]
    said = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    where = f"{file}, line {line}" if line else file
    what = f"The configuration file can't be loaded: {' '.join(said.split())}"
    return ConfigurationError(what, where=where, fix="Correct that line and start again.")
