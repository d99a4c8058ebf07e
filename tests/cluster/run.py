"""What does one run of the cluster consist of: names, addresses, folders?

Everything of a run lives in three places only: its folder, its own PID, mount and network namespaces, and its
cgroups. The kernel empties the namespaces when their first process dies, however it dies, so nothing else can
be left over.

One /16 is divided so that a single route of the machine reaches all of it: `.0.0/24` pods, `.96.0/20`
services, `.255.0/30` the cable between the machine (`.255.1`) and the node (`.255.2`).
"""

import dataclasses
import ipaddress
import json
import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster import paths
from tests.cluster.prerequisites import program

NODE = "node0"
MARKER = "LIBRETEXTS_HUB_CLUSTER"


@dataclass(frozen=True)
class Run:
    """The names of one run; made once, read by every command."""

    id: str
    network: str
    programs: str
    cni_plugins: str

    @property
    def folder(self) -> Path:
        """Everything on disk that belongs to the run, volumes and logs included."""
        return paths.runs_dir() / self.id

    @property
    def link(self) -> str:
        """The machine's end of the cable; at most 15 characters."""
        return f"lthub{self.id}"

    @property
    def cgroup(self) -> str:
        """Below this name in every hierarchy, the kubelet makes the cgroups of pods."""
        return f"libretexts-hub-{self.id}"

    @property
    def prefix(self) -> str:
        """The first two numbers of every address."""
        return ".".join(self.network.split(".")[:2])

    @property
    def host_address(self) -> str:
        """The machine, as pods see it: where a hub outside the cluster binds."""
        return f"{self.prefix}.255.1"

    @property
    def node_address(self) -> str:
        """The node: API server, kubelet and registry."""
        return f"{self.prefix}.255.2"

    @property
    def pod_range(self) -> str:
        """Addresses of pods."""
        return f"{self.prefix}.0.0/24"

    @property
    def service_range(self) -> str:
        """Addresses of services; the first is that of the API server."""
        return f"{self.prefix}.96.0/20"

    @property
    def server(self) -> str:
        """The API server, reachable from the machine and from pods."""
        return f"https://{self.node_address}:6443"

    @property
    def registry(self) -> str:
        """Host and port of the registry, reachable from the machine and from the node."""
        return f"{self.node_address}:5000"

    def program(self, name: str) -> str:
        """One of the programs that were built."""
        return str(Path(self.programs) / name)

    def save(self) -> None:
        """Write the names into the run's folder."""
        (self.folder / "run.json").write_text(json.dumps(dataclasses.asdict(self)))

    @staticmethod
    def load(folder: Path) -> "Run":
        """The run of this folder. Raises OSError or ValueError when it was never completely begun."""
        return Run(**json.loads((folder / "run.json").read_text()))


def new_run(programs: Path, cni_plugins: Path) -> Run:
    """A run with a fresh id and a network that nothing on this machine uses. Raises SetupError when none is
    free."""
    return Run(secrets.token_hex(3), free_network(used_networks()), str(programs), str(cni_plugins))


def used_networks() -> list[ipaddress.IPv4Network]:
    """Every IPv4 network that this machine has a route to, apart from the default route."""
    command = [program("ip"), "-json", "-4", "route", "show", "table", "all"]
    routes = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout or "[]")
    words = (route.get("dst", "default") for route in routes)
    return [ipaddress.IPv4Network(word, strict=False) for word in words if word != "default"]


def free_network(used: list[ipaddress.IPv4Network]) -> str:
    """A private /16 that overlaps none of `used`."""
    start = secrets.randbelow(190)
    for step in range(190):
        candidate = ipaddress.IPv4Network(f"10.{64 + (start + step) % 190}.0.0/16")
        if not any(candidate.overlaps(network) for network in used):
            return str(candidate)
    raise SetupError(
        "No private network is free for the cluster",
        where="ip route show table all",
        fix="Free one of 10.64.0.0/16 to 10.253.0.0/16.",
    )


def environment(run: Run) -> dict[str, str]:
    """The environment of every process of the run; the marker is how `down` finds one whose number it never
    learnt."""
    kept = {name: os.environ[name] for name in ("LIBRETEXTS_HUB_CACHE",) if name in os.environ}
    path = f"{run.programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {**kept, "PATH": path, "HOME": "/root", MARKER: run.id}
