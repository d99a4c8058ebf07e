"""Does the directory know this person and password, and what does it say about them? Nothing here blocks."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from libretexts_hub.clients import directory_people as people
from libretexts_hub.clients.directory_errors import (
    DirectoryAwayError,
    DirectoryRefusesUsError,
    LoginRefusedError,
)
from libretexts_hub.clients.directory_link import LinkLimits, prepared_password
from libretexts_hub.clients.directory_links import PERSON, SERVICE, DirectoryLinks, Job
from libretexts_hub.clients.upstream import Observer
from libretexts_hub.domain.bind_refusals import AWAY, NEEDS_ENCRYPTION, UNKNOWN, WRONG, BindRefusal
from libretexts_hub.domain.directory_person import is_usable
from libretexts_hub.domain.directory_servers import TlsRules

if TYPE_CHECKING:
    from collections.abc import Callable

    from libretexts_hub.clients.directory_link import Link
    from libretexts_hub.domain.directory_entry import DirectoryEntry
    from libretexts_hub.domain.directory_person import DirectoryPerson
    from libretexts_hub.domain.directory_rules import DirectoryRules
    from libretexts_hub.domain.directory_servers import DirectoryServer

Answer = TypeVar("Answer")
NO_PASSWORD = BindRefusal("no_password", "no password was given")
BAD_NAME = BindRefusal("name", "the name is empty, too long, or has characters that can't be printed")
LONGEST_PASSWORD = 4096


@dataclass(frozen=True)
class DirectorySettings:
    """A directory and how it is asked. `login_seconds` bounds one login with all its waiting."""

    servers: tuple[DirectoryServer, ...]
    rules: DirectoryRules
    tls: TlsRules = field(default_factory=TlsRules)
    account: str = ""
    password: str = field(default="", repr=False)
    limits: LinkLimits = field(default_factory=LinkLimits)
    login_seconds: float = 20.0
    threads: int = 8

    @property
    def is_read_by_service(self) -> bool:
        """Whether the hub reads entries by itself; else each person reads their own, at a login only."""
        return self.rules.lookup_dn or bool(self.account)


class Directory:
    """A directory, asked in a few threads over connections that are kept.

    Raises OSError or ssl.SSLError for files of certificates that can't be read.
    """

    def __init__(
        self,
        settings: DirectorySettings,
        *,
        log: logging.Logger | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.settings = settings
        self._links = DirectoryLinks(
            settings.servers,
            settings.tls,
            settings.limits,
            service=(settings.account, prepared_password(settings.password)),
            kept=settings.threads,
            log=log or logging.getLogger(__name__),
            observer=observer or Observer(),
        )
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="directory")

    @property
    def is_known_away(self) -> bool:
        """Whether every server failed a moment ago: who asks gets that answer at once."""
        return self._links.is_known_away

    async def log_in(self, name: str, password: str) -> DirectoryPerson:
        """The person of this name and password.

        Raises LoginRefusedError, EntryError, DirectoryAwayError and DirectoryRefusesUsError.
        """
        if not is_usable(name):
            raise LoginRefusedError(BAD_NAME)
        octets = prepared_password(password) if len(password) <= LONGEST_PASSWORD else b""
        if not octets:
            raise LoginRefusedError(NO_PASSWORD if len(password) <= LONGEST_PASSWORD else WRONG)
        return await self._run(lambda job: self._log_in(job, name, octets))

    async def look_up(self, subject: tuple[str, str], dn: str, name: str) -> DirectoryPerson | None:
        """The person with this immutable id (attribute, text), who was `dn` before; None: gone.

        Raises what `log_in` raises. Only where the hub reads entries by itself.
        """
        return await self._run(lambda job: self._look_up(job, subject, dn, name))

    async def _run(self, work: Callable[[Job], Answer]) -> Answer:
        if self._links.is_known_away:
            raise DirectoryAwayError("", self.settings.servers)
        job = Job()
        try:
            async with asyncio.timeout(self.settings.login_seconds):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work, job)
        except TimeoutError:
            why = f"no answer after {self.settings.login_seconds:.0f} s"
            raise DirectoryAwayError(why, self.settings.servers) from None
        finally:
            job.give_up()

    def _log_in(self, job: Job, name: str, password: bytes) -> DirectoryPerson:
        rules, ask = self.settings.rules, self._links.ask
        if not rules.lookup_dn:
            if not self.settings.is_read_by_service:
                return ask(PERSON, job, lambda link: self._bind_and_read(link, name, password))
            dn = ask(PERSON, job, lambda link: self._bind(link, rules.bind_names(name), password))
            return ask(
                SERVICE,
                job,
                lambda link: people.complete(link, rules, people.read_entry(link, rules, dn, name), name),
            )
        entry = ask(SERVICE, job, lambda link: people.find_person(link, rules, name))
        if entry is None:
            raise LoginRefusedError(UNKNOWN)
        names = self._bind_names_of(entry)
        ask(PERSON, job, lambda link: self._bind(link, names, password))
        return ask(SERVICE, job, lambda link: people.complete(link, rules, entry, name))

    def _bind_names_of(self, entry: DirectoryEntry) -> tuple[str, ...]:
        """With what a person who was found logs in: their own entry, or what is no name of an entry.

        Active Directory takes name@domain. A template that makes a distinguished name could make another
        entry's than the one that was found, and then somebody would be let in as somebody else.
        """
        attribute = self.settings.rules.bind_attribute
        value = entry.text(attribute) if attribute else ""
        made = self.settings.rules.bind_names(value) if value else ()
        return tuple(name for name in made if "=" not in name) or (entry.dn,)

    def _bind_and_read(self, link: Link, name: str, password: bytes) -> DirectoryPerson:
        rules = self.settings.rules
        dn = self._bind(link, rules.bind_names(name), password)
        return people.complete(link, rules, people.read_entry(link, rules, dn, name), name)

    def _bind(self, link: Link, names: tuple[str, ...], password: bytes) -> str:
        """The first of these names that the password opens. Raises LoginRefusedError with what says most."""
        refusals = []
        for name in names:
            refusal = link.bind(name, password)
            if refusal is None:
                return name
            if refusal is AWAY:
                raise DirectoryAwayError(refusal.reason, (link.server,))
            if refusal is NEEDS_ENCRYPTION:
                raise DirectoryRefusesUsError(refusal.reason, name)
            refusals.append(refusal)
        telling = [each for each in refusals if each not in (WRONG, UNKNOWN)]
        raise LoginRefusedError((telling or [each for each in refusals if each is WRONG] or [UNKNOWN])[0])

    def _look_up(self, job: Job, subject: tuple[str, str], dn: str, name: str) -> DirectoryPerson | None:
        rules = self.settings.rules

        def found(link: Link) -> DirectoryPerson | None:
            entry = people.find_again(link, rules, subject, dn)
            return None if entry is None else people.complete(link, rules, entry, name)

        return self._links.ask(SERVICE, job, found)

    def close(self) -> None:
        """Hang up, without waiting for who is still waiting."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._links.close()
