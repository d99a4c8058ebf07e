"""How does a test run a database by the very script of its container? As nobody, in folders of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from libretexts_hub.domain.start_scripts import start_script
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from tests.servers.engines import Engine

PATIENCE_SECONDS = 60
PASSWORD = "a-password-of-its-own"
LOG_BYTES = 8 * 2**20
# In memory, where it has room: what is proved is about processes that end, not about this disk.
MEMORY = Path("/dev/shm")
ROOM = 2**30


class Sidecar:
    """The container of a database: `volume` outlives it, `run` and `shared` are of one pod."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder, self.engine = folder, engine
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.settings: dict[str, str] = {}
        # Goes before the command; then it has to change the user too.
        self.prefix: list[str] = []
        self.inside: list[str] = []
        self.owner = "nobody" if os.geteuid() == 0 else None
        self.new_pod()

    def new_pod(self) -> None:
        """Every folder but the volume is empty again."""
        for name in ("run", "shared", "tmp"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("run", "shared", "tmp", "initial", "volume"):
            path = self.folder / name
            path.mkdir(exist_ok=True)
            if self.owner:
                path.chmod(0o755)
                shutil.chown(path, self.owner)
        (self.folder / "message").write_text("")
        (self.folder / "message").chmod(0o666)

    @property
    def data(self) -> Path:
        return self.folder / "volume" / "db"

    def start(self, *arguments: str) -> None:
        """Start the container; `until_started` waits for it."""
        folder = self.folder
        environment = dict(self.engine.environment) | {
            "DB_ENGINE": self.engine.name,
            "DB_NAME": "alice",
            "DB_PASSWORD": PASSWORD,
            "DB_ROOT_PASSWORD": "",
            "DB_FOLDER": str(self.data),
            "DB_RUN": str(folder / "run"),
            "DB_SHARED": str(folder / "shared"),
            "DB_INITIAL": str(folder / "initial"),
            "DB_DOWNLOADS": str(folder / "downloads"),
            "DB_SOURCES": "",
            "DB_PORT": str(self.port),
            "DB_LOG_BYTES": str(LOG_BYTES),
            "DB_START_SECONDS": "60",
            "DB_MESSAGE": str(folder / "message"),
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "tmp"),
            **self.settings,
        }
        script = ["/bin/sh", "-c", start_script(self.engine.name), "database"]
        command = [*self.prefix, *script, *self.engine.arguments, *arguments]
        who: dict[str, Any] = {}
        if self.owner and not self.prefix:
            who = {"user": self.owner, "group": pwd.getpwnam(self.owner).pw_gid, "extra_groups": []}
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stderr=log, stdout=log, cwd="/", start_new_session=True, **who
            )

    def until_started(self) -> None:
        """What the startup probe waits for."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (self.folder / "run" / "started").exists():
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.log}"
            assert time.monotonic() < end, self.log
            time.sleep(0.05)

    def until_ended(self) -> int:
        """The exit code of the container."""
        return self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """As a kubelet does it first."""
        self.process.send_signal(signal.SIGTERM)
        return self.until_ended()

    def kill(self) -> None:
        """Everything of the container at once, as without grace or at a power cut."""
        if self.process is None:
            return
        end = time.monotonic() + PATIENCE_SECONDS
        while (left := _of_session(self.process.pid)) and time.monotonic() < end:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        self.process.wait(PATIENCE_SECONDS)

    def engine_process(self) -> int:
        """The number of the engine's own first process."""
        file = self.folder / "run" / "engine.pid"
        if not file.exists():
            file = self.data / "data" / "postmaster.pid"
        return int(file.read_text().split()[0])

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @property
    def message(self) -> str:
        return (self.folder / "message").read_text()

    @property
    def problem(self) -> str:
        file = self.folder / "shared" / "PROBLEM.txt"
        return file.read_text() if file.exists() else ""

    def sql(self, text: str, *, user: str = "alice", password: str = PASSWORD, database: str = "alice"):
        """Run it as the notebook does: over TCP, with the password. The finished process."""
        environment = dict(self.engine.environment)
        if self.engine.name == "postgresql":
            environment |= {
                "PGPASSWORD": password,
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.port),
                "PGUSER": user,
            }
            command = ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", database]
        else:
            environment |= {"MYSQL_PWD": password}
            command = [
                "mariadb",
                "--no-defaults",
                "-h127.0.0.1",
                f"-P{self.port}",
                f"-u{user}",
                "-N",
                "--default-character-set=utf8mb4",
                database,
            ]
        return subprocess.run(
            command, input=text, env=environment, capture_output=True, text=True, check=False
        )

    def value(self, text: str) -> str:
        """What one query answers."""
        done = self.sql(text)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def make_folder() -> Path:
    """Where another user may go; pytest's own folders are closed to others."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="libretexts-db-", dir=MEMORY if has_room else None))
    folder.chmod(0o755)
    return folder


def _of_session(session: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found
