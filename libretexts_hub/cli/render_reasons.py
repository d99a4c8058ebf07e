"""Why did this start come out so? The reasons of each decision, one line each."""

from collections.abc import Mapping
from typing import Any

from libretexts_hub.domain.access import folded


def reasons(spawner: Any, sent: Mapping[str, str]) -> list[str]:
    """Of a spawner at the end of its start, refused or not; `sent` is what was chosen."""
    from libretexts_hub.domain.databases import parse_databases
    from libretexts_hub.domain.explanation import why_choice, why_database, why_route

    lines = []
    selection = getattr(spawner, "_selection", None)
    if selection is not None:
        lines += why_choice(selection, sent, spawner.image)
    if routing := getattr(spawner, "routing", None):
        image = selection.image.slugs[-1] if selection else ""
        size = selection.size.slug if selection and selection.size else ""
        lines += why_route(routing, spawner._asker(image, size), spawner._decision)
    if getattr(spawner, "databases", None):
        member_of = folded(group.name for group in spawner.user.groups)
        written = parse_databases(spawner.databases_as_written(), where="databases")
        lines += why_database(written, member_of, *(selection.image.slugs if selection else ()))
    return lines
