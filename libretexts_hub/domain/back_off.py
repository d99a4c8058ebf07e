"""How long until a server that failed is asked again?"""

SHORTEST = 5.0
LONGEST_RETRY_AFTER = 3600.0


def next_read(refresh: float, *, chance: float) -> float:
    """Seconds until the next read when all is well: `refresh`, 10 % more or less, so that many hubs, and
    many repositories of one hub, do not ask in step. `chance` is in [0, 1)."""
    return refresh * (0.9 + 0.2 * chance)


def next_try(failures: int, refresh: float, *, chance: float, retry_after: float | None = None) -> float:
    """Seconds until the next try after `failures` in a row: doubling from 5 s up to `refresh`, anywhere in
    the upper half ("equal jitter"). A server that said `retry_after` is not asked sooner, for at most an
    hour: an answer must not put the menu to sleep for ever."""
    longest = min(max(refresh, SHORTEST), SHORTEST * (1 << min(failures - 1, 16)))
    wait = longest * (0.5 + 0.5 * chance)
    return max(wait, min(retry_after or 0.0, LONGEST_RETRY_AFTER))
