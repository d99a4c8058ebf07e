"""What of the core provisions a person? Gathered here, so that only a hub with `provision` loads it.

A hub's start waits for every import. `provision.py` takes these names from `core()`.
"""

from libretexts_hub.domain.provision import Person, parse_provision, person_of, with_image
from libretexts_hub.domain.provision_pod import DONE, START_UP, TAKE_OVER, ended, home_mount_of
from libretexts_hub.hub.git_handler import add_handler, digest_of
from libretexts_hub.hub.provision_pod import add

__all__ = [
    "DONE",
    "START_UP",
    "TAKE_OVER",
    "Person",
    "add",
    "add_handler",
    "digest_of",
    "ended",
    "home_mount_of",
    "parse_provision",
    "person_of",
    "with_image",
]
