"""What does a culler have that asks no cluster? The clock of this machine, a Lease of its own."""

import asyncio
import inspect
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from typing import Any, NoReturn

from libretexts_hub.domain.culling import AuditRecord, Claim, ClaimPage, HubUser, Ledger
from libretexts_hub.errors import SetupError


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some moment, which no one can set."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class OnlyRunner:
    """A Lease that nobody else asks for: for servers, which two cullers may stop as well as one."""

    async def acquire(self) -> bool:
        """Always."""
        return True

    def holds(self) -> bool:
        """Always."""
        return True

    async def release(self) -> None:
        """Nothing is held."""

    async def ledger(self) -> Ledger:
        """Nothing is remembered."""
        return Ledger()

    async def remember(self, ledger: Ledger) -> None:
        """Nothing is."""


class NoCluster:
    """Claims and pods where no cluster was asked for: a policy without homes needs none."""

    async def page(self, *, token: str = "", limit: int = 500) -> ClaimPage:
        """Refused."""
        self._refuse()

    async def get(self, namespace: str, name: str) -> Claim | None:
        """Refused."""
        self._refuse()

    async def annotate(self, claim: Claim, changes: Mapping[str, str | None]) -> Claim:
        """Refused."""
        self._refuse()

    async def delete(self, claim: Claim) -> None:
        """Refused."""
        self._refuse()

    async def create(self, manifest: Mapping[str, object]) -> Claim:
        """Refused."""
        self._refuse()

    async def mounting(self, namespace: str, claims: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Refused."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise SetupError("No cluster was asked for", where="culler", fix="Write homes: in the policy.")


class LoggedAudit:
    """Where no file is set: lines in the log of the culler, which the cluster keeps or not."""

    def __init__(self, log: Any) -> None:
        self._log = log

    async def write(self, record: AuditRecord) -> None:
        """One line."""
        self._log.info("audit %s", asdict(record))


class CallableArbiter:
    """The operator's function: `(user, server, idle, limit)` -> true, false or None, at once or awaited."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    async def allows(
        self, user: HubUser, server: str, *, idle: float | None, limit: float | None
    ) -> bool | None:
        """What it says; only true, false and None count, anything else keeps."""
        answer = self._function(user=user, server=server, idle=idle, limit=limit)
        if inspect.isawaitable(answer):
            answer = await answer
        return answer if answer is None or isinstance(answer, bool) else False
