"""Where does the demo keep what outlives one run, and who may use it at a time?"""

import errno
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.errors import SetupError

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"


@dataclass(frozen=True)
class State:
    """One state folder; only its owner can read it."""

    folder: Path

    @property
    def hub(self) -> Path:
        """Database, cookie secret and working directory of the hub."""
        return self.folder / "hub"

    @property
    def cluster(self) -> Path:
        """What the embedded cluster keeps: objects, homes, its certificate."""
        return self.folder / "cluster"

    @property
    def logs(self) -> Path:
        """One log a process; each start begins a new one."""
        return self.folder / "logs"

    @property
    def kubeconfig(self) -> Path:
        """What `kubectl --kubeconfig` takes."""
        return self.folder / "kubeconfig"

    @property
    def processes(self) -> Path:
        """The processes of the current or the last run."""
        return self.folder / "processes.json"

    @property
    def password_file(self) -> Path:
        """The password of the four people."""
        return self.folder / "password"

    def password(self) -> str:
        """Made at the first start, the same ever after: three words that can be spoken, 55 bits."""
        return self._kept("password", lambda: "-".join(_word() for _ in range(3)))

    def crypt_key(self) -> str:
        """The key that encrypts auth_state in the hub's database."""
        return self._kept("hub/crypt_key", lambda: secrets.token_hex(32))

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name
        text = path.read_text().strip() if path.exists() else ""
        if not text:
            text = make()
            write_private(path, text + "\n")
        return text


def default_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_STATE_HOME/libretexts-hub/demo`, see the XDG base directory specification."""
    base = environ.get("XDG_STATE_HOME", "")
    home = Path(base) if os.path.isabs(base) else Path("~/.local/state").expanduser()
    return home / "libretexts-hub" / "demo"


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where downloads stay that any run can use: `$LIBRETEXTS_HUB_CACHE`, a system folder for root."""
    if named := environ.get("LIBRETEXTS_HUB_CACHE"):
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/cache/libretexts-hub")
    base = environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path("~/.cache").expanduser()) / "libretexts-hub"


@contextmanager
def opened(folder: Path) -> Iterator[State]:
    """The state folder, made if need be, held against a second demo until the end of the block.

    Raises SetupError when it can't be written, or when another demo uses it.
    """
    state = State(folder.absolute())
    try:
        for part in (state.folder, state.hub, state.cluster, state.logs):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (state.folder / "lock").open("a")
    except OSError as error:
        raise _not_usable(state.folder, error) from error
    with lock:
        _hold(lock.fileno(), state.folder)
        yield state


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; it appears whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)


def _hold(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise _not_usable(folder, error) from error
        fix = "Stop it with Ctrl-C, or name another folder with --state-dir."
        raise SetupError(
            "Another demo is running with this state folder", where=str(folder), fix=fix
        ) from None


def _not_usable(folder: Path, error: OSError) -> SetupError:
    what = f"The state folder can't be written: {error.strerror}"
    return SetupError(
        what, where=str(folder), fix="Make it writable, or name another folder with --state-dir."
    )


def _word() -> str:
    return "".join(secrets.choice(letters) for letters in (CONSONANTS, VOWELS) * 3)
