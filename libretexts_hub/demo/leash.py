"""How does a child process end when its parent was killed without a chance to say goodbye?

Run as a script, `leash.py PARENT COMMAND...` asks Linux for SIGTERM at the parent's death and becomes the
command. Elsewhere it only becomes the command; the demo's next start ends what is left (leftovers.py).
"""

import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def command(words: list[str]) -> list[str]:
    """`words` on the leash of the calling process; fork in the main thread, since Linux watches that."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *words]


def hold(parent: int) -> None:
    """Ask for SIGTERM when the parent ends. See prctl(2), PR_SET_PDEATHSIG: it survives execve."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            sys.exit(1)


if __name__ == "__main__":
    hold(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 (a shell is what we avoid)
