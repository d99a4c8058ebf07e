"""Where is each secret of the site? Only where the table below says; everything else is searched for it.

Objects of the cluster, logs, disks and processes of pods, what runs on the machine, pages, answers of REST.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from libretexts_hub.demo.browser import VisitError
from tests.servers.fake_github import CLIENT_SECRET
from tests.servers.oidc import SECRET
from tests.servers.slapd import READER_PASSWORD
from tests.site import people
from tests.site.visits import MARKS

if TYPE_CHECKING:
    from collections.abc import Awaitable

pytestmark = MARKS
SECRETS_FOLDER = "container/usr/local/etc/jupyterhub/secret"
OBJECTS = "pods,secrets,configmaps,events,pvc,services,serviceaccounts,leases,roles"
# In a pod, what a person's own programs see: every process, its words and its environment, and every file.
PROCESSES = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
DISK = "grep -rlsaF -f - --exclude-dir=proc --exclude-dir=sys / 2>/dev/null || true"
OF_THE_CHART = (
    "hub.services.culler.apiToken",
    "hub.config.JupyterHub.cookie_secret",
    "hub.config.CryptKeeper.keys",
)
SHORTEST = 12
STUDENT, OTHER = people.STUDENT.name, people.IDLER.name

PAGES = (
    *("nowhere", f"user/{OTHER}/lab", "admin", "why", "spawn/github-nobody", "error/500", "error/503"),
    *("github/oauth_callback?code=x&state=y", "google/oauth_callback?error=x", "login?next=//evil.example"),
)
CHOICES = ({"image": "nowhere"}, {"image": "course-db101", "size": "gpu"}, {"token": "x"})
MODELS = (
    *("user", "users", "info", "services", "groups", "proxy"),
    *(f"users/{STUDENT}", f"users/{STUDENT}/tokens", f"users/{OTHER}", f"users/{OTHER}/tokens"),
)


@dataclass(frozen=True)
class Secret:
    """A secret, and where it has to be: `objects`, `environment` of whose pod, `hub_files`."""

    what: str
    value: str = field(repr=False)
    objects: tuple[str, ...] = ()
    environment_of: str = ""
    hub_files: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """As it is, and as a Secret's data has it, whatever stands before it."""
        raw = self.value.encode()
        made = [base64.b64encode(b"x" * before + raw).decode() for before in range(3)]
        # The first and last letters of each also hold a part of what is beside it.
        inner = tuple(each[4 * (before > 0) + 4 : -8] for before, each in enumerate(made))
        return (self.value, *(each for each in inner if len(each) >= 12))

    def is_in(self, text: str) -> bool:
        return any(each in text for each in self.spellings)


async def variable(site, name: str, key: str) -> str:
    return (await site.inside(name, f"printenv {key}")).strip()


async def all_of(site) -> list[Secret]:
    """Every secret that there is while two students work."""
    folder = site.folder / SECRETS_FOLDER
    found = [
        Secret("client secret at GitHub", CLIENT_SECRET),
        Secret("client secret at Google and CILogon", SECRET),
        Secret("password of the hub's account at the directory", READER_PASSWORD),
        Secret("token of the proxy's API", site.hub.proxy_token),
        Secret("key of Google's service account", key_of(site.servers.google_key)),
        Secret("token of the culler in the cluster", site.held.token),
        Secret("token of the hub in the cluster", token_of(site.folder / "hub.kubeconfig")),
        *(Secret(f"the chart's {name}", (folder / name).read_text().strip()) for name in OF_THE_CHART),
    ]
    for token, (login, _) in site.servers.github.tokens.items():
        found.append(Secret(f"an access token of {login} at GitHub", token))
    for name in (STUDENT, OTHER):
        own = await variable(site, name, "JUPYTERHUB_API_TOKEN")
        found.append(Secret(f"token of the server of {name}", own, ("Pod",), name))
        password = await variable(site, name, "DATABASE_PASSWORD")
        found.append(Secret(f"password of the database of {name}", password, ("Secret",), name))
    assert [each.what for each in found if len(each.value) < SHORTEST] == []
    return found


