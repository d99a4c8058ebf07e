"""A menu with one of everything, as a person in no group and one of the staff see it."""

from datetime import UTC, date, datetime

from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.repositories import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MORNING = {"from": "2026-12-01T08:00:00+01:00", "until": "2026-12-01T10:00:00+01:00"}
YESTERDAY = {"from": "2026-11-20T08:00:00+01:00", "until": "2026-11-20T10:00:00+01:00"}
TAGS = ("recommended", "r29_1_0", "w_2026_46", "w_2026_45", "d_2026_11_20")

IMAGES = {
    "default": {"name": "Default environment", "image": "x/default:1", "interfaces": ["lab", "rstudio"]},
    "lsst": {
        "name": "LSST stack",
        "registry": {
            "repository": "quay.io/lsst/lab",
            "scheme": "rubin",
            "recommended": "recommended",
            "keep": {"release": 1, "weekly": 2, "daily": {"groups": ["staff"]}},
        },
    },
    "nightly": {
        "registry": {
            "repository": "quay.io/lsst/lab",
            "scheme": "rubin",
            "keep": {"daily": {"groups": ["staff"]}},
        }
    },
    "away": {"name": "Not read", "registry": {"repository": "quay.io/lsst/away", "scheme": "semver"}},
    "large": {"name": "Large only", "image": "x/large:1", "sizes": ["large"]},
    "link": {"name": "By link", "image": "x/link:1", "hidden": True},
    "exam": {"name": "Exam", "image": "x/exam:1", "available": MORNING},
    "last-exam": {"name": "Last exam", "image": "x/exam:0", "available": YESTERDAY},
    "in-a-night": {"name": "In a night", "image": "x/night:1", "sizes": ["night"]},
    "old": {"name": "Old", "image": "x/old:1", "successor": "default", "retires": "2026-03-01"},
    "older": {"name": "Older", "image": "x/older:1", "successor": "old"},
    "gone": {"name": "Gone", "image": "x/gone:1", "retires": "2026-11-21", "deprecated": "Ask for ours."},
    "staff-only": {"name": "Of the staff", "image": "x/staff:1", "groups": ["Staff"]},
    "old-staff": {"name": "Old staff", "image": "x/staff:0", "successor": "staff-only"},
    "free": {"name": "Any of ours", "pattern": r"quay\.io/ours/[a-z-]+:[a-z0-9.]+"},
}
SIZES = {
    "small": {"name": "Small", "default": True},
    "large": {"name": "Large"},
    "night": {"name": "Night", "available": MORNING},
    "huge": {"name": "Huge", "groups": ["staff"]},
}
OPTIONS = {
    "reset": {},
    "debug": {"groups": ["staff"]},
    "news": {"name": "News", "default": True, "environment": {"NEWS": "1"}},
    "dataset": {
        "name": "Data set",
        "images": ["lsst", "default"],
        "default": "small",
        "choices": {
            "small": {"environment": {"DATA": "small"}},
            "full": {"environment": {"DATA": "full"}},
            "raw": {"groups": ["staff"]},
        },
    },
}


def whole_menu() -> Menu:
    """The operator's menu, with what its registry holds."""
    menu = Menu.parse(IMAGES, SIZES, OPTIONS)
    snapshots = {
        image.registry.repository: Snapshot(TAGS)
        for image in menu.images
        if image.registry is not None and image.slug != "away"
    }
    return menu.with_snapshots(snapshots, date(2026, 11, 21))


def menu_of(*groups: str, now: datetime = NOW) -> Menu:
    """The menu of a member of these groups."""
    return whole_menu().for_person(groups, now)
