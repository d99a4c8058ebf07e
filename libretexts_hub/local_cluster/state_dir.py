"""Whose state folder is this? One cluster's at a time."""

import fcntl
import os
from pathlib import Path
from typing import IO

from libretexts_hub.errors import SetupError


class StateDir:
    """The folder that holds everything a cluster keeps, locked while it runs."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    def acquire(self) -> None:
        """Make the folder and lock it. Raises SetupError when it cannot be written, or another cluster has
        it.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = open(self.path / "lock", "a", encoding="ascii")  # noqa: SIM115 - held until release
        except OSError as error:
            raise SetupError(
                f"The state folder cannot be written: {error.strerror}",
                where=str(self.path),
                fix="Choose another folder with --state-dir.",
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise SetupError(
                "Another cluster is running with this state folder",
                where=str(self.path),
                fix="Stop it first, or choose another folder with --state-dir.",
            ) from None
        os.set_inheritable(lock.fileno(), False)
        self._lock = lock

    def release(self) -> None:
        """Let the next cluster have the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