def key_of(path: Path) -> str:
    """A line from the middle of a private key."""
    return str(json.loads(path.read_text())["private_key"].splitlines()[2])


def token_of(path: Path) -> str:
    """What a kubeconfig logs in with."""
    return str(yaml.safe_load(path.read_text())["users"][0]["user"]["token"])


def started_with() -> str:
    """The words of every process of this machine."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return "\n".join(found)


async def tried(asking: Awaitable[Any]) -> str:
    """What it said, or how it refused."""
    try:
        answer = await asking
    except VisitError as error:
        return str(error)
    return getattr(answer, "html", "") or json.dumps(answer, default=str)


async def test_objects_of_the_cluster(site, student, other):
    listed = json.loads(await site.kubectl("get", OBJECTS, "-o", "json"))["items"]
    assert {"Pod", "Secret", "Event", "PersistentVolumeClaim"} <= {each["kind"] for each in listed}
    for secret in await all_of(site):
        places = {each["kind"] for each in listed if secret.is_in(json.dumps(each))}
        assert places <= set(secret.objects), (secret, places)
        if secret.objects:
            assert places, f"{secret} is found where it has to be: else this test sees nothing"
    of_student = [
        each for each in listed if each["kind"] == "Pod" and STUDENT in json.dumps(each["metadata"])
    ]
    for secret in await all_of(site):
        if secret.environment_of == OTHER:
            assert not secret.is_in(json.dumps(of_student))


async def test_what_the_hub_and_the_proxy_log_and_keep(site, student, other):
    logs = site.logged() + (site.hub.folder / "proxy.log").read_text(errors="replace")
    files = {
        path: path.read_bytes().decode(errors="replace")
        for path in site.hub.folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    assert any(path.name == "hub.sqlite" for path in files)
    for secret in await all_of(site):
        assert not secret.is_in(logs), secret
        assert [path.name for path, text in files.items() if secret.is_in(text)] == [], secret


async def test_disk_and_processes_of_a_pod(site, student, other):
    """The notebook's, and those of the database beside it."""
    secrets = await all_of(site)
    for container in ("notebook", "database"):
        seen = await site.inside(STUDENT, PROCESSES, container=container)
        for secret in secrets:
            if secret.is_in(seen):
                assert secret.environment_of == STUDENT, (secret, container)
    own = [each for each in secrets if each.environment_of == STUDENT]
    others = [each for each in secrets if each not in own]
    assert await on_disk(site, others) == []
    for path in await on_disk(site, own):
        # A file that Jupyter Server writes for its own tools, or the Secret as the kubelet mounts it.
        look = f"stat -c %a:%u $(dirname {path}); stat -f -c %T {path}"
        folder, kind = (await site.inside(STUDENT, look)).split()
        is_runtime_file = "/jupyter/runtime/jpserver-" in path
        mode, owner = folder.split(":")
        # Nobody else enters it. A volume's group, which a kubelet gives it when it is mounted again, is that
        # of this one pod.
        is_own = mode.endswith("0") and owner == "1005001"
        assert is_own if is_runtime_file else kind == "tmpfs", (path, folder, kind)


async def on_disk(site, secrets: list[Secret]) -> list[str]:
    """The files that the student can read with one of these in them."""
    return (await site.inside(STUDENT, DISK, text="\n".join(each.value for each in secrets))).splitlines()


async def test_what_runs_on_the_machine_is_started_without_them(site, student, other):
    """Anybody on a node reads the words of a process; its environment only its owner."""
    words = await asyncio.to_thread(started_with)
    assert "configurable-http-proxy" in words
    assert "kubelet" in words
    for secret in await all_of(site):
        assert not secret.is_in(words), secret


async def test_pages_that_refuse(site, student, other):
    """404, 403, 400, 405, 424 and 503, as page and as REST; and what another person's models say."""
    said = [await tried(student.open(path)) for path in PAGES]
    said += [await tried(student.hub_api("POST", f"users/{STUDENT}/servers/x", each)) for each in CHOICES]
    said += [await tried(student.hub_api("GET", path)) for path in MODELS]
    for secret in await all_of(site):
        assert not [text for text in said if secret.is_in(text)], secret
