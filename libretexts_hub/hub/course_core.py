"""What of the core gives a server its courses? Gathered here, so that only a hub with courses loads it.

A hub's start waits for every import. `courses.py` takes these names from `core()`.
"""

from datetime import date

from libretexts_hub.domain.course_feed import Written, with_courses
from libretexts_hub.domain.course_pod import courses_here, server_scopes
from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.provision import parse_provision
from libretexts_hub.hub.course_file import course_file, midnight
from libretexts_hub.hub.course_pod import add
from libretexts_hub.hub.menu_clock import menu_time


def today() -> date:
    """In the hub's time zone; another day for a command that looks ahead."""
    return menu_time().astimezone().date()


__all__ = [
    "Menu",
    "Written",
    "add",
    "course_file",
    "courses_here",
    "midnight",
    "parse_databases",
    "parse_provision",
    "server_scopes",
    "today",
    "with_courses",
]
