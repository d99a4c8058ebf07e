"""Do people of two groups land on different nodes of a real cluster, as themselves, with git and a database?

One hub, with the rights that `libretexts-hub roles` prints and no others. A simulated node (KWOK) stands for
those of a group; the machine's own node is the other's.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub import templates
from libretexts_hub.demo.visitor import VisitError
from tests.cluster import control
from tests.cluster.credentials import kubeconfig, write_private
from tests.cluster.running import running_cluster
from tests.cluster.simulated_nodes import TAINT, simulated_nodes
from tests.servers.git_server import GitServer
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.kubectl import find_kubectl
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import Target, fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from libretexts_hub.demo.visitor import Visitor

pytestmark = [
    pytest.mark.real_cluster,
    pytest.mark.own_cluster,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]
TOKEN = f"provider-token-{secrets.token_hex(8)}"
GRACE = {"id": 5001, "login": "grace", "name": "Grace Hopper", "email": "grace@example.org"}
TEAMS = [{"id": 77, "slug": "dm", "organization": {"login": "lsst"}}]
LOGINS = {
    "grace": {"access_token": TOKEN, "scope": ["repo"], "github_user": GRACE, "teams": TEAMS},
    "henry": {"access_token": TOKEN, "scope": ["repo"], "github_user": GRACE | {"id": 5002}, "teams": []},
    "faye": {"access_token": TOKEN, "scope": ["repo"], "github_user": GRACE | {"id": 5004}, "teams": []},
    "eve": {"access_token": TOKEN, "scope": ["repo"], "github_user": GRACE | {"id": 5003}, "teams": []},
    "fred": {"access_token": TOKEN, "scope": ["repo"], "github_user": GRACE | {"id": 5005}, "teams": []},
}
LOGIN = """
import json, pathlib
from jupyterhub.auth import DummyAuthenticator
class Login(DummyAuthenticator):
    async def authenticate(self, handler, data):
        state = json.loads(pathlib.Path({logins!r}).read_text())
        return {{"name": data["username"], "auth_state": state.get(data["username"])}}
c.JupyterHub.authenticator_class = Login
c.CryptKeeper.keys = [bytes.fromhex({key!r})]
from libretexts_hub.hub.configuration import check_or_exit
check_or_exit(c)
"""
POOL = "libretexts.org/test-pool"
# A home of somebody who was uid 1000 before people had numbers of their own.
OLD_HOME = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: claim-grace, annotations: {{hub.jupyter.org/username: grace}}}}
spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 64Mi}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: old-home}}
spec:
  restartPolicy: Never
  securityContext: {{fsGroup: 100}}
  containers:
  - name: shell
    image: {image}
    securityContext: {{runAsUser: 1000, runAsGroup: 100}}
    command: [sh, -c, "mkdir -p /home/jovyan/notes && echo old > /home/jovyan/notes/old.txt"]
    volumeMounts: [{{name: home, mountPath: /home/jovyan}}]
  volumes: [{{name: home, persistentVolumeClaim: {{claimName: claim-grace}}}}]
"""


class Answer(BaseHTTPRequestHandler):
    """For the servers on the simulated node: one of the test's own answers for all of them."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Site:
    """A hub on the real cluster, a git server, and what is really there."""

    hub: HubProcess
    git: GitServer
    target: Target
    objects: NamespaceObjects

    async def kubectl(self, *words: str, text: str = "") -> str:
        return await asyncio.to_thread(kubectl, self.target, *words, text=text)

    async def inside(self, name: str, script: str, text: str = "", container: str = "notebook") -> str:
        """What a script in the person's server printed, run as a terminal there runs it."""
        words = ("exec", "-i", f"jupyter-{name}", "-c", container, "--", "sh", "-c", f"cd; {script}")
        return await self.kubectl(*words, text=text)


