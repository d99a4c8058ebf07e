"""What does the culler know about people, servers, claims and snapshots? Plain values.

Points in time are seconds since 1970 (UTC), lengths of time are seconds. None means not known, and what is
not known is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

HOME, DATABASE = "home", "database"


@dataclass(frozen=True, slots=True)
class HubServer:
    """A server of a person as the hub has it; `name` is empty for the default one.

    `pending` is spawn, stop or another word of the hub, empty when nothing is under way; `is_stopped`: there
    is a record and nothing runs. `state` is the spawner's, empty where the token may not read it.
    """

    name: str = ""
    is_ready: bool = False
    is_stopped: bool = True
    pending: str = ""
    started: float | None = None
    last_activity: float | None = None
    user_options: Mapping[str, object] = field(default_factory=dict)
    state: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HubUser:
    """A person as the hub has them. `servers` has the stopped ones only where one user was asked for."""

    name: str
    is_admin: bool = False
    groups: tuple[str, ...] = ()
    created: float | None = None
    last_activity: float | None = None
    servers: tuple[HubServer, ...] = ()


@dataclass(frozen=True, slots=True)
class UserPage:
    """A part of the hub's list. `total`: how many users the hub says it has; `hub_time`: its Date header."""

    users: tuple[HubUser, ...]
    offset: int
    total: int
    next_offset: int | None = None
    hub_time: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim. `bytes` is what it asks for (its size, where it is bound).

    `is_leaving`: it has a deletionTimestamp. `finalizers` without `kubernetes.io/pvc-protection`.
    """

    namespace: str
    name: str
    uid: str
    resource_version: str
    created: float | None = None
    is_leaving: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    storage_class: str = ""
    bytes: int = 0
    access_modes: tuple[str, ...] = ()
    volume: str = ""
    finalizers: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.namespace, self.name


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """A part of the API server's list. `next_token` is empty on the last page.

    `remaining`: how many more there are, None where the API server does not say; `server_time`: its Date
    header.
    """

    claims: tuple[Claim, ...]
    next_token: str = ""
    remaining: int | None = None
    server_time: float | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """A Secret without its data, which the culler never reads."""

    namespace: str
    name: str
    uid: str
    resource_version: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A VolumeSnapshot. `claim_uid`: of the claim it was taken of, from our annotation.

    `is_ready` is `status.readyToUse`; `error` what its driver said; `restore_bytes` its restore size;
    `is_retained`: the content's deletionPolicy is Retain, or the class's.
    """

    namespace: str
    name: str
    uid: str
    resource_version: str
    claim_name: str
    claim_uid: str
    is_ready: bool = False
    error: str = ""
    created: float | None = None
    restore_bytes: int | None = None
    is_retained: bool | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to one person. `kind`: mark, reminder, kept, server or deleted.

    `number` counts the reminders; `delete_after` is when the home may go; `reason` is for the person;
    `address` is where mail goes, empty where it is still to be looked up.
    """

    kind: str
    user: str
    claims: tuple[tuple[str, str], ...] = ()
    number: int = 0
    delete_after: float | None = None
    reason: str = ""
    server: str | None = None
    snapshot_kept_until: float | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a notice: the transports that took it (`mail`, `webhook`, `event`), and what failed.

    `has_reached`: a transport that reaches the person took it, by the operator's setting of which do.
    """

    by: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    has_reached: bool = False


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of the audit log: what was done to whom and why. `details` are JSON values."""

    time: float
    action: str
    user: str
    reason: str
    run: str
    claim: tuple[str, str] | None = None
    uid: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the last complete run saw. Kept on the Lease, so that it needs no storage and no further verb."""

    users: int | None = None
    claims: int | None = None
    finished: float | None = None
    newest_activity: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the directory says of a person. `is_member` None: it can't tell, so nothing follows from it."""

    is_member: bool | None = None
    since: float | None = None
    said_by: str = ""


UNKNOWN_STANDING = Standing()
