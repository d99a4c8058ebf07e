"""Which tags does a repository hold, and which digest has a tag? Asked over the OCI distribution API.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md; Docker Hub, GHCR, Quay, GitLab,
Artifact Registry, Harbor and plain registries speak it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import aiohttp

from libretexts_hub.clients.registry_answers import AGAIN, ask, check_status, parsed, read
from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError
from libretexts_hub.clients.registry_manifests import ACCEPT, DIGEST, is_built_for, own_digest
from libretexts_hub.clients.registry_paging import Listing, Page, conditions, following
from libretexts_hub.clients.registry_tokens import SecretReader, Tokens
from libretexts_hub.domain.repositories import Repository
from libretexts_hub.domain.tags import TAG

MOST_PAGES = 2000
MOST_TAGS = 200_000
# A list is whole after this, however slowly its pages come.
LIST_SECONDS = 300.0
# Requests to one registry at a time: a hub that restarts must not look like an attack.
AT_ONCE = 4
# Digests whose platforms are known: what has a digest never changes.
MOST_REMEMBERED = 10_000
# How a registry says that it doesn't know HEAD for manifests.
NO_HEAD = (400, 405, 501)


class RegistryClient:
    """Asks registries. `secrets` reads the `.dockerconfigjson` of a Secret by its name."""

    def __init__(self, session: aiohttp.ClientSession, secrets: SecretReader | None = None) -> None:
        self._session = session
        self._tokens = Tokens(session, secrets)
        self._doors: dict[tuple[str, bool], asyncio.Semaphore] = {}
        self._asking: dict[tuple[Repository, str, bool], asyncio.Task[str]] = {}
        self._built: dict[tuple[Repository, str], bool] = {}

    async def list_tags(self, repository: Repository, known: Listing | None = None) -> Listing:
        """All tags. A list that fits one page and did not change costs one conditional request.

        Raises RegistryError.
        """
        try:
            async with asyncio.timeout(LIST_SECONDS):
                return await self._pages(repository, known or Listing())
        except TimeoutError:
            raise RegistryError(
                f"The list of tags is not whole after {LIST_SECONDS:.0f} s", where=str(repository), fix=AGAIN
            ) from None

    async def digest(self, repository: Repository, tag: str, *, is_awaited: bool = False) -> str:
        """The digest that `tag` has now: of the index where there is one. With a platform, the index must
        have it. Whoever asks the same at the same time shares one request; when it `is_awaited` by a person,
        it does not queue behind the hub's own reading.

        Raises TagNotFoundError, or RegistryError when the registry does not say.
        """
        if not TAG.fullmatch(tag):
            raise TagNotFoundError(
                f"{tag!r:.130} is no tag", where=str(repository), fix="Choose one of the list."
            )
        key = (repository, tag, is_awaited)
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._digest(*key), name=f"digest of {tag}")
            asking.add_done_callback(partial(self._answered, key))
        return await asyncio.shield(asking)

    def _answered(self, key: tuple[Repository, str, bool], asking: asyncio.Task[str]) -> None:
        self._asking.pop(key, None)
        if not asking.cancelled():
            asking.exception()  # seen, also when nobody waits any more

    # Tags ---------------------------------------------------------------------------------------------------

    async def _pages(self, repository: Repository, known: Listing) -> Listing:
        before = {page.url: page for page in known.pages}
        pages: dict[str, Page] = {}
        count = 0
        # Without `n`: most registries send all tags at once, and one ETag then covers them all.
        url = f"{repository.api}/v2/{repository.name}/tags/list"
        while url:
            if url in pages or len(pages) >= MOST_PAGES:
                raise RegistryError("The list of tags does not end", where=str(repository), fix=AGAIN)
            page = before.get(url)
            pages[url] = await self._page(repository, url, page, conditions(page, known))
            count += len(pages[url].tags)
            if count > MOST_TAGS:
                raise RegistryError(
                    f"There are more than {MOST_TAGS} tags", where=str(repository), fix="Delete some."
                )
            url = pages[url].following
        return Listing(tuple(pages.values()))

    async def _page(self, repository: Repository, url: str, known: Page | None, sent: dict[str, str]) -> Page:
        headers = {"Accept": "application/json"} | sent
        async with self._request("GET", url, repository, headers) as answer:
            check_status(answer, repository, "repository of that name")
            links = answer.headers.getall("Link", [])
            if answer.status == 304:
                if known is None or not sent:
                    raise RegistryError(
                        "It says that nothing changed, unasked", where=str(repository), fix=AGAIN
                    )
                new = following(links, url, repository)
                return replace(known, following=new) if new not in ("", known.following) else known
            tags = parsed(await read(answer, repository), repository).get("tags")
            if not isinstance(tags, list | None):
                raise RegistryError("The list of tags is no list", where=str(repository), fix=AGAIN)
            return Page(
                url,
                tuple(tag for tag in tags or () if isinstance(tag, str) and TAG.fullmatch(tag)),
                following(links, url, repository),
                answer.headers.get("ETag", ""),
                answer.headers.get("Last-Modified", ""),
            )

    # Digests ------------------------------------------------------------------------------------------------

    async def _digest(self, repository: Repository, tag: str, is_awaited: bool) -> str:
        platform = repository.connection.platform
        # HEAD first: unlike GET it is not counted as a pull (https://docs.docker.com/docker-hub/usage/pulls/).
        digest = await self._head(repository, tag, is_awaited)
        if digest and not platform:
            return digest
        if not digest or (repository, digest) not in self._built:
            digest, manifest = await self._manifest(repository, tag, digest, is_awaited)
            self._built[repository, digest] = not platform or is_built_for(manifest, platform)
            if len(self._built) > MOST_REMEMBERED:
                del self._built[next(iter(self._built))]
        if not self._built[repository, digest]:
            raise TagNotFoundError(
                f"The tag {tag!r:.130} is not built for {platform}",
                where=str(repository),
                fix="Build it, or choose another tag.",
            )
        return digest

    async def _head(self, repository: Repository, tag: str, is_awaited: bool) -> str:
        """The digest as the registry says it; "" where it does not, as some, ECR among them, did not."""
        url, accept = _manifest_url(repository, tag), {"Accept": ACCEPT}
        async with self._request("HEAD", url, repository, accept, is_awaited=is_awaited) as answer:
            if answer.status in NO_HEAD:
                return ""
            check_status(answer, repository, f"tag {tag!r:.130}")
            told = answer.headers.get("Docker-Content-Digest", "")
            return told if DIGEST.fullmatch(told) else ""

    async def _manifest(
        self, repository: Repository, tag: str, digest: str, is_awaited: bool
    ) -> tuple[str, dict[str, object]]:
        """The manifest, by its digest where that is known, and the digest that it really has."""
        url, accept = _manifest_url(repository, digest or tag), {"Accept": ACCEPT}
        async with self._request("GET", url, repository, accept, is_awaited=is_awaited) as answer:
            if digest and answer.status == 404:
                raise RegistryError(
                    "It has no manifest of the digest that it told", where=str(repository), fix=AGAIN
                )
            check_status(answer, repository, f"tag {tag!r:.130}")
            body = await read(answer, repository)
            told = digest or answer.headers.get("Docker-Content-Digest", "")
        return own_digest(body, told, repository), parsed(body, repository)

    # Requests -----------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _request(
        self,
        method: str,
        url: str,
        repository: Repository,
        headers: dict[str, str],
        *,
        is_awaited: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request; a 401 is answered once, also when a token that was good has ended."""
        door = self._doors.setdefault((repository.api, is_awaited), asyncio.Semaphore(AT_ONCE))
        async with door:
            shown = self._tokens.known(repository)
            async with ask(self._session, method, url, repository, _with(headers, shown)) as answer:
                if answer.status != 401:
                    yield answer
                    return
                challenge = ", ".join(answer.headers.getall("WWW-Authenticate", []))
            shown = await self._tokens.answer(repository, challenge, refused=shown)
            async with ask(self._session, method, url, repository, _with(headers, shown)) as answer:
                if answer.status == 401:
                    self._tokens.forget(repository, shown)
                yield answer


def _with(headers: dict[str, str], authorization: str) -> dict[str, str]:
    return headers | ({"Authorization": authorization} if authorization else {})


def _manifest_url(repository: Repository, reference: str) -> str:
    return f"{repository.api}/v2/{repository.name}/manifests/{reference}"
