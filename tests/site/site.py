"""How is the whole site put together? Around a hub whose configuration and rights are what helm renders.

The cluster, its registry, git, the directory and the hub are real. GitHub, Google and CILogon are fakes over
HTTP, and one simulated node stands for those of the HPC group.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.clients.culler_account import Held, held_to_rights
from tests.cluster.credentials import kubeconfig, write_private
from tests.cluster.running import running_cluster
from tests.cluster.simulated_nodes import simulated_nodes
from tests.e2e.culled_at import run as run_culler
from tests.e2e.real_site import Answer, kubectl
from tests.helm.chart_files import ROOT, as_list, helm, lay_out
from tests.servers.fake_github import CLIENT_SECRET
from tests.servers.git_server import GitServer
from tests.servers.helm import find_helm
from tests.servers.hub import HubProcess
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.oidc import SECRET
from tests.servers.slapd import READER_PASSWORD, directory
from tests.servers.target import Target, real_target
from tests.site import people, values
from tests.site.providers import SiteCILogon, SiteGitHub, SiteGoogle
from tests.site.registry import RUBIN, SEMANTIC, SiteRegistry, rubin_tags, semantic_tags
from tests.site.values import GPU, HOMES, IDLE, POOL, Servers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

ACCOUNTS = ("ServiceAccount", "Role", "RoleBinding")
CHART_ENVIRONMENT = {"HUB_SERVICE_PORT": "8081", "PROXY_API_SERVICE_PORT": "8001"}
SECRETS = {
    "SITE_GITHUB_SECRET": CLIENT_SECRET,
    "SITE_GOOGLE_SECRET": SECRET,
    "SITE_CILOGON_SECRET": SECRET,
    "SITE_DIRECTORY_PASSWORD": READER_PASSWORD,
}


class SiteGit(GitServer):
    """Whoever GitHub gave a token with the scope `repo` may push; everybody may read."""

    github: SiteGitHub

    def takes(self, password: str) -> bool:
        _login, scopes = self.github.tokens.get(password, ("", set()))
        return "repo" in scopes


class Site:
    """A running site, and what a test asks of it."""

    def __init__(self, hub: HubProcess, servers: Servers, held: Held, folder: Path) -> None:
        self.hub, self.servers, self.folder, self.target = hub, servers, folder, held.target
        self.held = held
        self.objects = NamespaceObjects(held.target)
        self.rubin = SiteRegistry(servers.cluster.registry, RUBIN, _source(servers.cluster.workbench_image))
        self.semantic = SiteRegistry(self.rubin.host, SEMANTIC, self.rubin.source)
        self.days = 0.0

    async def kubectl(self, *words: str, text: str = "") -> str:
        return await asyncio.to_thread(kubectl, self.target, *words, text=text)

    async def pod(self, name: str) -> dict[str, Any]:
        """The only pod of this hub user."""
        [pod] = await self.objects.pods(name)
        return pod

    async def inside(self, name: str, script: str, text: str = "", container: str = "notebook") -> str:
        """What a script in the person's server printed, run as a terminal there runs it."""
        pod = (await self.pod(name))["metadata"]["name"]
        words = ("exec", "-i", pod, "-c", container, "--", "sh", "-c", f"cd; {script}")
        return await self.kubectl(*words, text=text)

    async def cull(self, days: float = 0.0, *, servers: bool = False) -> str:
        """One run, so many days after the last one, or now for servers; why it was not whole."""
        self.days += days
        settings = {
            "servers": {"everyone": {"idle": IDLE}} if servers else {},
            "homes": {"left": HOMES},
            # The clock is put forward here, so nobody but these was there lately.
            "protect": {"users": [each.name for each in people.PEOPLE if each.name and not each.leaves]},
            "fuse": {"clock": "4000d", "claims": 50, "percent": 100},
            "url": f"{self.hub.url}/hub/api",
            "namespaces": [self.target.namespace],
            "audit_file": str(self.folder / "audit.jsonl"),
        }
        token = (
            self.folder / "container/usr/local/etc/jupyterhub/secret/hub.services.culler.apiToken"
        ).read_text()
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("KUBECONFIG", str(self.folder / "culler.kubeconfig"))
            patched.setenv("JUPYTERHUB_API_TOKEN", token)
            report = await run_culler(settings, 0 if servers else self.days)
        print(f"the culler, {self.days} days later: {report}")
        return report.problem

    async def long_ago(self, names: list[str], *, days: int = 0, hours: int = 0) -> None:
        """Nobody has seen these people since; written while the hub is down."""
        ago = f"datetime('now', '-{days} days', '-{hours} hours')"
        self.hub.stop_hub()
        with closing(sqlite3.connect(self.hub.folder / "hub.sqlite")) as database, database:
            for name in names:
                [[number]] = database.execute("select id from users where name = ?", [name])
                changed = f"last_activity = {ago}, created = datetime('now', '-1000 days')"
                database.execute(f"update users set {changed} where id = ?", [number])
                changed = f"last_activity = {ago}, started = iif(started is null, null, {ago})"
                database.execute(f"update spawners set {changed} where user_id = ?", [number])
        self.hub.launch()
        await self.hub.wait_until_ready()

    def logged(self) -> str:
        return self.hub.log.read_text(errors="replace")


