"""Of which Google groups is somebody a member? Names as `team@a.example`, read from the answers of two APIs.

https://developers.google.com/workspace/admin/directory/reference/rest/v1/groups/list and
https://cloud.google.com/identity/docs/reference/rest/v1/groups.memberships/searchTransitiveGroups.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libretexts_hub.errors import ConfigurationError

LONGEST_ADDRESS = 254
ADDRESS = re.compile(r"[^\s@\x00-\x1f\x7f\"\\()<>,;:\[\]]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True)
class GroupPage:
    """One page of an answer: addresses with Google's id of the group, and the token of the next page."""

    groups: tuple[tuple[str, str], ...]
    next_token: str = ""


def fold_address(value: object) -> str:
    """An address of mail as Google compares it: without case. Empty for what is none."""
    text = value.strip().casefold() if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_ADDRESS and ADDRESS.fullmatch(text) else ""


def directory_page(answer: object) -> GroupPage | None:
    """A page of the Admin SDK; None for an answer of another shape. Somebody without groups has no list."""
    if not isinstance(answer, Mapping):
        return None
    listed = answer.get("groups", [])
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        return None
    return _page(answer, ((each.get("email"), each.get("id")) for each in listed))


def transitive_page(answer: object) -> GroupPage | None:
    """A page of Cloud Identity; None for an answer of another shape."""
    if not isinstance(answer, Mapping):
        return None
    listed = answer.get("memberships", [])
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        return None
    named = []
    for each in listed:
        key, name = each.get("groupKey"), each.get("group")
        address = key.get("id") if isinstance(key, Mapping) else None
        named.append((address, name.removeprefix("groups/") if isinstance(name, str) else ""))
    return _page(answer, named)


def _page(answer: Mapping[str, object], named: Iterable[tuple[object, object]]) -> GroupPage | None:
    token = answer.get("nextPageToken", "")
    if not isinstance(token, str):
        return None
    groups = ((fold_address(address), id_ if isinstance(id_, str) else "") for address, id_ in named)
    return GroupPage(tuple(pair for pair in groups if pair[0]), token)


def transitive_query(address: str) -> str:
    """The query for everybody's own groups, of those that are made for discussion (all of Workspace's are).

    An address may have an apostrophe, which is escaped; `fold_address` let no backslash through.
    """
    escaped = address.replace("'", "\\'")
    return f"member_key_id == '{escaped}' && 'cloudidentity.googleapis.com/groups.discussion_forum' in labels"


def wanted_groups(by_domain: Mapping[str, Iterable[str]], *, where: str) -> frozenset[str]:
    """`{"a.example": {"team"}}` as `team@a.example`. Raises ConfigurationError for what is no address."""
    found = set()
    for domain, names in by_domain.items():
        for name in names:
            address = fold_address(name if "@" in name else f"{name}@{domain}")
            if not address:
                raise ConfigurationError(
                    f"{name!r:.80} is not a group of {domain!r:.80}",
                    where=where,
                    fix='Write {"a.example": {"team"}} for team@a.example.',
                )
            found.add(address)
    return frozenset(found)


def has_any(groups: Iterable[str], wanted: frozenset[str], own_domain: str) -> bool:
    """Is one of `groups` wanted? One without a domain, from an operator's own code, is of `own_domain`."""
    folded = (group.strip().casefold() for group in groups)
    return any((name if "@" in name else f"{name}@{own_domain}") in wanted for name in folded)