def kubectl(target: Target, *words: str, text: str = "") -> str:
    command = [str(find_kubectl()), f"--kubeconfig={target.kubeconfig}", "-n", target.namespace, *words]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def libretexts_hub(*words: str) -> str:
    """What the console script prints."""
    command = [str(Path(sys.executable).with_name("libretexts-hub")), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def hub_kubeconfig(target: Target, folder: Path) -> Path:
    """Of a service account that may do what `libretexts-hub roles` prints, and nothing more."""
    kubectl(target, "create", "serviceaccount", "hub")
    for part in ("hub", "homes"):
        words = ("roles", "--namespace", target.namespace, "--service-account", "hub", "--for", part)
        kubectl(target, "apply", "-f", "-", text=libretexts_hub(*words))
    token = kubectl(target, "create", "token", "hub", "--duration=2h").strip()
    path = folder / "hub.kubeconfig"
    write_private(path, kubeconfig(target.server, token, target.ca_file.read_bytes(), target.namespace))
    return path


def settings(target: Target, git: GitServer, image: str, database: str, port: int) -> dict[str, object]:
    tolerations = [{"key": TAINT["key"], "operator": "Exists", "effect": TAINT["effect"]}]
    return {
        "Authenticator.enable_auth_state": True,
        "DummyAuthenticator.password": PASSWORD,
        "JupyterHub.load_groups": {
            "hpc": {"users": ["henry"]},
            "campus": {"users": ["grace", "faye", "fred"]},
            "db101": {"users": ["grace"]},
        },
        "LibreTextsSpawner.homes": {"all": {"measure": True}},
        "JupyterHub.template_paths": list(templates.__path__),
        "KubeSpawner.port": port,
        "KubeSpawner.environment": {"GIT_SSL_CAINFO": "/home/jovyan/ca.pem"},
        "KubeSpawner.delete_grace_period": 1,
        "KubeSpawner.storage_pvc_ensure": True,
        "KubeSpawner.storage_capacity": "64Mi",
        "KubeSpawner.storage_access_modes": ["ReadWriteOnce"],
        "KubeSpawner.volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
        "KubeSpawner.volume_mounts": [{"name": "home", "mountPath": "/home/jovyan"}],
        "KubeSpawner.fs_gid": 100,
        "LibreTextsSpawner.images": {"default": {"image": image, "default": True}},
        "LibreTextsSpawner.routes": {
            "hpc": {
                "match": {"groups": ["hpc"]},
                "place": {"node_selector": {POOL: "hpc"}, "tolerations": tolerations},
            },
            "campus": {"match": {"groups": ["campus"]}, "place": {"node_selector": {POOL: "campus"}}},
            "closed": {"match": {"groups": ["nobody"]}, "place": {"namespace": "kube-public"}},
        },
        "LibreTextsSpawner.refuse_unrouted": True,
        "LibreTextsSpawner.databases": {
            "course": {"engine": "mariadb", "image": database, "storage": "64Mi", "groups": ["db101"]}
        },
        "LibreTextsSpawner.provision": {
            "uid": {"from": "github_user.id", "maximum": 999_999_999},
            "groups": {
                "from": "teams",
                "name": ["organization.login", "slug"],
                "offset": 1_000_000_000,
                "minimum": 1_000_000_000,
            },
            "take_over": [1000],
            "git": {"host": git.host, "username": "x-access-token", "scopes": ["repo"]},
        },
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(real, tmp_path_factory) -> AsyncIterator[Site]:
    cluster, folder = running_cluster(), tmp_path_factory.mktemp("people")
    (folder / "logins.json").write_text(json.dumps(LOGINS))
    git = GitServer(folder, TOKEN, cluster.hub_ip)
    stand_in = ThreadingHTTPServer((cluster.hub_ip, 0), Answer)
    threading.Thread(target=stand_in.serve_forever, daemon=True).start()
    with fresh_namespace(real, "people") as target, simulated_nodes(cluster, 1) as (simulated,):
        own = kubectl(target, "get", "nodes", "-l", "type!=kwok", "-o", "name").strip()
        kubectl(target, "label", own, f"{POOL}=campus", "--overwrite")
        kubectl(target, "label", f"node/{simulated}", f"{POOL}=hpc", "--overwrite")
        kubectl(target, "apply", "-f", "-", text=OLD_HOME.format(image=cluster.shell_image))
        kubectl(target, "wait", "pod/old-home", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s")
        login = LOGIN.format(logins=str(folder / "logins.json"), key=secrets.token_hex(32))
        traits = settings(target, git, cluster.workbench_image, cluster.mariadb_image, stand_in.server_port)
        hub = HubProcess(
            folder / "hub",
            target,
            extra=assignments(traits) + login,
            kubeconfig=hub_kubeconfig(target, folder),
        )
        try:
            await hub.start()
            yield Site(hub, git, target, NamespaceObjects(target))
        finally:
            hub.close()
            git.close()
            stand_in.shutdown()
            kubectl(target, "label", own, f"{POOL}-")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grace(site) -> AsyncIterator[None]:
    """She has a server that runs, on the machine's own node."""
    async with site.hub.visitor() as person:
        await person.login("grace", PASSWORD)
        await person.spawn({"image": "default"})
        await person.wait_until_ready()
        await site.inside("grace", "cat > ca.pem", text=site.git.ca_file.read_text())
        yield
        await person.stop()


async def node_of(site: Site, name: str) -> dict[str, str]:
    [pod] = await site.objects.pods(name)
    node = json.loads(await site.kubectl("get", "node", pod["spec"]["nodeName"], "-o", "json"))
    return node["metadata"]["labels"]


async def test_two_groups_land_on_differently_labelled_nodes(site, grace):
    async with site.hub.visitor() as henry:
        await henry.login("henry", PASSWORD)
        await henry.spawn({"image": "default"})
        await henry.wait_until_ready()
        his, hers = await node_of(site, "henry"), await node_of(site, "grace")
        assert (his[POOL], his.get("type")) == ("hpc", "kwok")
        assert (hers[POOL], hers.get("type")) == ("campus", None)


async def test_a_third_may_not_by_form_or_rest(site):
    async with site.hub.visitor() as eve:
        await eve.login("eve", PASSWORD)
        with pytest.raises(VisitError) as by_rest:
            await eve.hub_api("POST", "users/eve/server", {"image": "default"})
        assert "no place where this server may run" in by_rest.value.what
        answer, form = await eve.spawn_form()
        with pytest.raises(VisitError):
            await eve.post_form(answer, form, [("image", "default")])
        assert await site.objects.pods("eve") == []
        assert site.hub.is_running


async def test_the_person_is_who_they_are_in_a_real_pod(site, grace):
    assert (await site.inside("grace", "id -u; id -un; id -gn")).split() == ["5001", "grace", "grace"]
    groups = (await site.inside("grace", "id -G")).split()
    assert {"5001", "1000000077", "100"} <= set(groups)
    assert "lsst" in await site.inside("grace", "id -Gn")
    assert "grace:" in await site.inside("grace", "getent passwd 5001")
    assert (await site.inside("grace", "getent passwd root")).startswith("root:x:0:")


async def test_the_home_of_before_was_handed_over(site, grace):
    assert (await site.inside("grace", "stat -c %u . notes notes/old.txt")).split() == ["5001"] * 3
    assert (await site.inside("grace", "echo new >> notes/old.txt; cat notes/old.txt")) == "old\nnew\n"


PUSH = """
set -e
rm -rf work && git init --quiet --initial-branch=main work && cd work
date +%N > file && git add file && git commit --quiet -m 'from a real pod'
git push --quiet --force {url} main 2>&1
echo pushed
"""


async def test_git_pushes_and_the_token_is_nowhere(site, grace):
    assert (await site.inside("grace", PUSH.format(url=site.git.url))).strip().endswith("pushed")
    assert site.git.log() == "Grace Hopper <grace@example.org> from a real pod\n"
    assert "x-access-token" in site.git.asked

    written = base64.b64encode(TOKEN.encode()).decode()[:20]
    objects = await site.kubectl("get", "pods,secrets,configmaps,events,pvc", "-o", "yaml")
    logs = await site.kubectl("logs", "jupyter-grace", "--all-containers")
    for shown in (objects, logs, site.hub.log.read_text()):
        assert shown
        assert TOKEN not in shown
        assert written not in shown
    # The pattern comes on stdin, or the search would find its own command line.
    disk = "grep -rlsF -f - --exclude-dir=proc --exclude-dir=sys / 2>/dev/null || true"
    assert await site.inside("grace", disk, text=TOKEN) == ""
    running = "grep -laF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true"
    assert await site.inside("grace", running, text=TOKEN) == ""
    assert "environ" in await site.inside("grace", running, text="JUPYTERHUB_API_TOKEN")
    hub_files = [path for path in site.hub.folder.rglob("*") if path.is_file()]
    assert all(TOKEN.encode() not in path.read_bytes() for path in hub_files)


CELLS = (
    "%load_ext sql",
    "%sql CREATE TABLE course (n INTEGER)",
    "%sql INSERT INTO course VALUES (42), (43)",
    "%sql SELECT sum(n) AS total FROM course",
    """
import os, sqlalchemy
with sqlalchemy.create_engine(os.environ["DATABASE_URL"]).connect() as connection:
    print("rows", connection.execute(sqlalchemy.text("SELECT count(*) FROM course")).scalar())
""",
)


async def test_sql_works_in_a_notebook_as_it_is(site, grace):
    """`%sql` without an address finds DATABASE_URL."""
    cells = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for text in CELLS
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    await site.inside("grace", "cat > course.ipynb", text=json.dumps(notebook))
    execute = "jupyter nbconvert --to notebook --execute --stdout course.ipynb 2> /tmp/log || cat /tmp/log"
    told = await site.inside("grace", execute)
    assert "rows 2" in told, told
    assert "<td>85</td>" in told


# What is mounted where a claim has its files: memory, where a folder takes no room, or a disk, where it does.
TMPFS = "mount -t tmpfs -o size={size},mode=0777 full {folder}"
EXT4 = (
    "truncate -s {size} {folder}.img && mkfs.ext4 -q -m 0 {folder}.img && mount -o loop {folder}.img {folder}"
    " && chmod 777 {folder} && rmdir {folder}/lost+found"
)
FILL = (
    "cat /dev/zero > {folder}/filler; dd if=/dev/zero of={folder}/rest bs=1k count=9999; chmod 666 {folder}/*"
)


@contextlib.contextmanager
def own_disk(site: Site, claim: str, mount: str, size: str, fill: str = "true"):
    """The claim is a disk of its own, before anybody's server used it. What runs a script on it."""
    run = running_cluster().own_run("a full disk")
    text = OLD_HOME.split("---")[0].replace("claim-grace", claim)
    text = text.replace("username: grace", f"username: {claim.rpartition('-')[2]}").format()
    kubectl(site.target, "apply", "-f", "-", text=text)
    bound = ("--for=jsonpath={.status.phase}=Bound", "--timeout=60s")
    kubectl(site.target, "wait", f"pvc/{claim}", *bound)
    volume = kubectl(site.target, "get", "pvc", claim, "-o", "jsonpath={.spec.volumeName}")
    folder = run.folder / "claims" / volume
    enter = ["nsenter", "--target", str(control.process_id(run.folder)), "--mount", "--", "sh", "-c"]

    def on_disk(script: str) -> str:
        script = script.format(folder=folder, size=size)
        done = subprocess.run([*enter, script], check=True, capture_output=True, text=True)
        return done.stdout

    on_disk(f"set -e; {mount}")
    on_disk(fill)
    try:
        yield on_disk
    finally:
        on_disk("umount --lazy {folder}; rm -f {folder}.img")


def full_disk(site: Site, claim: str):
    """Without a byte left."""
    return own_disk(site, claim, TMPFS, "1m", "cat /dev/zero > {folder}/filler; chmod 666 {folder}/filler")


async def start(person: Visitor, name: str) -> None:
    await person.login(name, PASSWORD)
    await person.spawn({"image": "default"})
    await person.wait_until_ready()


async def test_a_server_starts_in_a_home_that_is_full_of_files(site):
    """On a disk where a folder takes room, nobody's server ever ran, and no block is left."""
    with own_disk(site, "claim-fred", EXT4, "4M", FILL):
        async with site.hub.visitor() as fred:
            await start(fred, "fred")
            assert "filler" in await site.inside("fred", "ls")
            assert "Your home is full" in (await fred.open("home")).html
            await fred.stop()


async def test_who_has_a_full_home_still_gets_a_server(site):
    """JupyterLab starts in it, and the page says what is wrong."""
    with full_disk(site, "claim-faye"):
        async with site.hub.visitor() as faye:
            await faye.login("faye", PASSWORD)
            await faye.spawn({"image": "default"})
            await faye.wait_until_ready()
            assert "filler" in await site.inside("faye", "ls")
            assert "full" in await site.inside(
                "faye", "dd if=/dev/zero of=more bs=64k count=1 2>&1 || echo full"
            )
            page = await faye.open("home")
            assert "Your home is full: 1 MiB of 1 MiB are used" in page.html
            await faye.stop()


async def test_a_namespace_that_is_closed_to_the_hub_is_told_when_it_starts(site):
    """Before the first person is sent there, with the command that prints the Role."""
    end = time.monotonic() + 60
    while "kube-public" not in site.hub.log.read_text():
        assert time.monotonic() < end, site.hub.log_tail()
        await asyncio.sleep(0.2)
    assert "The hub may not" in site.hub.log.read_text()
    assert "create pods" in site.hub.log.read_text()
    assert "libretexts-hub roles --namespace kube-public" in site.hub.log.read_text()
    assert f"in namespace {site.target.namespace}, where" not in site.hub.log.read_text()


POLICY = """
c.KubeSpawner.namespace = {namespace!r}
c.LibreTextsSpawner.images = {{"default": {{"image": "example.org/lab:1", "default": True}}}}
c.LibreTextsSpawner.routes = {{"campus": {{"place": {{"network_class": "campus"}}}}}}
"""


async def test_the_printed_network_policy_is_taken(site, tmp_path):
    config = tmp_path / "config.py"
    config.write_text(POLICY.format(namespace=site.target.namespace))
    words = ("render", "--config", str(config), "--user", "grace", "--network-policy")
    printed = await asyncio.to_thread(libretexts_hub, *words)
    policy = next(part for part in printed.split("---\n") if "kind: NetworkPolicy" in part)
    await site.kubectl("apply", "-f", "-", text=policy)
    taken = await site.kubectl("get", "networkpolicy", "-o", "yaml")
    assert "libretexts.org/network-class: campus" in taken
