"""How does a container's process start, end, and take its children with it?"""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO


class StartProblem(Exception):  # noqa: N818 - becomes RunContainerError
    """The command cannot be run; the text says why, as runc does."""


class Process:
    """A process that leads its own session and group, and the group's end.

    No signal can reach a process that is not ours: the group is signalled only while its leader has not
    been reaped, for as long the system cannot give the number away. When the leader ends, what is left of
    its group is killed before it is reaped, as the kernel does with a PID namespace. The end is noticed by
    a pidfd, without polling (without pidfds by a waiting thread).
    """

    def __init__(self, popen: "subprocess.Popen[bytes]") -> None:
        self._popen = popen
        self.pid = popen.pid
        self._exit: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._watch()

    @classmethod
    def start(
        cls, argv: Sequence[str], *, env: Mapping[str, str], directory: Path, output: IO[bytes] | int
    ) -> "Process":
        """Run `argv` with exactly this environment.

        Stdout and stderr go to `output`. StartProblem if it cannot.
        """
        try:
            popen = subprocess.Popen(  # noqa: S603 - running what a pod says is what this program is for
                argv,
                env=dict(env),
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            program = argv[0] if argv else ""
            what = "stat" if "/" in program else "executable file not found in $PATH"
            detail = f"{what} {program}: no such file or directory" if what == "stat" else what
            raise StartProblem(_container_error(f'exec: "{program}": {detail}')) from error
        except (OSError, ValueError, IndexError) as error:
            reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
            raise StartProblem(_container_error(f'exec: "{argv[0] if argv else ""}": {reason}')) from error
        return cls(popen)

    async def wait(self) -> int:
        """The exit code; 128 + n for the end by signal n."""
        return await asyncio.shield(self._exit)

    @property
    def has_ended(self) -> bool:
        """True when the leader has been reaped."""
        return self._exit.done()

    def signal(self, number: int) -> None:
        """Send a signal to the whole group; nothing happens when it has ended."""
        if self._popen.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """SIGKILL to the whole group."""
        self.signal(signal.SIGKILL)

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            descriptor = os.pidfd_open(self.pid)
        except (AttributeError, OSError):
            threading.Thread(target=self._wait_in_thread, args=(loop,), daemon=True).start()
            return

        def ended() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            self._reap()

        loop.add_reader(descriptor, ended)

    def _wait_in_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(self._reap)

    def _reap(self) -> None:
        self.kill()
        code = self._popen.wait()
        if not self._exit.done():
            self._exit.set_result(code if code >= 0 else 128 - code)


def _container_error(detail: str) -> str:
    return (
        "failed to create containerd task: unable to start container process: "
        f"error during container init: {detail}"
    )


class SimulatedProcess:
    """Stands for a process where an image is `simulated`: it ends, with 0, at the first signal."""

    pid = 0

    def __init__(self) -> None:
        self._ended = asyncio.Event()

    async def wait(self) -> int:
        """0, once it was told to end."""
        await self._ended.wait()
        return 0

    @property
    def has_ended(self) -> bool:
        """True after the first signal."""
        return self._ended.is_set()

    def signal(self, number: int) -> None:
        """End."""
        self._ended.set()

    def kill(self) -> None:
        """End."""
        self._ended.set()
