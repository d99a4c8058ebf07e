"""Who is process 1 of the cluster's namespaces? It starts and stops components on request and buries the
dead.

Run by the launcher as `unshare --pid --mount --net ... python -m tests.cluster.supervisor FOLDER`. When it
dies, by whatever signal, the kernel kills every process in the PID namespace, and with the last one the
mounts and the network devices are gone (pid_namespaces(7)). Requests come as one JSON line each over a socket
in the run's folder.
"""

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.cluster.components import KUBELET_FOLDER, commands
from tests.cluster.run import Run, environment

SOCKET = "supervisor.sock"
# The kubelet sets these for the whole machine, outside any namespace (pkg/kubelet/cm, setupKernelTunables).
# It finds copies in their place, and the machine keeps its own.
TUNABLES = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
# Fixed paths of the kubelet and of CNI; each gets a folder of the run mounted over it.
MOUNT_POINTS = (KUBELET_FOLDER, "/var/lib/cni", "/var/log/containers")


class Supervisor:
    """The table of components: name -> process, and how each ended."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.running: dict[str, subprocess.Popen] = {}
        self.ended: dict[str, int] = {}

    def answer(self, request: dict) -> dict:
        """Do what one request says. Raises KeyError for an unknown component or request."""
        actions = {"network": self.network, "start": self.start, "stop": self.stop, "status": lambda: None}
        arguments = [request["name"]] if "name" in request else []
        actions[request["do"]](*arguments)
        return {"running": {name: process.pid for name, process in self.running.items()}, "ended": self.ended}

    def network(self) -> None:
        """Give the cable's inner end, which the launcher has moved in here, its address."""
        for words in (
            ["link", "set", "lo", "up"],
            ["link", "set", "eth0", "up"],
            ["address", "add", f"{self.run.node_address}/30", "dev", "eth0"],
            ["route", "add", "default", "via", self.run.host_address],
        ):
            subprocess.run(["ip", *words], check=True)
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")  # of this network namespace only

    def start(self, name: str) -> None:
        """Start a component unless it runs; its output is appended to logs/NAME.log."""
        if name in self.running:
            return
        self.ended.pop(name, None)
        log = self.run.folder / "logs" / f"{name}.log"
        with log.open("ab") as output:
            self.running[name] = subprocess.Popen(
                commands(self.run)[name],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(self.run),
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """Kill a component and wait until it is gone; nothing happens when it does not run."""
        process = self.running.get(name)
        if process is not None:
            process.kill()
            process.wait()
            del self.running[name]
        self.ended.pop(name, None)  # on purpose, so nobody needs to worry about it

    def reap(self) -> None:
        """Collect every dead child: components, and orphans that the kernel gave to process 1."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._bury(pid, os.waitstatus_to_exitcode(status))

    def _bury(self, pid: int, code: int) -> None:
        for name, process in list(self.running.items()):
            if process.pid == pid:
                process.returncode = code  # already waited for; Popen must not wait again
                self.ended[name] = code
                del self.running[name]


def private_mounts(run: Run) -> None:
    """Mounts that only the cluster sees: its own /run, its own copies of paths that programs have built
    in."""
    _mount("--make-rprivate", "/")
    _mount("--make-rshared", "/")  # among ourselves, as the kubelet's mount propagation wants it
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    Path("/run/lock").mkdir()
    for point in MOUNT_POINTS:
        folder = run.folder / "private" / point.strip("/").replace("/", "-")
        folder.mkdir(parents=True)
        _mount("--bind", str(folder), point)
    for name in TUNABLES:
        tunable, copy = Path("/proc/sys") / name, run.folder / "private" / name.replace("/", "-")
        if tunable.exists():
            copy.write_text(tunable.read_text())
            _mount("--bind", str(copy), str(tunable))


def _mount(*words: str) -> None:
    subprocess.run([shutil.which("mount") or "/bin/mount", *words], check=True)


def serve(supervisor: Supervisor) -> None:
    """Answer requests until SIGTERM; dead children are collected in between."""
    wake_read, wake_write = os.pipe()
    for end in (wake_read, wake_write):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(str(supervisor.run.folder / SOCKET))
        listener.listen()
        selector.register(listener, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    _serve_one(supervisor, listener)
                else:
                    os.read(wake_read, 4096)
            supervisor.reap()


def _serve_one(supervisor: Supervisor, listener: socket.socket) -> None:
    connection, _ = listener.accept()
    connection.settimeout(5)
    with connection:
        try:
            line = _read_line(connection)
            if line:  # else somebody only looked whether we listen
                connection.sendall(json.dumps(_reply(supervisor, line)).encode() + b"\n")
        except OSError as error:  # the asker went away; process 1 must not
            print(f"a request was dropped: {error}", file=sys.stderr, flush=True)


def _reply(supervisor: Supervisor, line: bytes) -> dict:
    try:
        return supervisor.answer(json.loads(line))
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _read_line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(4096)
        if not part:
            break
        line += part
    return line


def main() -> None:
    run = Run.load(Path(sys.argv[1]))
    private_mounts(run)
    serve(Supervisor(run))


if __name__ == "__main__":
    main()
