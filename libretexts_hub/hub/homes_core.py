"""What of the core decides about homes? Gathered here, so that only a hub with `homes` loads it.

A hub's start waits for every import. `homes.py` and `home_growth.py` take these names from `core()`.
"""

from libretexts_hub.domain.home_space import Space, probe, space_of
from libretexts_hub.domain.homes import Home, home_for, may_grow_now, parse_homes, size_of
from libretexts_hub.domain.quantities import as_quantity, format_memory

__all__ = [
    "Home",
    "Space",
    "as_quantity",
    "format_memory",
    "home_for",
    "may_grow_now",
    "parse_homes",
    "probe",
    "size_of",
    "space_of",
]
