"""What does a run work with? The ports, the settings, and what ends it early."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.culler.mounts import Mounts
from libretexts_hub.culler.ports import (
    AuditPort,
    ClaimPort,
    Clock,
    DirectoryPort,
    HubPort,
    LeasePort,
    NoticePort,
    PodPort,
    SecretPort,
    SnapshotPort,
)
from libretexts_hub.domain.claims import Naming, Place
from libretexts_hub.domain.cull_policy import Policy
from libretexts_hub.domain.culling import AuditRecord
from libretexts_hub.domain.culling_errors import CullingError


@dataclass(frozen=True)
class Ports:
    """The world. Without `snapshots` no home of a rule with a snapshot goes; without `notices` none reaches
    anybody; without `directory` nobody is known to have left."""

    hub: HubPort
    claims: ClaimPort
    pods: PodPort
    audit: AuditPort
    lease: LeasePort
    clock: Clock
    secrets: SecretPort | None = None
    snapshots: SnapshotPort | None = None
    notices: NoticePort | None = None
    directory: DirectoryPort | None = None


@dataclass(frozen=True)
class Settings:
    """How a run goes. `concurrency`: people at a time; `most_claims`: of one person, more are kept.

    `only`: claims that may be deleted at all, by place, with their uid: a plan that was agreed to.
    `asks_hub`: no home goes where no state in the hub says that it leaves homes to the culler.
    """

    policy: Policy
    naming: Naming
    run: str = "run"
    concurrency: int = 16
    user_page: int = 200
    claim_page: int = 500
    most_claims: int = 100
    snapshot_seconds: float = 600.0
    snapshot_pause: float = 5.0
    only: Mapping[Place, str] | None = None
    asks_hub: bool = False


class EndedError(CullingError):
    """The run was ended: by a signal, a lost Lease, or something that was seen. No further change is made."""


@dataclass
class World:
    """One run. `ended` is why no more may be changed, `alarm` why nothing more may be deleted.

    `counts` are the steps that were taken, `errors` kinds of those that were not, `verdicts` and
    `verdict_bytes` what was decided about claims, once each.
    """

    ports: Ports
    settings: Settings
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("libretexts_hub.culler"))
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    verdict_bytes: Counter[str] = field(default_factory=Counter)
    ended: str = ""
    alarm: str = ""

    def __post_init__(self) -> None:
        self.mounts = Mounts(self.ports.pods)
        self._began = self.ports.clock.now(), self.ports.clock.monotonic()

    @property
    def now(self) -> float:
        """Seconds since 1970: the clock is read once, when the fuse compares it with others, and then only
        how much time has passed. So nobody makes a home old by setting the clock during a run."""
        wall, monotonic = self._began
        return wall + self.ports.clock.monotonic() - monotonic

    def end(self, reason: str) -> None:
        """No step is begun any more; the one in hand is finished."""
        self.ended = self.ended or reason

    def raise_alarm(self, reason: str) -> None:
        """Nothing more is deleted in this run."""
        if not self.alarm:
            self.alarm = reason
            self.log.error("Nothing more is deleted: %s.", reason)

    def may_change(self, *, deleting: bool = False, is_shared: bool = False) -> None:
        """Asked right before each change. Raises EndedError.

        `is_shared`: two cullers may do it as well as one, so it needs no Lease.
        """
        if not is_shared and not self.ports.lease.holds():
            self.end("another culler may hold the Lease")
            raise EndedError(
                "The Lease is not surely ours any more", where="lease", fix="The next run goes on."
            )
        if abs(self.ports.clock.now() - self.now) > self.settings.policy.fuse.clock:
            self.end("the clock was set, or the machine slept")
            raise EndedError(
                "The clock of this machine moved during the run",
                where="clock",
                fix="The next run looks again.",
            )
        if deleting and self.alarm:
            raise EndedError(self.alarm, where="the fuse", fix="Look at the hub, then run again.")

    async def audit(
        self,
        action: str,
        user: str,
        reason: str,
        *,
        claim: Place | None = None,
        uid: str = "",
        **details: object,
    ) -> None:
        """Write a line of the audit log. Raises CullingError; what it is about is then not done."""
        record = AuditRecord(self.now, action, user, reason, self.settings.run, claim, uid, details)
        await self.ports.audit.write(record)
