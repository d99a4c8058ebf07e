"""Where are the other pages of a list at GitHub? All at once where it says which is the last, else in turn.

https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api; RFC 8288 for Link.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from libretexts_hub.clients.origins import origin_text, same_origin
from libretexts_hub.clients.registry_paging import LINK, PARAMETER
from libretexts_hub.clients.upstream_errors import UpstreamError

# Of a hundred rows each: nobody is in five thousand organisations.
MOST_PAGES = 50


def links(header: str, page: str) -> dict[str, str]:
    """Relation -> address, from the Link header of the page at that address.

    Raises UpstreamError when one of them is at another host: the token would go along.
    """
    found: dict[str, str] = {}
    for target, parameters in LINK.findall(header):
        for name, quoted, bare in PARAMETER.findall(parameters):
            if name.lower() == "rel":
                for relation in (quoted or bare).lower().split():
                    found.setdefault(relation, target)
                break
    return {
        relation: same_origin(page, _joined(page, target))
        for relation, target in found.items()
        if relation in ("next", "last")
    }


def other_pages(listed: Mapping[str, str]) -> list[str]:
    """The addresses of all pages from the second to the last one; none where they can't be told beforehand.

    Raises UpstreamError for more than MOST_PAGES.
    """
    following, last = _page(listed.get("next", "")), _page(listed.get("last", ""))
    if following is None or last is None or following > last:
        return []
    if last > MOST_PAGES:
        raise too_many(listed["last"])
    return [_with_page(listed["last"], number) for number in range(following, last + 1)]


def too_many(url: str) -> UpstreamError:
    """What to raise for a list that does not end."""
    return UpstreamError(f"A list has more than {MOST_PAGES} pages", where=origin_text(url))


def _joined(page: str, target: str) -> str:
    try:
        return urljoin(page, target)
    except ValueError:
        return "?"


def _page(url: str) -> int | None:
    number = dict(parse_qsl(urlsplit(url).query)).get("page", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 7 else None


def _with_page(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = urlencode({**dict(parse_qsl(parts.query)), "page": number})
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
