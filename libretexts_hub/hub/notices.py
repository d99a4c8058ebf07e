"""What has to be said to a person, until when? Kept in memory: a notice repeats what is stored elsewhere.

Whoever decides something about a person (a home that will be deleted, a group that was lost, maintenance)
posts a notice here; pages show it. A notice is plain text: pages escape it.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

EVERYBODY = ""
# A loop that posts without end must not fill the memory of the hub.
MOST_FOR_ONE = 20


class Kind(Enum):
    """How a page shows a notice."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Notice:
    """One text for one person or for everybody; `until` in seconds since the epoch, None: until removed.

    `is_once`: shown on one page, then forgotten.
    """

    kind: Kind
    text: str
    until: float | None = None
    key: str = ""
    is_once: bool = False

    def is_over(self, now: float) -> bool:
        """Whether it is not to be shown any more."""
        return self.until is not None and now >= self.until


class Notices:
    """The notices of one hub process."""

    def __init__(self) -> None:
        self._of: dict[str, list[Notice]] = defaultdict(list)

    def post(self, notice: Notice, *, person: str = EVERYBODY) -> None:
        """Show `notice` from now on. One with the same `key` takes the place of the earlier one."""
        kept = [each for each in self._of[person] if not notice.key or each.key != notice.key]
        self._of[person] = [*kept, notice][-MOST_FOR_ONE:]

    def remove(self, key: str, *, person: str = EVERYBODY) -> None:
        """Show the notice of this `key` no longer."""
        self._of[person] = [each for each in self._of[person] if each.key != key]

    def for_person(self, person: str, *, now: float | None = None, keep: bool = False) -> list[Notice]:
        """What this person is to see, the notices for everybody first; what is over is forgotten.

        `keep`: this is not the page on which a notice to be shown once counts as shown.
        """
        now = time.time() if now is None else now
        shown = []
        for name in dict.fromkeys((EVERYBODY, person)):
            kept = [each for each in self._of.get(name, ()) if not each.is_over(now)]
            left = [each for each in kept if keep or not each.is_once or name == EVERYBODY]
            if left:
                self._of[name] = left
            else:
                self._of.pop(name, None)
            shown += kept
        return shown


NOTICES = Notices()
