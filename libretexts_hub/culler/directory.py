"""Is a person still in the directory? A file of names that the operator's own job writes, one a line."""

import asyncio
import logging
import time
from pathlib import Path

from libretexts_hub.domain.culling import UNKNOWN_STANDING, HubUser, Standing

log = logging.getLogger("libretexts_hub.culler")


class MembersFile:
    """Implements DirectoryPort. A file that is away, empty, not text or older than `oldest` seconds tells
    nothing, so a job that failed makes nobody a person who left. Names are compared case-folded."""

    def __init__(self, path: Path, *, oldest: float = 3 * 86400.0) -> None:
        self._path = path
        self._oldest = oldest
        self._seen: tuple[int, int] | None = None
        self._names: frozenset[str] = frozenset()

    async def standing(self, user: HubUser) -> Standing:
        """What the file says of this person."""
        names = await asyncio.to_thread(self._read)
        if not names:
            return UNKNOWN_STANDING
        return Standing(is_member=user.name.casefold() in names, said_by=self._path.name)

    def _read(self) -> frozenset[str]:
        try:
            now = self._path.stat()
            if time.time() - now.st_mtime > self._oldest:
                return frozenset()
            if (now.st_mtime_ns, now.st_size) != self._seen:
                lines = self._path.read_text(encoding="utf-8").splitlines()
                self._names = frozenset(line.strip().casefold() for line in lines if line.strip())
                self._seen = (now.st_mtime_ns, now.st_size)
        except (OSError, ValueError) as error:
            log.warning(
                "The members can't be read, so nobody is known to have left: %s", type(error).__name__
            )
            return frozenset()
        return self._names
