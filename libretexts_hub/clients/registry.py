"""Which tags does a repository hold, and which digest has a tag? Asked over the OCI distribution API.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md; Docker Hub, GHCR, Quay, GitLab,
Artifact Registry, Harbor and plain registries speak it.
"""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp

from libretexts_hub.clients.registry_answers import AGAIN, ask, check_status, origin, parsed, read
from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError
from libretexts_hub.clients.registry_tokens import SecretReader, Tokens
from libretexts_hub.domain.repositories import Repository

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
NEXT = re.compile(r'<([^<>]{1,2000})>\s*;[^,]*\brel\s*=\s*"?next"?', re.IGNORECASE)
MOST_PAGES = 2000
MOST_TAGS = 200_000
# Requests to one registry at a time: a hub that restarts must not look like an attack.
AT_ONCE = 4


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
        """Every tag, in the order of the registry."""
        return tuple(tag for page in self.pages for tag in page.tags)


class RegistryClient:
    """Asks registries. `secrets` reads the `.dockerconfigjson` of a Secret by its name."""

    def __init__(self, session: aiohttp.ClientSession, secrets: SecretReader | None = None) -> None:
        self._session = session
        self._tokens = Tokens(session, secrets)
        self._doors: dict[str, asyncio.Semaphore] = {}

    async def list_tags(self, repository: Repository, known: Listing | None = None) -> Listing:
        """All tags. A list that fits one page and did not change costs one conditional request.

        Raises RegistryError.
        """
        before = {page.url: page for page in known.pages} if known else {}
        pages: dict[str, Page] = {}
        # Without `n`: most registries send all tags at once, and one ETag then covers them all.
        url = f"{repository.api}/v2/{repository.name}/tags/list"
        while url:
            if url in pages or len(pages) >= MOST_PAGES:
                raise RegistryError("The list of tags does not end", where=str(repository), fix=AGAIN)
            pages[url] = await self._page(repository, url, before.get(url))
            url = pages[url].following
        listing = Listing(tuple(pages.values()))
        if len(listing.tags) > MOST_TAGS:
            raise RegistryError(
                f"There are more than {MOST_TAGS} tags", where=str(repository), fix="Delete some."
            )
        return listing

    async def digest(self, repository: Repository, tag: str) -> str:
        """The digest that `tag` has now: of the index where there is one. With a platform, the index must
        have it.

        Raises TagNotFoundError, or RegistryError when the registry does not say.
        """
        url = f"{repository.api}/v2/{repository.name}/manifests/{tag}"
        accept = {"Accept": ", ".join((*INDEXES, *MANIFESTS))}
        what = f"tag {tag!r:.130}"
        if not repository.connection.platform:
            async with self._request("HEAD", url, repository, accept) as answer:
                if answer.status in (200, 404):
                    check_status(answer, repository, what)
                    told = answer.headers.get("Docker-Content-Digest", "")
                    if DIGEST.fullmatch(told):
                        return told
        async with self._request("GET", url, repository, accept) as answer:
            check_status(answer, repository, what)
            body = await read(answer, repository)
            told = str(answer.headers.get("Docker-Content-Digest", ""))
            content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        if told.startswith("sha256:") and told != digest:
            raise RegistryError(
                "A manifest has not the digest that it is said to have", where=str(repository), fix=AGAIN
            )
        manifest = parsed(body, repository)
        if repository.connection.platform and (content_type in INDEXES or "manifests" in manifest):
            _check_platform(manifest, repository, what)
        return digest

    async def _page(self, repository: Repository, url: str, known: Page | None) -> Page:
        conditions = {}
        if known is not None and known.etag:
            conditions["If-None-Match"] = known.etag
        elif known is not None and known.last_modified:
            conditions["If-Modified-Since"] = known.last_modified
        async with self._request(
            "GET", url, repository, {"Accept": "application/json"} | conditions
        ) as answer:
            check_status(answer, repository, "repository of that name")
            if answer.status == 304:
                if known is None or not conditions:
                    raise RegistryError(
                        "It says that nothing changed, unasked", where=str(repository), fix=AGAIN
                    )
                return known
            body = parsed(await read(answer, repository), repository)
            tags = body.get("tags")
            if not isinstance(tags, list | None):
                raise RegistryError("The list of tags is no list", where=str(repository), fix=AGAIN)
            return Page(
                url,
                tuple(tag for tag in tags or () if isinstance(tag, str)),
                _following(answer, url, repository),
                answer.headers.get("ETag", ""),
                answer.headers.get("Last-Modified", ""),
            )

    @contextlib.asynccontextmanager
    async def _request(
        self, method: str, url: str, repository: Repository, headers: dict[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request; a 401 is answered once, also when a token that was good has ended."""
        door = self._doors.setdefault(repository.api, asyncio.Semaphore(AT_ONCE))
        async with door:
            known = self._tokens.known(repository)
            async with ask(self._session, method, url, repository, _with(headers, known)) as answer:
                if answer.status != 401:
                    yield answer
                    return
                challenge = ", ".join(answer.headers.getall("WWW-Authenticate", []))
            self._tokens.forget(repository)
            shown = await self._tokens.answer(repository, challenge)
            async with ask(self._session, method, url, repository, _with(headers, shown)) as answer:
                if answer.status == 401:
                    self._tokens.forget(repository)
                yield answer


def _with(headers: dict[str, str], authorization: str) -> dict[str, str]:
    return headers | ({"Authorization": authorization} if authorization else {})


def _following(answer: aiohttp.ClientResponse, url: str, repository: Repository) -> str:
    """The address of the next page: of this very list on this very host, or it is not followed."""
    found = NEXT.search(", ".join(answer.headers.getall("Link", [])))
    if not found:
        return ""
    following: str = urljoin(url, found[1])
    try:
        same = origin(following) == origin(url) and urlsplit(following).path == urlsplit(url).path
    except ValueError:
        same = False
    if not same:
        raise RegistryError("The next page is somewhere else", where=str(repository), fix=AGAIN)
    return following


def _check_platform(index: dict[str, object], repository: Repository, what: str) -> None:
    system, _, rest = repository.connection.platform.partition("/")
    processor, _, variant = rest.partition("/")
    manifests = index.get("manifests")
    for each in manifests if isinstance(manifests, list) else ():
        platform = each.get("platform") if isinstance(each, dict) else None
        if not isinstance(platform, dict):
            continue
        is_same = (platform.get("os"), platform.get("architecture")) == (system, processor)
        if is_same and (not variant or platform.get("variant") == variant):
            return
    raise TagNotFoundError(
        f"The {what} is not built for {repository.connection.platform}",
        where=str(repository),
        fix="Build it, or choose another tag.",
    )
