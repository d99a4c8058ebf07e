"""Which page of a list of tags comes next, and need a known page be sent again?

https://github.com/opencontainers/distribution-spec/blob/main/spec.md, "content discovery"; RFC 8288 for Link.
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from libretexts_hub.clients.registry_answers import AGAIN
from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.domain.repositories import Repository

LINK = re.compile(r'<([^<>]*)>((?:[ \t]*;[ \t]*[^\s=;,"<>]+(?:[ \t]*=[ \t]*(?:"[^"]*"|[^\s;,"<>]*))?)*)')
PARAMETER = re.compile(r';[ \t]*([^\s=;,"<>]+)(?:[ \t]*=[ \t]*(?:"([^"]*)"|([^\s;,"<>]*)))?')
# A list that ends at such a number of tags may be a page that has just become full.
PAGE_SIZES = range(50, 1001, 50)


@dataclass(frozen=True)
class Page:
    """One page of a list of tags, and what shows the registry that we have it already."""

    url: str
    tags: tuple[str, ...]
    following: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Listing:
    """All tags of a repository; hand it in again, and pages that did not change are not sent again."""

    pages: tuple[Page, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag once, in the order of the registry."""
        return tuple(dict.fromkeys(tag for page in self.pages for tag in page.tags))


def conditions(page: Page | None, listing: Listing) -> dict[str, str]:
    """The headers that ask for `page` of `listing` only if it changed; none where it has to be sent again.

    A last page that is full has to be: a tag more does not change the page, only the Link beside it, which no
    ETag covers.
    """
    if page is None:
        return {}
    if not page.following:
        first = len(listing.pages[0].tags)
        full = len(page.tags) >= first if len(listing.pages) > 1 else first in PAGE_SIZES
        if full:
            return {}
    if page.etag:
        return {"If-None-Match": page.etag}
    return {"If-Modified-Since": page.last_modified} if page.last_modified else {}


def following(links: list[str], page: str, repository: Repository) -> str:
    """The address of the next page, "" for none, from the Link headers of the page at that address.

    Only the query is taken from them, so that it is always this very list of this very registry; what names
    another one is refused. Raises RegistryError.
    """
    target = _next(", ".join(links))
    if target is None:
        return ""
    own = urlsplit(page)
    try:
        named = urlsplit(urljoin(page, target))
        ours = (
            named.scheme in ("http", "https")
            and (named.hostname or "").lower() == (own.hostname or "").lower()
            and _is_same_list(named.path, own.path)
        )
    except ValueError:
        ours = False
    if not ours:
        raise RegistryError("The next page is somewhere else", where=str(repository), fix=AGAIN)
    return urlunsplit((own.scheme, own.netloc, own.path, named.query, ""))


def _next(header: str) -> str | None:
    for link in LINK.finditer(header):
        if "next" in _relations(link[2]):
            return link[1]
    return None


def _relations(parameters: str) -> list[str]:
    """What the first `rel` says; RFC 8288 section 3.3 has the others ignored."""
    for name, quoted, bare in PARAMETER.findall(parameters):
        if name.lower() == "rel":
            return str(quoted or bare).lower().split()
    return []


def _is_same_list(named: str, own: str) -> bool:
    """Whether both paths mean one list. Behind a path of its own, Artifactory leaves the first part of the
    name out (RTFACT-18971) and Nexus adds its internal one (sonatype/nexus-public issue 1011)."""
    beyond = own.removeprefix("/v2")
    return named.endswith(own) or (named.startswith("/v2/") and beyond.endswith(named.removeprefix("/v2")))
