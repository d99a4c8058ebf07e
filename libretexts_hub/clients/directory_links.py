"""Which connection does a question to the directory go over: a kept one, a new one, another server's?"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from libretexts_hub.clients.directory_errors import DirectoryAwayError, DirectoryRefusesUsError
from libretexts_hub.clients.directory_link import Link, LinkBrokenError, LinkLimits, tls_context
from libretexts_hub.clients.directory_names import ServerNames
from libretexts_hub.domain.breaker import BreakerState
from libretexts_hub.domain.server_health import ServerHealth

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from libretexts_hub.clients.upstream import Observer
    from libretexts_hub.domain.directory_servers import DirectoryServer, TlsRules

Answer = TypeVar("Answer")
# Firewalls and servers forget who says nothing; Active Directory after 15 minutes.
IDLE_SECONDS = 240.0
# A service account whose password is wrong is not tried at every login: it would soon be locked.
REFUSED_SECONDS = 30.0
SERVICE, PERSON = "service", "person"


@dataclass
class Job:
    """One question of one person, from the loop's side: it can be given up, whatever its thread waits for."""

    is_over: bool = False
    link: Link | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give_up(self) -> None:
        """Free the thread: hang up the line it waits at."""
        with self._lock:
            self.is_over = True
            if self.link is not None:
                self.link.cut()

    def uses(self, link: Link | None) -> None:
        """Note the line. Raises LinkBrokenError when nobody waits for the answer any more."""
        with self._lock:
            if self.is_over and link is not None:
                raise LinkBrokenError("it took too long")
            self.link = link


class DirectoryLinks:
    """Kept connections of two kinds: those of the service account, which search, and those on which people
    log in. A person's is never searched with but by that person, right after the login.

    All methods block, and may be called from several threads.
    """

    def __init__(
        self,
        servers: tuple[DirectoryServer, ...],
        tls: TlsRules,
        limits: LinkLimits,
        *,
        service: tuple[str, bytes],
        kept: int,
        log: logging.Logger,
        observer: Observer,
    ) -> None:
        self._servers = servers
        self._tls = tls
        self._context = tls_context(tls)
        self._limits = limits
        self._names = ServerNames(limits.connect_seconds)
        self._service = service
        self._kept = kept
        self._log = log
        self._observer = observer
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, int], list[tuple[float, Link]]] = {}
        self._health = ServerHealth(
            len(servers), probe_seconds=2.0 * (limits.connect_seconds + limits.receive_seconds)
        )
        self._refused_until = 0.0
        self._is_closed = False

    def ask(self, kind: str, job: Job, work: Callable[[Link], Answer]) -> Answer:
        """What `work` learns over the first server that answers.

        Raises DirectoryAwayError, at once while every server is known to be away, and DirectoryRefusesUsError
        when the service account may not log in.
        """
        last = "it took too long" if job.is_over else ""
        for number in range(len(self._servers)):
            began = time.monotonic()
            with self._lock:
                if job.is_over or not self._health.may_ask(number, began):
                    continue
            try:
                answer = self._ask_one(kind, number, job, work)
            except LinkBrokenError as broken:
                last = str(broken)
                self._note_failure(number, began, last)
                if job.is_over:
                    break
                continue
            except BaseException:
                self._note_success(number, began)
                raise
            self._note_success(number, began)
            return answer
        raise DirectoryAwayError(last, self._servers)

    @property
    def is_known_away(self) -> bool:
        """Whether asking now would be in vain."""
        with self._lock:
            return not self._health.candidates(time.monotonic())

    def _ask_one(self, kind: str, number: int, job: Job, work: Callable[[Link], Answer]) -> Answer:
        kept = self._take(kind, number)
        if kept is not None:
            # The other side may have hung up in the meantime: a new line tells what is so.
            with contextlib.suppress(LinkBrokenError):
                return self._use(kind, number, job, kept, work)
        if job.is_over:
            raise LinkBrokenError("it took too long")
        link = Link(self._servers[number], self._tls, self._context, self._limits, self._names)
        return self._use(kind, number, job, link, lambda fresh: self._opened(kind, fresh, work), is_new=True)

    def _opened(self, kind: str, link: Link, work: Callable[[Link], Answer]) -> Answer:
        if kind == SERVICE and self._refused_until > time.monotonic():
            raise DirectoryRefusesUsError("it refused a moment ago", self._service[0])
        link.open()
        if kind == SERVICE and self._service[0]:
            refusal = link.bind(*self._service)
            if refusal is not None:
                self._refused_until = time.monotonic() + REFUSED_SECONDS
                raise DirectoryRefusesUsError(refusal.reason, self._service[0])
        return work(link)

    def _use(
        self,
        kind: str,
        number: int,
        job: Job,
        link: Link,
        work: Callable[[Link], Answer],
        *,
        is_new: bool = False,
    ) -> Answer:
        is_good = False
        try:
            job.uses(link)
            answer = work(link)
            is_good = True
            return answer
        except LinkBrokenError:
            raise
        except Exception:
            # The directory answered, only not what was hoped for. A line that never logged in is not kept.
            is_good = not is_new or kind == PERSON
            raise
        finally:
            job.uses(None)
            if is_good:
                self._keep(kind, number, link)
            else:
                link.close()

    def _take(self, kind: str, number: int) -> Link | None:
        now = time.monotonic()
        while True:
            with self._lock:
                idle = self._idle.get((kind, number))
                if not idle:
                    return None
                since, link = idle.pop()
            if now - since < IDLE_SECONDS:
                return link
            link.close()

    def _keep(self, kind: str, number: int, link: Link) -> None:
        with self._lock:
            idle = self._idle.setdefault((kind, number), [])
            if not self._is_closed and len(idle) < self._kept:
                idle.append((time.monotonic(), link))
                return
        link.close()

    def _note_failure(self, number: int, began: float, why: str) -> None:
        with self._lock:
            pause = self._health.failed(number, began=began, now=time.monotonic())
            stale = [link for kind in (SERVICE, PERSON) for _, link in self._idle.pop((kind, number), [])]
        for link in stale:
            link.cut()
            link.close()
        host = str(self._servers[number])
        self._observer.asked(host, "away", time.monotonic() - began)
        self._observer.breaker(host, BreakerState.OPEN)
        self._log.warning("Directory: %s. %s is left alone for %.0f s.", why, self._servers[number], pause)

    def _note_success(self, number: int, began: float) -> None:
        with self._lock:
            was_away = self._health.worked(number)
        host = str(self._servers[number])
        self._observer.asked(host, "answered", time.monotonic() - began)
        if was_away:
            self._observer.breaker(host, BreakerState.CLOSED)
            self._log.info("Directory: %s answers again.", self._servers[number])

    def close(self) -> None:
        """Hang up everything that is kept."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, {}
        for links in idle.values():
            for _, link in links:
                link.close()
