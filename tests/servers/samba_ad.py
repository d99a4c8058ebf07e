"""How does a test get a domain controller of Active Directory? Samba's, from Debian's packages, in a chroot.

It needs root (chroot, ports 389 and 636), and at the first time some 120 MB of packages.
"""

from __future__ import annotations

import contextlib
import os
import platform
import random
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ldap3

from tests.cluster import paths
from tests.servers.ending import end_process

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "DC=ad,DC=example,DC=edu"
USERS = f"CN=Users,{BASE}"
ADMINISTRATOR = "administrator@ad.example.edu"
PASSWORD = "Passw0rd of a test"
NAME = "DC1.ad.example.edu"
PACKAGES = "samba samba-ad-provision samba-ad-dc samba-dsdb-modules python3-samba python3-markdown"
SYSTEM = "python3-dnspython base-files bash coreutils libc-bin"
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n",
    "etc/group": "root:x:0:\nadm:x:4:\nusers:x:100:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "etc/hosts": "127.0.0.1 localhost dc1 dc1.ad.example.edu\n",
}
DEVICES = {"null": 3, "zero": 5, "random": 8, "urandom": 9}
START_SECONDS = 60


def unpacked() -> Path:
    """The folder to change root into, in the cache. Raises RuntimeError."""
    target = paths.cache_dir() / "debian" / f"samba-ad-{platform.machine()}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        tree = Path(folder) / "tree"
        (Path(folder) / "archives/partial").mkdir(parents=True)
        (Path(folder) / "status").touch()  # as if nothing were installed, so that all it needs is fetched
        places = [f"-oDir::Cache::archives={folder}/archives", f"-oDir::State::status={folder}/status"]
        words = ["apt-get", "-y", "-qq", "--download-only", "--no-install-recommends", *places, "install"]
        done = subprocess.run([*words, *PACKAGES.split(), *SYSTEM.split()], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"samba can't be had here: {done.stderr[-500:]}")
        for archive in (Path(folder) / "archives").glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", str(archive), str(tree)], check=True)
        for name, text in FILES.items():
            (tree / name).write_text(text)
        for name, minor in DEVICES.items():
            os.mknod(tree / "dev" / name, 0o020666, os.makedev(1, minor))
        for name in ("tmp", "run/samba", "var/lib/samba/private", "var/log/samba", "var/cache/samba"):
            (tree / name).mkdir(parents=True, exist_ok=True)
        tree.rename(target)
    return target


@dataclass(frozen=True)
class Controller:
    """A running domain controller. `ca_file` verifies it under NAME."""

    address: str
    ca_file: Path

    def administrator(self) -> ldap3.Connection:
        server = ldap3.Server(self.address, port=636, use_ssl=True, get_info=ldap3.NONE)
        return ldap3.Connection(server, ADMINISTRATOR, PASSWORD, auto_bind=True)

    def add_user(self, name: str, **more: object) -> str:
        """A person with PASSWORD; the name of the entry."""
        dn = f"CN={name},{USERS}"
        usual = {
            "sAMAccountName": name,
            "unicodePwd": f'"{PASSWORD}"'.encode("utf-16-le"),
            "userAccountControl": 512,
        }
        self._add(dn, ["user"], {**usual, **more})
        return dn

    def add_group(self, name: str, *members: str) -> str:
        dn = f"CN={name},{USERS}"
        self._add(dn, ["group"], {"sAMAccountName": name, **({"member": list(members)} if members else {})})
        return dn

    def add_member(self, group: str, member: str) -> None:
        with self.administrator() as connection:
            assert connection.modify(group, {"member": [(ldap3.MODIFY_ADD, [member])]}), connection.result

    def _add(self, dn: str, classes: list[str], attributes: dict[str, object]) -> None:
        with self.administrator() as connection:
            assert connection.add(dn, classes, attributes), connection.result


@contextlib.contextmanager
def domain_controller() -> Iterator[Controller]:
    """A new domain on an address of its own of the loopback network."""
    root = unpacked()
    address = f"127.{random.randrange(64, 127)}.{random.randrange(256)}.{random.randrange(2, 254)}"
    folder = f"/tmp/domain-{secrets.token_hex(4)}"
    interfaces = [f"--option=interfaces={address}/8", "--option=bind interfaces only=yes"]
    provision = [
        "/usr/bin/samba-tool", "domain", "provision", "--realm=AD.EXAMPLE.EDU", "--domain=AD",
        "--host-name=dc1", f"--host-ip={address}", f"--adminpass={PASSWORD}", "--server-role=dc",
        "--dns-backend=NONE", "--use-rfc2307", f"--targetdir={folder}",
        "--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb", *interfaces,
    ]  # fmt: skip
    process = None
    try:
        subprocess.run(["chroot", str(root), *provision], check=True, capture_output=True)
        serve = ["/usr/sbin/samba", "-i", "-M", "single", "-s", f"{folder}/etc/smb.conf"]
        with (root / folder[1:] / "samba.log").open("ab") as log:
            process = subprocess.Popen(
                ["chroot", str(root), *serve, "--option=server services=ldap", *interfaces],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        ca_file = root / folder[1:] / "private/tls/ca.pem"
        deadline = time.monotonic() + START_SECONDS
        while not (ca_file.exists() and _answers(address)):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("samba did not start")
            time.sleep(0.1)
        yield Controller(address, ca_file)
    finally:
        if process is not None:
            end_process(process)
        shutil.rmtree(root / folder[1:], ignore_errors=True)


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, 636), timeout=1):
        return True
    return False
