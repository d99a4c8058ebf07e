"""How far is it? One line per step with the seconds since the command began."""

import sys
import time


class Progress:
    """Prints `[  12.3 s] words` to stderr; calling it is all there is."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self.began

    def __call__(self, words: str) -> None:
        print(f"[{self.seconds:6.1f} s] {words}", file=sys.stderr, flush=True)
