"""Why does a server get this image, this size, this database? One line for each, for the operator."""

from collections.abc import Iterable, Mapping, Sequence

from libretexts_hub.domain.databases import Database, database_for, has_root
from libretexts_hub.domain.route_match import Asker
from libretexts_hub.domain.routes import Routes
from libretexts_hub.domain.routing import Decision, explain
from libretexts_hub.domain.selection import Selection
from libretexts_hub.domain.wording import one_of


def why_choice(selection: Selection, sent: Mapping[str, object], pulled: str) -> list[str]:
    """Image, version, size and options; `sent` is what was chosen, the rest are defaults."""
    lines = [f"image: {selection.image.slug}, {_image_reason(selection, sent)}"]
    if selection.version is not None:
        how = "chosen" if sent.get("tag") else "the first of its versions"
        lines.append(f"tag: {selection.version.tag}, {how}")
    unknown = selection.image.pin and "@" not in pulled
    lines.append(f"pulled: {pulled}{', unpinned: its digest is not known here' if unknown else ''}")
    if selection.size is not None:
        lines.append(f"size: {selection.size.slug}, {_size_reason(selection, sent)}")
    for slug, choice in selection.extras.items():
        how = "chosen" if f"option-{slug}" in sent else "its default"
        lines.append(f"option {slug}: {'on' if choice == '1' else choice}, {how}")
    return lines


def why_route(routes: Routes, asker: Asker, decision: Decision | None) -> list[str]:
    """The decision, None where it was refused, and what each route says to this start."""
    taken = "refused" if decision is None else f"{decision.slug or 'none'}, {decision.reason}"
    return [f"route: {taken}", *(f"  {line}" for line in explain(routes, asker))]


def why_database(databases: Sequence[Database], member_of: frozenset[str], *images: str | None) -> list[str]:
    """The database, and why not each one that stands before it, or all where there is none."""
    taken = database_for(databases, member_of, *images)
    before = databases if taken is None else databases[: databases.index(taken)]
    first = "database: none"
    if taken is not None:
        account = "with" if has_root(taken, member_of) else "without"
        first = f"database: {taken.slug}, {_database_reason(taken, member_of)}; {account} its root account"
    return [first, *(f"  {each.slug}: no, it {_mismatch(each, member_of)}" for each in before)]


def _image_reason(selection: Selection, sent: Mapping[str, object]) -> str:
    if selection.retired:
        return f"the successor of {selection.retired}"
    return "chosen" if sent.get("image") else "the default of this person's menu"


def _size_reason(selection: Selection, sent: Mapping[str, object]) -> str:
    size = selection.size
    if size is not None and sent.get("size") == size.slug:
        return "chosen"
    return "the default" if size is not None and size.default else "the first that this image may have"


def _database_reason(database: Database, member_of: frozenset[str]) -> str:
    wanted = database.access.any_of if database.access is not None else None
    reason = "for everybody" if wanted is None else _of(wanted & member_of)
    return f"{reason}, with the image" if database.images is not None else reason


def _of(groups: Iterable[str]) -> str:
    return f"as a member of {', '.join(sorted(groups))}"


def _mismatch(database: Database, member_of: frozenset[str]) -> str:
    access = database.access
    if access is None:
        return "names nobody"
    if shut_out := sorted(access.none_of & member_of):
        return f"shuts out {one_of(shut_out)}"
    if access.any_of is not None and not access.any_of & member_of:
        return f"asks for {one_of(sorted(access.any_of)) or 'a group that nobody is in'}"
    if missing := sorted(access.all_of - member_of):
        return f"asks for {' and '.join(missing)}"
    return f"goes with the image {one_of(database.images or ()) or 'of nobody'}"
