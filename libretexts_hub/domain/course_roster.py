"""Who is on this list? Rosters as Canvas, Moodle, a registrar or an office program export them."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

ROSTER_KEYS = ("file", "column", "cut_domain", "roles")
# How the column with login names is called: by Canvas's grade book, by its SIS exports, by Moodle.
LOGIN_COLUMNS = (
    *("sis login id", "login id", "login_id", "username", "user name", "nombre de usuario"),
    *("anmeldename", "nom d'utilisateur", "login", "user", "user_id", "sis user id"),
)
# What Moodle's list of participants has instead: then the name before the @ may be the login.
ADDRESS_COLUMNS = ("email address", "email", "e-mail", "e-mail-adresse", "adresse de courriel")
LAST_COLUMNS = ("name",)
ROLE_COLUMNS = ("role", "roles", "rolle", "rol", "rôles")
STATE_COLUMNS = ("status", "enrollment_state", "enrollment state")
# Of the states in exports: these are in the list, and not in the course any more.
GONE = frozenset({"deleted", "inactive", "suspended", "completed", "rejected", "not current"})
# Rows of an export that are nobody: Canvas writes the points a task can have into one of them.
NOBODY = frozenset({"points possible"})

# Of all rosters together; a university has less, in all its courses.
MOST_NAMES_KEPT = 300_000
LONGEST_HEADING = 60

ReadText = Callable[[str], str]


@dataclass(frozen=True)
class Roster:
    """Which file, and how it is read. `column` empty: found by its heading. `cut_domain`: `ada@x.edu` logs
    in as `ada`. `roles`, folded: only rows with one of these; empty takes every row."""

    file: str
    column: str = ""
    cut_domain: bool = False
    roles: frozenset[str] = frozenset()


def parse_roster(part: Entry, key: str = "roster") -> tuple[Roster, ...]:
    """Read `roster`: a path, a mapping, or a list of either. Raises ConfigurationError."""
    raw = part.fields.get(key)
    if raw is None:
        return ()
    if isinstance(raw, list | tuple):
        return tuple(_roster(part, each, f"{part.place(key)}[{index}]") for index, each in enumerate(raw))
    return (_roster(part, raw, part.place(key)),)


def _roster(part: Entry, raw: object, where: str) -> Roster:
    fields = {"file": raw} if isinstance(raw, str) else raw
    if not isinstance(fields, dict):
        raise ConfigurationError(
            f"A roster is a path or a mapping, not {raw!r:.60}",
            where=where,
            fix="Write roster: rosters/db101.csv.",
        )
    entry = Entry(part.slug, fields, where)
    entry.only(ROSTER_KEYS)
    roles = entry.texts("roles") or ()
    return Roster(
        entry.text("file"),
        entry.text("column", default="").casefold(),
        entry.flag("cut_domain"),
        frozenset(role.casefold() for role in roles),
    )


# What rosters were read lately, the latest last.
_known: dict[tuple[bytes, str, Roster], frozenset[str]] = {}


def names_in(roster: Roster, read: ReadText, *, where: str) -> frozenset[str]:
    """The login names in this roster. Raises ConfigurationError."""
    return _names(read(roster.file), f"{where} ({roster.file})", roster)


def _names(text: str, where: str, roster: Roster) -> frozenset[str]:
    """A file that is read again has mostly the rosters that it had, and names take long to normalise.

    A digest is kept and not the text: rosters that are exported every night would add up.
    """
    key = (hashlib.sha256(text.encode(errors="surrogatepass")).digest(), where, roster)
    found = _known.pop(key, None)
    if found is None:
        found = roster_names(text, where=where, roster=roster)
    _known[key] = found
    while len(_known) > 1 and sum(map(len, _known.values())) > MOST_NAMES_KEPT:
        _known.pop(next(iter(_known)), None)
    return found


def roster_names(text: str, *, where: str, roster: Roster | None = None) -> frozenset[str]:
    """The login names in a CSV export with a line of headings. Raises ConfigurationError.

    A cell that can't be a name is somebody who can't log in: it is left out, so that one odd line in a list
    of three hundred does not stop a hub.
    """
    roster = roster or Roster("")
    rows = _rows(text.lstrip("\ufeff"), where)
    headings = [heading.strip().casefold() for heading in rows[0]] if rows else []
    column, is_address = _column(headings, roster, where)
    role, state = _first(headings, ROLE_COLUMNS), _first(headings, STATE_COLUMNS)
    if roster.roles and role is None:
        raise ConfigurationError(
            "The roster has no column with roles", where=where, fix="Leave roles out, or export them too."
        )
    found = set()
    for row in rows[1:]:
        if state is not None and _cell(row, state).casefold() in GONE:
            continue
        if roster.roles and role is not None and not roster.roles & _listed(_cell(row, role)):
            continue
        cell = _cell(row, column)
        if is_address or roster.cut_domain:
            cell = cell.partition("@")[0]
        found.add(_name_or_none(cell))
    return frozenset(name for name in found if name)


def _rows(text: str, where: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise ConfigurationError(
            f"The roster is no CSV: {error}", where=where, fix="Export it anew."
        ) from None


def _column(headings: list[str], roster: Roster, where: str) -> tuple[int, bool]:
    """Where the login stands, and whether that is a mail address of which only the name counts."""
    if roster.column:
        if roster.column in headings:
            return headings.index(roster.column), False
        raise ConfigurationError(
            f"The roster has no column {roster.column!r:.60}",
            where=where,
            fix=did_you_mean(roster.column, [shown_heading(each) for each in headings]),
        )
    column = _first(headings, LOGIN_COLUMNS)
    if column is not None:
        return column, False
    column = _first(headings, ADDRESS_COLUMNS)
    if column is not None:
        # Nobody can tell from an address whether people log in with all of it.
        if not roster.cut_domain:
            raise ConfigurationError(
                f"The roster has no login names, only the addresses in {headings[column]!r:.60}",
                where=where,
                fix=f"Write column: {headings[column]!r:.60} if people log in with the whole address, or "
                "cut_domain: true if with the part before the @.",
            )
        return column, True
    column = _first(headings, LAST_COLUMNS)
    if column is not None:
        return column, False
    raise ConfigurationError(
        "The roster has no column with login names",
        where=where,
        fix="Give it a first line in which one column is called 'username', or name one with column:.",
    )


def shown_heading(heading: str) -> str:
    """As it can stand in a log: a cell may hold lines of its own."""
    return "".join(each if each.isprintable() else "?" for each in heading[:LONGEST_HEADING])


def _first(headings: list[str], names: Iterable[str]) -> int | None:
    return next((headings.index(name) for name in names if name in headings), None)


def _cell(row: list[str], column: int) -> str:
    return row[column].strip() if len(row) > column else ""


def _listed(cell: str) -> frozenset[str]:
    """Moodle writes several roles into one cell."""
    return frozenset(each.strip().casefold() for each in cell.split(",") if each.strip())


def _name_or_none(cell: str) -> str | None:
    if not cell or cell.casefold() in NOBODY:
        return None
    try:
        return normal_name(cell)
    except LibreTextsHubError:
        return None
