"""When will this server be stopped? What its person is told, from the rules by which the culler judges it."""

from collections.abc import Iterable
from dataclasses import dataclass

from libretexts_hub.domain.cull_servers import SKEW, ServerRule, rule_for
from libretexts_hub.domain.culling import HubServer, HubUser


@dataclass(frozen=True, slots=True)
class End:
    """`at` in seconds since 1970; `is_certain`: also when the server is used until then."""

    at: float
    is_certain: bool = False


def end_of(rules: Iterable[ServerRule], user: HubUser, server: HubServer, *, now: float) -> End | None:
    """The first limit that this server reaches; None where none is known, as `judge_server` leaves it alone.

    Of two limits that are reached at the same moment the age counts: use does not put it off.
    """
    if server.pending or not server.is_ready:
        return None
    rule = rule_for(rules, user, server)
    seen = [moment for moment in (server.last_activity, server.started) if moment is not None]
    if rule is None or not seen or max(seen) > now + SKEW:
        return None
    ends = []
    if rule.max_age is not None and server.started is not None:
        ends.append(End(server.started + rule.max_age, is_certain=True))
    if rule.idle is not None:
        ends.append(End(max(seen) + rule.idle))
    return min(ends, key=lambda end: end.at, default=None)
