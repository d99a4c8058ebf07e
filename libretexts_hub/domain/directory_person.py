"""Who is it that the directory let in: name at the hub, immutable id, groups, what is kept of the entry?"""

import unicodedata
from dataclasses import dataclass

from libretexts_hub.domain.directory_entry import DirectoryEntry, subject_of
from libretexts_hub.domain.directory_groups import DirectoryGroup
from libretexts_hub.domain.directory_rules import DISPLAY_NAME, EMAIL, DirectoryRules
from libretexts_hub.domain.directory_text import parse_dn

LONGEST_NAME = 255
NO_ID = (
    "The directory shows no entryUUID, objectGUID or other id that stays when a name is used again; "
    "the account is bound to its distinguished name."
)
NO_ENTRY = "The directory does not let anybody read the entry; name and groups are what was typed."
CUT = "The person is in more groups than are looked at; the rest is left out."


@dataclass(frozen=True)
class DirectoryPerson:
    """A person as the directory knows them. `missing` are sentences for the log."""

    entry: DirectoryEntry
    name: str
    subject_attribute: str
    subject: str
    groups: tuple[DirectoryGroup, ...] = ()
    missing: tuple[str, ...] = ()

    def state(self, rules: DirectoryRules, kept: tuple[str, ...]) -> dict[str, object]:
        """What the login keeps, as JSON. The first two keys are those of jupyterhub-ldapauthenticator."""
        entry = self.entry
        numbers = {"uidNumber": entry.number("uidNumber"), "gidNumber": entry.number("gidNumber")}
        return {
            "ldap_groups": [group.dn for group in self.groups],
            "user_attributes": {name: list(entry.texts(name)) for name in kept},
            "ldap_user": {
                "dn": entry.dn,
                "name": self.name,
                "id": self.subject,
                "id_attribute": self.subject_attribute,
                "email": entry.text(*EMAIL[:1]),
                "display_name": entry.text(*DISPLAY_NAME),
                **{name: number for name, number in numbers.items() if number is not None},
                "gids": {group.name: group.number for group in self.groups if group.number is not None},
            },
        }


def folded(name: str) -> str:
    """A name for comparing: full-width letters and capitals are the letters they stand for."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def is_usable(name: str) -> bool:
    """Whether somebody may call themselves so: printable, of a sane length, with no space around it."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()


def name_at_the_hub(entry: DirectoryEntry, rules: DirectoryRules, typed: str) -> str:
    """The name that the directory has; empty where the entry has none, or several and none was typed.

    What was typed is taken only where the entry can't be read at all, or no attribute is known to hold names.
    """
    if not rules.name_attribute or not entry.attributes:
        return typed
    names = [name for name in entry.texts(rules.name_attribute) if is_usable(name)]
    same = [name for name in names if folded(name) == folded(typed)]
    if same:
        return same[0]
    return names[0] if len(names) == 1 else ""


def subject_or_name(entry: DirectoryEntry, rules: DirectoryRules) -> tuple[str, str]:
    """The immutable id and its attribute, or else the distinguished name, which a rename changes."""
    attribute, subject = subject_of(entry, rules.subject_attributes)
    if subject:
        return attribute, subject
    parsed = parse_dn(entry.dn)
    text = ",".join("+".join(f"{kind}={value}" for kind, value in rdn) for rdn in parsed or ())
    return "dn", text or entry.dn.casefold()
