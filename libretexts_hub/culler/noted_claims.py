"""What is kept of the claims between their list and that of the people? Whose they may be, in a few bytes.

Claims are listed first: what is written on them says whether any home may go in this run, and so which list
of people is read. A hundred thousand are two megabytes so.
"""

import marshal
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from libretexts_hub.domain.claims import Naming, Place, Untied, claimants, kind_of
from libretexts_hub.domain.cull_judge import looks_due
from libretexts_hub.domain.cull_mark import Mark, read_mark
from libretexts_hub.domain.cull_policy import Policy
from libretexts_hub.domain.culling import ClaimPage


class NotedClaim(NamedTuple):
    """`marked`: whose the mark on it says that it is, empty for one that can't be read, None without one;
    `names`: who it may be of by what else is on it."""

    place: Place
    marked: str | None
    names: tuple[str, ...]


class NotedClaims:
    """`count` of all; `foreign`: those that are no homes of ours; `due`: where a home may go now; `ahead`: by
    how many seconds the clock of the API server was before ours."""

    def __init__(self, policy: Policy, naming: Naming) -> None:
        self._policy, self._naming = policy, naming
        self._pages: list[bytes] = []
        self.count = self.foreign = 0
        self.due: set[Place] = set()
        self.ahead: float | None = None

    def note(self, page: ClaimPage, *, now: float) -> None:
        """One page of them, read now."""
        self.ahead = ahead(page.server_time, now)
        noted = []
        for claim in page.claims:
            mark = read_mark(claim)
            if mark is None and isinstance(kind_of(claim, self._naming), Untied):
                self.foreign += 1
                continue
            marked = None if mark is None else mark.user if isinstance(mark, Mark) else ""
            noted.append((claim.place, marked, claimants(claim)))
            if looks_due(claim, self._policy, now=now):
                self.due.add(claim.place)
        self.count += len(page.claims)
        self._pages.append(zlib.compress(marshal.dumps(noted), 1))

    def __iter__(self) -> Iterator[NotedClaim]:
        """Each of them but the foreign ones, once: what was read is let go."""
        while self._pages:
            page = marshal.loads(zlib.decompress(self._pages.pop(0)))  # noqa: S302 - our own
            yield from (NotedClaim(*each) for each in page)


def ahead(said: float | None, now: float) -> float | None:
    """By how much a server's clock is before ours; minutes later it will still be that."""
    return None if said is None else said - now
