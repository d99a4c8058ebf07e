"""What of the core makes a database? Gathered here, so that only a hub with databases loads it.

A hub's start waits for every import. `sidecar.py` takes these names from `core()`.
"""

from libretexts_hub.domain.database_account import account_name
from libretexts_hub.domain.database_notes import notes_of
from libretexts_hub.domain.databases import database_for, has_root, parse_databases
from libretexts_hub.domain.name_templates import check_apart
from libretexts_hub.domain.placeholders import group_slug
from libretexts_hub.domain.sidecar import NAME, Place, claim_manifest, secret_manifest
from libretexts_hub.hub.sidecar_pod import add, problem_of

__all__ = [
    "NAME",
    "Place",
    "account_name",
    "add",
    "check_apart",
    "claim_manifest",
    "database_for",
    "group_slug",
    "has_root",
    "notes_of",
    "parse_databases",
    "problem_of",
    "secret_manifest",
]
