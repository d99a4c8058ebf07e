"""How does a test get a real directory? OpenLDAP's slapd with Planet Express, TLS and a replica."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.cluster import paths
from tests.servers.certificates import make_certificate
from tests.servers.ending import end_process
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).with_name("planetexpress")
BASE = "dc=planetexpress,dc=com"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
ROOT_DN, ROOT_PASSWORD = f"cn=admin,{BASE}", "the admin's password"
READER_DN, READER_PASSWORD = f"cn=reader,{BASE}", "the reader's password"
PACKAGES = ("slapd", "libldap-2.5-0", "libltdl7", "libwrap0", "libsasl2-2", "libnsl2")
# How an authenticator that may look people up finds them.
LOOKUP = {
    "lookup_dn": True,
    "lookup_dn_search_user": READER_DN,
    "lookup_dn_search_password": READER_PASSWORD,
    "user_search_base": BASE,
    "user_attribute": "uid",
}
START_SECONDS = 60
UNITS, CROWD = 1100, 10_000

CONFIGURATION = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
include {schema}/nis.schema
include {schema}/namedobject.schema
include {data}/group.schema
modulepath {modules}
moduleload back_mdb
moduleload memberof
moduleload ppolicy
moduleload syncprov
pidfile {folder}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit size.soft=unlimited size.hard=unlimited size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{root}" write by dn.exact="{reader}" read by users read by anonymous auth
database mdb
suffix "{base}"
rootdn "{root}"
rootpw "{root_password}"
directory {folder}/data
maxsize 67108864
dbnosync
index objectClass,uid,member,uniqueMember,memberUid,entryUUID eq
"""
OVERLAYS = """
overlay memberof
memberof-group-oc Group
memberof-member-ad member
overlay ppolicy
ppolicy_default "cn=default,ou=policies,{base}"
ppolicy_use_lockout
"""
PROVIDER = "overlay syncprov\n"
CONSUMER = """
syncrepl rid=001 provider=ldap://127.0.0.1:{port} type=refreshAndPersist searchbase="{base}" attrs="*,+"
  schemachecking=off retry="1 +" bindmethod=simple binddn="{root}" credentials="{root_password}"
"""


@cache
def unpacked() -> Path:
    """The folder with slapd: Debian's packages in the cache; root is not needed. Raises RuntimeError."""
    target = paths.cache_dir() / "debian" / f"slapd-{platform.machine()}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        download = ["apt-get", "download", "-qq", *PACKAGES]
        if subprocess.run(download, cwd=folder, capture_output=True).returncode and os.geteuid() == 0:
            subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
            subprocess.run(download, cwd=folder, capture_output=True, check=False)
        tree = Path(folder) / "tree"
        for archive in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", str(archive), str(tree)], check=True)
        if not (tree / "usr/sbin/slapd").exists():
            raise RuntimeError(f"apt-get download {' '.join(PACKAGES)}: slapd can't be had here")
        tree.chmod(0o755)
        with contextlib.suppress(OSError):  # somebody else was faster
            tree.rename(target)
    return target


