"""Which hub do tests of real people on the real cluster run on?

One hub, with the rights that `libretexts-hub roles` prints and no others. A simulated node (KWOK) stands for
those of a group; the machine's own node is the other's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub import templates
from tests.cluster import control
from tests.cluster.credentials import kubeconfig, write_private
from tests.cluster.running import running_cluster
from tests.cluster.simulated_nodes import TAINT, simulated_nodes
from tests.servers.git_server import GitServer
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.kubectl import find_kubectl
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.provision_settings import UID_AND_GROUPS_OF_GITHUB
from tests.servers.target import Target, fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


# For every module that uses the fixture people_site.
MARKS = [
    pytest.mark.real_cluster,
    pytest.mark.own_cluster,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]
TOKEN = f"provider-token-{secrets.token_hex(8)}"
GRACE = {"id": 5001, "login": "grace", "name": "Grace Hopper", "email": "grace@example.org"}
TEAMS = [{"id": 77, "slug": "dm", "organization": {"login": "lsst"}}]
# The groups of each person; the number of each follows from the order.
PEOPLE = {
    "grace": ["campus", "db101"],
    "henry": ["hpc"],
    "eve": [],
    "faye": ["campus"],
    "fred": ["campus"],
    "dora": ["campus", "db101"],
    "bess": ["campus", "db101"],
    "dina": ["campus", "db101"],
    "gwen": ["campus", "grown"],
    "nell": ["away"],
    "mona": ["course"],
    "kate": ["queued"],
    "sara": ["scaled"],
    "iris": ["campus"],
    "rosa": ["research"],
    "rita": ["research"],
    "ruth": ["research"],
    "uma": ["urgent"],
    "paul": ["campus", "taught"],
}
LOGINS = {
    name: {
        "access_token": TOKEN,
        "scope": ["repo"],
        "github_user": GRACE | {"id": number},
        "teams": TEAMS if name == "grace" else [],
    }
    for number, name in enumerate(PEOPLE, GRACE["id"])
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
GPU = "nvidia.com/gpu"
KUEUE_GATE = "kueue.x-k8s.io/admission"
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
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout


def hub_kubeconfig(target: Target, folder: Path) -> Path:
    """Of a service account that may do what `libretexts-hub roles` prints, and nothing more."""
    kubectl(target, "create", "serviceaccount", "hub")
    account = f"{target.namespace}/hub"
    for namespace in (target.namespace, f"{target.namespace}-away"):
        for part in ("hub", "homes"):
            words = ("roles", "--namespace", namespace, "--service-account", account, "--for", part)
            roles = libretexts_hub(*words)
            kubectl(replace(target, namespace=namespace), "apply", "-f", "-", text=roles)
    token = kubectl(target, "create", "token", "hub", "--duration=2h").strip()
    path = folder / "hub.kubeconfig"
    write_private(path, kubeconfig(target.server, token, target.ca_file.read_bytes(), target.namespace))
    return path


def members() -> dict[str, dict[str, list[str]]]:
    """People by group, as JupyterHub has them."""
    names = dict.fromkeys(group for groups in PEOPLE.values() for group in groups)
    return {group: {"users": [name for name, groups in PEOPLE.items() if group in groups]} for group in names}


def routes(target: Target) -> dict[str, object]:
    tolerations = [{"key": TAINT["key"], "operator": "Exists", "effect": TAINT["effect"]}]
    simulated = {"node_selector": {POOL: "hpc"}, "tolerations": tolerations}
    own = {"node_selector": {POOL: "campus"}}
    scratch = {"source": {"emptyDir": {"sizeLimit": "1Mi"}}, "mount": "/scratch"}
    course = {"source": {"configMap": {"name": "course"}}, "mount": "/course"}
    places = {
        "hpc": simulated,
        "campus": own | {"volumes": {"scratch": scratch}},
        "away": own | {"namespace": f"{target.namespace}-away"},
        "course": own | {"volumes": {"course": course}},
        "queued": own | {"kueue_queue": "physics", "pod": {"schedulingGates": [{"name": KUEUE_GATE}]}},
        "scaled": simulated | {"node_selector": {POOL: "scaled"}, "start_timeout": "5m"},
        "research": simulated | {"gpu": {"resource": GPU}, "priority_class": f"low-{target.namespace}"},
        "urgent": simulated | {"gpu": {"resource": GPU}, "priority_class": f"high-{target.namespace}"},
    }
    made = {slug: {"match": {"groups": [slug]}, "place": place} for slug, place in places.items()}
    return made | {"closed": {"match": {"groups": ["nobody"]}, "place": {"namespace": "kube-public"}}}


def settings(target: Target, git: GitServer, image: str, database: str, port: int) -> dict[str, object]:
    return {
        "Authenticator.enable_auth_state": True,
        "DummyAuthenticator.password": PASSWORD,
        "JupyterHub.load_groups": members(),
        "LibreTextsSpawner.homes": {
            "grown": {"groups": ["grown"], "capacity": "96Mi", "grow": True, "measure": True},
            "all": {"measure": True},
        },
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
        "LibreTextsSpawner.images": {
            "default": {"image": image, "default": True},
            "gone": {"image": image.rpartition(":")[0] + ":was-deleted"},
        },
        "LibreTextsSpawner.routes": routes(target),
        "LibreTextsSpawner.refuse_unrouted": True,
        "LibreTextsSpawner.databases": {
            "course": {"engine": "mariadb", "image": database, "storage": "64Mi", "groups": ["db101"]}
        },
        "LibreTextsSpawner.provision": {
            **UID_AND_GROUPS_OF_GITHUB,
            "take_over": [1000],
            "git": {"host": git.host, "username": "x-access-token", "scopes": ["repo"]},
            "pulls": {"course": {"repository": git.url, "branch": "main", "groups": ["taught"]}},
        },
    }


PRIORITIES = """
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {{name: low-{namespace}}}
value: 1000
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {{name: high-{namespace}}}
value: 2000
---
apiVersion: v1
kind: Namespace
metadata: {{name: {namespace}-away}}
"""


@contextlib.contextmanager
def places(target: Target, own: str, simulated: str):
    """What the routes name: labels and a GPU of nodes, priorities, a second namespace."""
    made = PRIORITIES.format(namespace=target.namespace)
    device = json.dumps({"status": {kind: {GPU: "1"} for kind in ("capacity", "allocatable")}})
    kubectl(target, "label", own, f"{POOL}=campus", "--overwrite")
    kubectl(target, "label", simulated, f"{POOL}=hpc", "--overwrite")
    kubectl(target, "patch", simulated, "--subresource=status", "--type=merge", "-p", device)
    kubectl(target, "apply", "-f", "-", text=made)
    try:
        yield
    finally:
        kubectl(target, "label", own, f"{POOL}-")
        kubectl(target, "delete", "--wait=false", "-f", "-", text=made)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people_site(real, tmp_path_factory) -> AsyncIterator[Site]:
    cluster, folder = running_cluster(), tmp_path_factory.mktemp("people")
    (folder / "logins.json").write_text(json.dumps(LOGINS))
    git = GitServer(folder, TOKEN, cluster.hub_ip)
    stand_in = ThreadingHTTPServer((cluster.hub_ip, 0), Answer)
    threading.Thread(target=stand_in.serve_forever, daemon=True).start()
    with fresh_namespace(real, "people") as target, simulated_nodes(cluster, 1) as (simulated,):
        own = kubectl(target, "get", "nodes", "-l", "type!=kwok", "-o", "name").strip()
        stack = contextlib.ExitStack()
        stack.enter_context(places(target, own, f"node/{simulated}"))
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
            stack.close()


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
