"""How long does the database of a pod need to end?"""

from collections.abc import Mapping
from typing import Any

GRACE_ANNOTATION = "libretexts.org/database-grace"
LONGEST_SECONDS = 600


def grace_of(pod: Mapping[str, Any] | None) -> int:
    """Seconds that the database of a pod (plain JSON) needs to end; 0 for a pod without one."""
    written = (((pod or {}).get("metadata") or {}).get("annotations") or {}).get(GRACE_ANNOTATION, "")
    if not isinstance(written, str) or not written.isdecimal():
        return 0
    return min(int(written[:9]), LONGEST_SECONDS)
