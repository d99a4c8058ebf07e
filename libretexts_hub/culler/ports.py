"""What does the culler need from the world? One Protocol for each thing that it asks or changes.

Rules for who implements them, in `clients/`:

- They raise only what `domain/culling_errors.py` names (and let CancelledError pass).
- Reads are retried inside, with jitter and Retry-After, up to a deadline. A change is sent again only when it
  surely had no effect (429, connection refused): between two tries somebody may have logged in, and only the
  sweep may judge again. Everything else is UnavailableError with `is_sure=False`.
- Names of people go into a URL quoted with `safe=""`.
- At no time are there more requests to one server than the `concurrency` that the client was made with.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from libretexts_hub.domain.culling import (
    AuditRecord,
    Claim,
    ClaimPage,
    HubUser,
    Ledger,
    Notice,
    Secret,
    Sent,
    Snapshot,
    Standing,
    UserPage,
)


class Clock(Protocol):
    """The time, so that tests own it."""

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, which no one can set."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class HubPort(Protocol):
    """The hub's REST API."""

    async def users(
        self,
        *,
        offset: int,
        limit: int,
        by_id: bool = False,
        with_stopped: bool = False,
        only_active: bool = False,
    ) -> UserPage:
        """One page of users. Raises PartialListError for a page that is cut or not understood.

        Without the three flags: all of them, oldest activity first (`sort=last_activity`), without the
        `state` filter and without stopped servers. `by_id`: in the order of their ids (`sort=id`), which
        nothing but a deletion shifts. `with_stopped`: with `include_stopped_servers` and their state.
        `only_active`: those with a running or pending server (`state=active`).
        """
        ...

    async def user(self, name: str) -> HubUser | None:
        """One person with their stopped servers and their state, read now; None for a sure 404."""
        ...

    async def delete_user(self, name: str) -> None:
        """Delete the record of a person. Raises GoneError, RefusedError (400, 500 of an active server)."""
        ...

    async def stop_server(self, user: str, server: str, *, remove: bool = False) -> bool:
        """Stop a server; whether it is stopped already (204) or about to be (202, False). `remove` forgets a
        named one too. Raises GoneError, RefusedError."""
        ...


class ClaimPort(Protocol):
    """Claims in the cluster."""

    async def page(self, *, token: str = "", limit: int = 500) -> ClaimPage:
        """One page of the claims of the namespaces that the culler looks after (or of all of them), their
        metadata, size and class. Raises PartialListError for an expired token."""
        ...

    async def get(self, namespace: str, name: str) -> Claim | None:
        """One claim, read now."""
        ...

    async def annotate(self, claim: Claim, changes: Mapping[str, str | None]) -> Claim:
        """Merge annotations, None removes one, if the claim still has this uid and resourceVersion.

        Returns it as it is then. Raises ConflictError, GoneError, ForbiddenError.
        """
        ...

    async def delete(self, claim: Claim) -> None:
        """Delete it with the preconditions uid and resourceVersion. Raises ConflictError, GoneError."""
        ...

    async def create(self, manifest: Mapping[str, object]) -> Claim:
        """Make a claim, for `restore`. Raises ConflictError where there is one of that name."""
        ...


class SecretPort(Protocol):
    """The Secrets of databases; metadata only (PartialObjectMetadata)."""

    async def get(self, namespace: str, name: str) -> Secret | None:
        """One Secret without its data."""
        ...

    async def delete(self, secret: Secret) -> None:
        """Delete it with the preconditions uid and resourceVersion. Raises ConflictError, GoneError."""
        ...


class PodPort(Protocol):
    """Who mounts what."""

    async def mounting(self, namespace: str, claims: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Names of the pods that name these claims, of any owner and label, in any phase but Succeeded and
        Failed (those that wait too). One whole list, read after the call began; PartialListError else."""
        ...


class SnapshotPort(Protocol):
    """VolumeSnapshots (snapshot.storage.k8s.io/v1)."""

    async def create(self, claim: Claim, name: str, annotations: Mapping[str, str]) -> Snapshot:
        """Ask for a snapshot under this name; one that is there for the same claim uid is returned.

        Raises ConflictError where the name belongs to another claim, ForbiddenError.
        """
        ...

    async def get(self, namespace: str, name: str) -> Snapshot | None:
        """One snapshot, with what its content says about being retained."""
        ...

    async def list(self) -> tuple[Snapshot, ...]:
        """All that the culler has made, for `restore` and for those whose time is over."""
        ...

    async def delete(self, snapshot: Snapshot) -> None:
        """Delete it with preconditions."""
        ...


class NoticePort(Protocol):
    """Mail, webhook, Kubernetes Event."""

    async def send(self, notice: Notice) -> Sent:
        """Send through every transport that is set. What fails is in the answer, never an exception."""
        ...

    async def address(self, notice: Notice) -> str:
        """Where mail would go now; empty where nobody knows. It never raises."""
        ...


class DirectoryPort(Protocol):
    """Whether a person is still in the directory or course."""

    async def standing(self, user: HubUser) -> Standing:
        """What is known; an error is a Standing that does not tell."""
        ...


class AuditPort(Protocol):
    """The append-only log of what was done."""

    async def write(self, record: AuditRecord) -> None:
        """Append one line, on disk when this returns. Raises CullingError; then nothing is deleted."""
        ...


class LeasePort(Protocol):
    """One runner at a time (coordination.k8s.io), and what the last run saw."""

    async def acquire(self) -> bool:
        """Take it; False where another one holds it."""
        ...

    def holds(self) -> bool:
        """Whether it is surely still ours: renewed in time by the monotonic clock. Asked before each
        change."""
        ...

    async def release(self) -> None:
        """Give it back."""
        ...

    async def ledger(self) -> Ledger:
        """What the last complete run saw."""
        ...

    async def remember(self, ledger: Ledger) -> None:
        """Write it down. Raises ConflictError where the Lease was taken away."""
        ...


class ArbiterPort(Protocol):
    """The operator's own word on a server."""

    async def allows(
        self, user: HubUser, server: str, *, idle: float | None, limit: float | None
    ) -> bool | None:
        """True culls, False keeps, None leaves it to the policy. One that raises keeps."""
        ...
