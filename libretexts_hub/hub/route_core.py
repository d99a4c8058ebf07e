"""What of the core decides, places and checks? Gathered here, so that only a hub with routes loads it.

A hub's start waits for every import. `routing.py` and `route_pod.py` take these names from `core()`.
"""

from libretexts_hub.domain.borrowed_places import Chart, borrowed
from libretexts_hub.domain.login_claims import login_claims
from libretexts_hub.domain.placed_pod import (
    QUEUE,
    REASON,
    placed,
    placeholders_of,
    reason_of,
    service_account_for,
    values_for,
)
from libretexts_hub.domain.placeholders import filled
from libretexts_hub.domain.placement_check import excess
from libretexts_hub.domain.route_match import Asker
from libretexts_hub.domain.routes import Routes
from libretexts_hub.domain.routing import choices, decide, places
from libretexts_hub.hub.pod_models import update_pod

__all__ = [
    "QUEUE",
    "REASON",
    "Asker",
    "Chart",
    "Routes",
    "borrowed",
    "choices",
    "decide",
    "excess",
    "filled",
    "login_claims",
    "placed",
    "placeholders_of",
    "places",
    "reason_of",
    "service_account_for",
    "update_pod",
    "values_for",
]