def _source(image: str) -> str:
    return image.partition("/")[2]


def render(target: Target, folder: Path, *layers: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of the chart with these values, each layer a file as `--values` takes it."""
    program = find_helm()
    assert program is not None, "no helm here: `python -m tests.cluster helm` builds one"
    words = [f"--namespace={target.namespace}"]
    for number, layer in enumerate(layers):
        path = folder / f"values-{number}.yaml"
        path.write_text(yaml.safe_dump(layer, sort_keys=False))
        words.append(f"--values={path}")
    done = helm(program, *words)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def install(target: Target, hub: HubProcess, objects: list[dict[str, Any]], container: Path) -> None:
    """The account and its rights in the cluster; the files where the hub finds them."""
    kubectl(target, "apply", "-f", "-", text=as_list([each for each in objects if each["kind"] in ACCOUNTS]))
    config = hub.folder / "jupyterhub_config.py"
    config.unlink(missing_ok=True)
    config.symlink_to(lay_out(objects, container))


def hub_kubeconfig(target: Target, path: Path) -> Path:
    """Of the hub's service account, which the chart's Role is bound to."""
    kubectl(
        target,
        "apply",
        "-f",
        "-",
        text='{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"hub"}}',
    )
    token = kubectl(target, "create", "token", "hub", "--duration=4h").strip()
    write_private(path, kubeconfig(target.server, token, target.ca_file.read_bytes(), target.namespace))
    return path


@contextmanager
def labelled_nodes(target: Target, simulated: str) -> Iterator[None]:
    """The machine's own node is the campus's; the simulated one, with a taint, is the HPC group's."""
    own = kubectl(target, "get", "nodes", "-l", "type!=kwok", "-o", "name").strip()
    device = json.dumps({"status": {kind: {GPU: "4"} for kind in ("capacity", "allocatable")}})
    kubectl(target, "label", own, f"{POOL}=campus", "--overwrite")
    kubectl(target, "label", f"node/{simulated}", f"{POOL}=hpc", "--overwrite")
    kubectl(target, "patch", f"node/{simulated}", "--subresource=status", "--type=merge", "-p", device)
    try:
        yield
    finally:
        kubectl(target, "label", own, f"{POOL}-")


def config_map(name: str, data: dict[str, str]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})


@asynccontextmanager
async def running_servers(folder: Path, cluster: Any) -> AsyncIterator[Servers]:
    """Everything around the hub."""
    async with AsyncExitStack() as stack:
        github = await stack.enter_async_context(SiteGitHub())
        people.settle(github)
        google = await stack.enter_async_context(SiteGoogle(dict(people.MEMBERS)))
        cilogon = await stack.enter_async_context(SiteCILogon())
        slapd = stack.enter_context(directory())
        git = SiteGit(folder, "", cluster.hub_ip, is_public=True)
        git.github = github
        stack.callback(git.close)
        git.publish("lesson.md", "# Lesson one\n")
        answer = ThreadingHTTPServer((cluster.hub_ip, 0), Answer)
        threading.Thread(target=answer.serve_forever, daemon=True).start()
        stack.callback(answer.shutdown)
        key = google.key_file(folder)
        yield Servers(cluster, github, google, cilogon, slapd, git, key, answer.server_port)


@asynccontextmanager
async def running_site(folder: Path, say: Callable[[str], None] = lambda _: None) -> AsyncIterator[Site]:
    """The whole of it, until the block ends; nothing stays behind."""
    cluster, real = running_cluster(), real_target()
    assert cluster is not None
    assert real is not None
    async with AsyncExitStack() as stack:
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        say("identity providers, git, the directory")
        servers = await stack.enter_async_context(running_servers(folder, cluster))
        held = await stack.enter_async_context(held_to_rights(real, "site", ("culler",)))
        held.write_kubeconfig(folder / "culler.kubeconfig")
        target = held.target
        say("a simulated node, and several hundred tags in the registry")
        [simulated] = stack.enter_context(simulated_nodes(cluster, 1))
        stack.enter_context(labelled_nodes(target, simulated))
        for name, value in (CHART_ENVIRONMENT | SECRETS | {"POD_NAMESPACE": target.namespace}).items():
            patched.setenv(name, value)
        hub = HubProcess(folder / "hub", target, kubeconfig=hub_kubeconfig(target, folder / "hub.kubeconfig"))
        site = Site(hub, servers, held, folder)
        await asyncio.to_thread(site.rubin.fill, rubin_tags())
        await asyncio.to_thread(site.semantic.fill, semantic_tags())
        for name, data in {
            "db101-sql": {"stars.sql": values.rows()},
            "git-ca": {"ca.pem": servers.git.ca_file.read_text()},
        }.items():
            await site.kubectl("create", "-f", "-", text=config_map(name, data))
        container = folder / "container"
        layers = (
            values.shared(servers, hub),
            values.ours(servers, ROOT / "jupyterhub_config.d", container / "etc/jupyterhub/courses.yaml"),
        )
        install(target, hub, await asyncio.to_thread(render, target, folder, *layers), container)
        say("the hub")
        stack.callback(hub.close)
        await hub.start()
        yield site
