"""What is asked of a directory about one person over one connection: the entry, admission, the groups?

Everything here blocks and runs in a thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libretexts_hub.clients.directory_errors import DirectoryRefusesUsError, EntryError, LoginRefusedError
from libretexts_hub.clients.directory_link import SearchRefusedError
from libretexts_hub.domain.bind_refusals import DISABLED, BindRefusal
from libretexts_hub.domain.directory_entry import DirectoryEntry, primary_group_sid, subject_octets
from libretexts_hub.domain.directory_groups import (
    DirectoryGroup,
    GroupClimb,
    any_of,
    group_named,
    group_of,
    holders_filter,
    in_chain_filter,
    merged,
    with_sid,
)
from libretexts_hub.domain.directory_person import (
    CUT,
    NO_ENTRY,
    NO_ID,
    DirectoryPerson,
    name_at_the_hub,
    subject_or_name,
)
from libretexts_hub.domain.directory_rules import BREADTH_FIRST, IN_CHAIN_RULE, DirectoryRules
from libretexts_hub.domain.directory_text import escape_filter, is_below

if TYPE_CHECKING:
    from collections.abc import Sequence

    from libretexts_hub.clients.directory_link import Link

ANY = "(objectClass=*)"
NOT_ADMITTED = BindRefusal(
    "filter",
    "the entry does not pass search_filter",
    "Your account is not among those that may use this hub.",
)


def find_person(link: Link, rules: DirectoryRules, name: str) -> DirectoryEntry | None:
    """The one entry of this name. Raises EntryError for two."""
    found = _search(link, rules.user_search_base, rules.person_filter(name), rules.person_attributes)
    if len(found) > 1:
        raise EntryError(
            "There is more than one account of this name",
            where=f"{len(found)} entries for {name!r:.80}: {'; '.join(each.dn for each in found[:3])!r:.300}",
        )
    return found[0] if found else None


def read_entry(link: Link, rules: DirectoryRules, dn: str, name: str) -> DirectoryEntry:
    """The entry of somebody who has just logged in with this name for the directory; maybe an empty one.

    Active Directory also takes `name@domain` and `DOMAIN\\name`, which are no names of entries.
    """
    try:
        if "=" in dn:
            found = link.search(dn, ANY, rules.person_attributes, only_base=True)
            return found[0] if found else DirectoryEntry(dn)
        if rules.user_search_base and rules.user_attribute:
            return find_person(link, rules, name) or DirectoryEntry(dn)
    except SearchRefusedError:
        pass
    return DirectoryEntry(dn)


def find_again(link: Link, rules: DirectoryRules, subject: tuple[str, str], dn: str) -> DirectoryEntry | None:
    """The entry with this immutable id, where it is now; None: there is none any more."""
    attribute, text = subject
    found = _search(link, dn, ANY, rules.person_attributes, only_base=True) if dn else ()
    if found and subject_or_name(found[0], rules) == subject:
        return found[0]
    if attribute == "dn" or not rules.user_search_base:
        return None
    query = f"({attribute}={escape_filter(subject_octets(attribute, text))})"
    moved = _search(link, rules.user_search_base, query, rules.person_attributes)
    return moved[0] if len(moved) == 1 else None


def complete(link: Link, rules: DirectoryRules, entry: DirectoryEntry, typed: str) -> DirectoryPerson:
    """The person of this entry, with groups. Raises LoginRefusedError, EntryError."""
    if entry.is_disabled:
        raise LoginRefusedError(DISABLED)
    name = name_at_the_hub(entry, rules, typed)
    if not name:
        raise EntryError(
            "Your account has no name that this hub can use",
            where=f"no {rules.name_attribute}, or several, in {entry.dn!r:.300}",
        )
    _check_admission(link, rules, entry, entry.text(rules.bind_attribute) if rules.bind_attribute else name)
    groups, is_cut = _groups(link, rules, entry, name)
    attribute, subject = subject_or_name(entry, rules)
    notes = ((attribute == "dn", NO_ID), (not entry.attributes, NO_ENTRY), (is_cut, CUT))
    missing = tuple(sentence for holds, sentence in notes if holds)
    return DirectoryPerson(entry, name, attribute, subject, groups, missing)


def _check_admission(link: Link, rules: DirectoryRules, entry: DirectoryEntry, name: str) -> None:
    query = rules.admission_filter(name)
    if query and len(_search(link, rules.user_search_base or entry.dn, query, ("1.1",))) != 1:
        raise LoginRefusedError(NOT_ADMITTED)


def _groups(
    link: Link, rules: DirectoryRules, entry: DirectoryEntry, name: str
) -> tuple[tuple[DirectoryGroup, ...], bool]:
    """The groups, and whether there were more than are looked at."""
    told = entry.texts(rules.member_of_attribute) if rules.member_of_attribute else ()
    base, by_name = rules.group_search_base, rules.group_name_attribute
    found = [group for dn in told if (group := group_named(dn, by_name))]
    if base:
        found += _found_groups(link, rules, base, _searched_groups(link, rules, entry, name))
    else:
        found += _named_groups(link, rules, entry, name, {group.dn.casefold() for group in found})
    is_cut = False
    if rules.nested_groups == BREADTH_FIRST:
        climb = GroupClimb([*told, *(group.dn for group in found)])
        while batch := climb.next():
            above = _found_groups(link, rules, base, holders_filter(batch, rules.holding_attributes))
            climb.add(group.dn for group in above)
            found += above
        is_cut = climb.is_cut
    kept = merged(group for group in found if not base or is_below(group.dn, base))
    return kept, is_cut


def _searched_groups(link: Link, rules: DirectoryRules, entry: DirectoryEntry, name: str) -> str:
    """The filter for a person's groups below the base."""
    primary = with_sid(primary_group_sid(entry))
    queries = [rules.group_filter(entry.dn, name), primary]
    if rules.nested_groups == IN_CHAIN_RULE:
        queries.append(in_chain_filter(entry.dn))
        if primary:
            # Membership in it is a number, which the server's rule does not climb over.
            above = _found_groups(link, rules, rules.group_search_base, primary)
            queries += [in_chain_filter(group.dn) for group in above]
    return any_of(*queries)


def _named_groups(
    link: Link, rules: DirectoryRules, entry: DirectoryEntry, name: str, known: set[str]
) -> list[DirectoryGroup]:
    """Those that the settings name by distinguished name: each is asked, unless memberOf told it already."""
    query = any_of(rules.group_filter(entry.dn, name), with_sid(primary_group_sid(entry)))
    found: list[DirectoryGroup] = []
    for dn in rules.named_groups:
        if "=" in dn and dn.casefold() not in known:
            found += _found_groups(link, rules, dn, query, only_base=True)
    return found


def _found_groups(
    link: Link, rules: DirectoryRules, base: str, query: str, *, only_base: bool = False
) -> list[DirectoryGroup]:
    wanted = (rules.group_name_attribute, "gidNumber")
    entries = _search(link, base, query, wanted, only_base=only_base)
    return [
        group
        for each in entries
        if (group := group_of(each, rules.group_name_attribute) or group_named(each.dn, "cn"))
    ]


def _search(
    link: Link, base: str, query: str, attributes: Sequence[str], *, only_base: bool = False
) -> tuple[DirectoryEntry, ...]:
    try:
        return link.search(base, query, attributes, only_base=only_base)
    except SearchRefusedError as refused:
        raise DirectoryRefusesUsError(f"searching {base:.120}: {refused}", "") from None
