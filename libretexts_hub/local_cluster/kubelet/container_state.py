"""What is known about a container of a pod?"""

from dataclasses import dataclass, field
from enum import StrEnum

from libretexts_hub.local_cluster.store import Object


class Role(StrEnum):
    """What kind of container it is; a sidecar is an init container with restartPolicy Always."""

    INIT = "init"
    SIDECAR = "sidecar"
    MAIN = "main"


@dataclass(frozen=True)
class Termination:
    """How one attempt ended."""

    exit_code: int
    reason: str
    started_at: str
    finished_at: str
    container_id: str
    message: str = ""

    def as_object(self) -> Object:
        """As `state.terminated` shows it."""
        shown: Object = {
            "exitCode": self.exit_code,
            "reason": self.reason,
            "startedAt": self.started_at,
            "finishedAt": self.finished_at,
            "containerID": self.container_id,
        }
        return shown | ({"message": self.message} if self.message else {})


@dataclass
class ContainerState:
    """One container over all its attempts: running, or terminated, or waiting, the first that is set."""

    spec: Object
    role: Role
    waiting_reason: str = "ContainerCreating"
    waiting_message: str = ""
    running_since: str | None = None
    termination: Termination | None = None
    last_termination: Termination | None = None
    restart_count: int = 0
    container_id: str = ""
    image_id: str = ""
    started: bool = False
    ready: bool = False
    attempts: int = field(default=0)

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.spec["name"])

    def wait(self, reason: str, message: str = "") -> None:
        """It waits now; how it ended before, if it did, becomes the last state."""
        if self.termination is not None:
            self.last_termination, self.termination = self.termination, None
        self.running_since = None
        self.waiting_reason, self.waiting_message = reason, message
        self.started = self.ready = False

    def run(self, container_id: str, since: str) -> None:
        """It runs now."""
        if self.termination is not None:
            self.last_termination, self.termination = self.termination, None
        self.container_id, self.running_since = container_id, since

    def end(self, termination: Termination) -> None:
        """It has ended."""
        self.running_since = None
        self.termination = termination
        self.started = False
        self.ready = self.role is Role.INIT and termination.exit_code == 0

    def restarts_after(self, exit_code: int, policy: str) -> bool:
        """Whether it is started again after this exit code (podutil.ContainerShouldRestart)."""
        own = self.spec.get("restartPolicy")
        if own:
            policy = own
        elif self.role is Role.INIT and policy == "Always":
            policy = "OnFailure"
        return policy == "Always" or (policy == "OnFailure" and exit_code != 0)