@dataclass
class Slapd:
    """A running directory. `port` speaks LDAP and StartTLS, `tls_port` ldaps; `ca_file` verifies both.

    `provider_port`: it is a replica of the server there, and holds what that holds.
    """

    folder: Path
    provider_port: int = 0
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        files = [self.folder / name for name in ("certificate.pem", "key.pem", "ca.pem")]
        if not files[0].exists():
            make_certificate(self.folder)
        names = {"base": BASE, "root": ROOT_DN, "root_password": ROOT_PASSWORD, "reader": READER_DN}
        names |= {"folder": self.folder, "data": DATA, "port": self.provider_port}
        names |= dict(zip(("certificate", "key", "ca"), files, strict=True))
        names |= {"schema": unpacked() / "etc/ldap/schema", "modules": unpacked() / "usr/lib/ldap"}
        # On a replica memberOf and the policy's marks come from the provider.
        own = CONSUMER if self.provider_port else OVERLAYS + PROVIDER
        (self.folder / "slapd.conf").write_text((CONFIGURATION + own).format(**names))
        if not self.provider_port and not (self.folder / "data/data.mdb").exists():
            self._fill()
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def start(self) -> None:
        """Until it answers."""
        urls = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        self._process = subprocess.Popen(
            [*self._program("slapd"), "-h", urls, "-d", "0"],
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "slapd.log").open("ab"),
        )
        deadline = time.monotonic() + START_SECONDS
        while not (_answers(self.port) and _answers(self.tls_port)):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"slapd did not start: {(self.folder / 'slapd.log').read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            end_process(self._process)
            self._process = None

    def _fill(self) -> None:
        """Through slapadd, as the memberof overlay sees only what a running server is told: see `modify`."""
        text = "\n".join((DATA / name).read_text() for name in ("planetexpress.ldif", "more.ldif"))
        (self.folder / "all.ldif").write_text(_with_member_of(text) + _crowd())
        loaded = subprocess.run(
            [*self._program("slapadd"), "-q", "-l", str(self.folder / "all.ldif")],
            env=self._environment(),
            capture_output=True,
            text=True,
        )
        if loaded.returncode:
            raise RuntimeError(f"slapadd: {loaded.stderr[-2000:]}")

    def _program(self, name: str) -> list[str]:
        # One program with many names; it does what its own name says.
        return [str(unpacked() / f"usr/sbin/{name}"), "-f", str(self.folder / "slapd.conf")]

    def _environment(self) -> dict[str, str]:
        libraries = unpacked() / f"usr/lib/{platform.machine()}-linux-gnu"
        return {**os.environ, "LD_LIBRARY_PATH": str(libraries)}


def _with_member_of(text: str) -> str:
    """The LDIF with memberOf, which the overlay would have written had the groups been added one by one."""
    entries = [entry.strip("\n") for entry in text.split("\n\n") if "dn:" in entry]
    member_of: dict[str, list[str]] = {}
    for entry in entries:
        lines = entry.splitlines()
        dn = next(line[4:] for line in lines if line.startswith("dn: "))
        for line in lines:
            if line.startswith("member: "):
                member_of.setdefault(line[8:].casefold(), []).append(dn)
    done = []
    for entry in entries:
        dn = next(line[4:] for line in entry.splitlines() if line.startswith("dn: "))
        extra = [f"memberOf: {group}" for group in member_of.get(dn.casefold(), ())]
        done.append("\n".join([entry, *extra]))
    return "\n\n".join(done) + "\n"


def _crowd() -> str:
    """Somebody in more groups than fit on a page, and in a group of ten thousand names."""
    entries = [
        f"dn: uid=busy,{PEOPLE}\nobjectClass: inetOrgPerson\ncn: Busy\nsn: B\nuid: busy\nuserPassword: busy",
        f"dn: ou=units,{BASE}\nobjectClass: organizationalUnit\nou: units",
    ]
    entries += [
        f"dn: cn=unit-{number:04},ou=units,{BASE}\nobjectClass: posixGroup\ncn: unit-{number:04}\n"
        f"gidNumber: {40_000 + number}\nmemberUid: busy"
        for number in range(UNITS)
    ]
    members = (f"uniqueMember: uid=crowd-{number},{PEOPLE}" for number in range(CROWD - 1))
    everybody = f"dn: cn=everybody,{GROUPS}\nobjectClass: groupOfUniqueNames\ncn: everybody"
    entries.append("\n".join([everybody, *members, f"uniqueMember: uid=busy,{PEOPLE}"]))
    return "\n" + "\n\n".join(entries) + "\n"


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def directory(**options: int) -> Iterator[Slapd]:
    """A directory in a folder of its own, which goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="slapd-"))
    try:
        with Slapd(folder, **options) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)
