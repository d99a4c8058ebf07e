"""Does real git in a server of a real hub push with the person's token, and does nobody else get it?"""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio

from tests.servers.git_server import GitServer
from tests.servers.hub import ADMIN, HubProcess
from tests.servers.hub_config import PASSWORD, assignments
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOKEN = f"provider-token-{secrets.token_hex(8)}"
# A notebook that runs what is posted to it, so that git runs in the pod, with what a kubelet gave it.
NOTEBOOK = """
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        done = subprocess.run(["/bin/sh", "-c", text], stdout=-1, stderr=-2, stdin=-3)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(done.stdout)
ThreadingHTTPServer(("0.0.0.0", 8888), Answer).serve_forever()
"""
LOGIN = """
import json, pathlib
from jupyterhub.auth import DummyAuthenticator
class Login(DummyAuthenticator):
    async def authenticate(self, handler, data):
        state = json.loads(pathlib.Path({logins!r}).read_text())
        return {{"name": data["username"], "auth_state": state.get(data["username"])}}
def run_what_is_posted(spawner, pod):
    pod.spec.containers[0].command = [{python!r}, "-c", {program!r}]
    pod.spec.containers[0].args = []
    return pod
c.JupyterHub.authenticator_class = Login
c.CryptKeeper.keys = [bytes.fromhex({key!r})]
c.KubeSpawner.modify_pod_hook = run_what_is_posted
"""
PROFILE = {"id": 5001, "login": "grace", "name": "Grace Hopper", "email": "grace@example.org"}
LOGINS = {
    "grace": {"access_token": TOKEN, "scope": ["repo"], "github_user": PROFILE},
    "poor": {"access_token": TOKEN, "scope": ["read:org"], "github_user": PROFILE},
    "tokenless": {"scope": ["repo"], "github_user": PROFILE},
    "restarted": {"access_token": TOKEN, "scope": ["repo"], "github_user": PROFILE},
    "revoked": {"access_token": TOKEN, "scope": ["repo"], "github_user": PROFILE},
    "stopped": {"access_token": TOKEN, "scope": ["repo"], "github_user": PROFILE},
}
PUSH = """
set -e
rm -rf work && git init --quiet --initial-branch=main work && cd work
date +%N > file && git add file && git commit --quiet -m '{words}'
git push --quiet --force {url} main
echo pushed
"""


@dataclass
class Site:
    """A hub, a git server, and what is really in the namespace."""

    hub: HubProcess
    git: GitServer
    objects: NamespaceObjects
    folder: Path

    async def pod(self, name: str) -> dict:
        [pod] = await self.objects.pods(name)
        return pod

    async def run(self, name: str, script: str) -> str:
        """What a script in the person's server printed."""
        address = (await self.pod(name))["status"]["podIP"]
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://{address}:8888/", data=script) as answer,
        ):
            return await answer.text()

    async def push(self, name: str, words: str = "a change") -> str:
        return await self.run(name, PUSH.format(url=self.git.url, words=words))

    async def ask(self, token: str, host: str | None = None) -> tuple[int, str]:
        """The hub's answer to somebody who holds this token."""
        url = f"{self.hub.url}/hub/api/libretexts/git-credential"
        headers = {"Authorization": f"token {token}"} if token else {}
        body = {"host": host or self.git.host}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, json=body) as answer,
        ):
            return answer.status, await answer.text()

    async def token_of(self, name: str) -> str:
        """The server's own, which is in the pod as KubeSpawner puts it there."""
        variables = (await self.pod(name))["spec"]["containers"][0]["env"]
        return next(each["value"] for each in variables if each["name"] == "JUPYTERHUB_API_TOKEN")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(embedded, tmp_path_factory):
    folder = tmp_path_factory.mktemp("git")
    git = GitServer(folder, TOKEN)
    (folder / "logins.json").write_text(json.dumps(LOGINS))
    settings = {
        "Authenticator.enable_auth_state": True,
        "DummyAuthenticator.password": PASSWORD,
        "KubeSpawner.environment": {"GIT_SSL_CAINFO": str(git.ca_file)},
        "KubeSpawner.delete_grace_period": 1,
        "KubeSpawner.storage_pvc_ensure": True,
        "KubeSpawner.storage_capacity": "16Mi",
        "KubeSpawner.volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
        "KubeSpawner.volume_mounts": [{"name": "home", "mountPath": "/home/jovyan"}],
        "LibreTextsSpawner.provision": {
            "git": {"host": git.host, "username": "x-access-token", "scopes": ["repo"]}
        },
    }
    login = LOGIN.format(
        logins=str(folder / "logins.json"), python=sys.executable, program=NOTEBOOK, key=secrets.token_hex(32)
    )
    with fresh_namespace(embedded, "git") as target:
        hub = HubProcess(folder / "hub", target, extra=login + assignments(settings))
        try:
            await hub.start()
            yield Site(hub, git, NamespaceObjects(target), folder)
        finally:
            hub.close()
            git.close()


@pytest_asyncio.fixture(loop_scope="module")
async def started(site):
    """`started(name)`: the person, logged in, with a server that runs."""
    people = []

    async def start(name):
        person = await site.hub.visitor().__aenter__()
        people.append(person)
        await person.login(name, PASSWORD)
        if await site.objects.pods(name) == []:
            await person.spawn()
            await person.wait_until_ready()
        return person

    yield start
    for person in people:
        await person.__aexit__(None, None, None)


async def test_git_pushes_as_the_person(site, started):
    await started("grace")
    assert (await site.push("grace", "by grace")).strip() == "pushed"
    assert site.git.log() == "Grace Hopper <grace@example.org> by grace\n"
    assert "x-access-token" in site.git.asked


async def test_the_token_is_nowhere(site, started):
    """Also not when a person has told git to store passwords."""
    await started("grace")
    await site.run("grace", "git config --global credential.helper store")
    assert (await site.push("grace")).strip() == "pushed"
    homes = (await site.run("grace", 'grep -rl . "$HOME" /proc/self/environ; env; git config --list')).strip()
    assert ".gitconfig" in homes
    assert TOKEN not in homes
    assert await site.run("grace", f'grep -rl {TOKEN[:20]} "$HOME" $GIT_CONFIG_SYSTEM') == ""
    assert ".git-credentials" not in await site.run("grace", 'ls -a "$HOME"')
    assert TOKEN not in json.dumps(await site.pod("grace"))
    assert TOKEN not in site.hub.log.read_text()
    assert "Git in grace uses the access token" in site.hub.log.read_text()
    for path in (site.folder / "hub").rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


async def test_only_the_provider_is_told(site, started):
    await started("grace")
    fill = "printf 'protocol={}\\nhost={}\\n\\n' | GIT_TERMINAL_PROMPT=0 git credential fill"
    good = await site.run("grace", fill.format("https", site.git.host))
    assert f"password={TOKEN}" in good
    for protocol, host in (("https", "example.org"), ("http", site.git.host)):
        assert TOKEN not in await site.run("grace", fill.format(protocol, host))
    status, words = await site.ask(await site.token_of("grace"), "example.org")
    assert (status, TOKEN in words) == (400, False)


@pytest.mark.parametrize(
    ("name", "words"),
    [("poor", "lacks the right to push"), ("tokenless", "brought no access token"), ("nobody", "saves no")],
)
async def test_git_fails_with_a_sentence(site, started, name, words):
    await started(name)
    said = await site.run(name, f"git ls-remote {site.git.url}")
    assert words in said
    assert "told us to quit" in said, "git asks for no password after that"
    assert "Traceback" not in said


async def test_no_other_token_opens_the_door(site, started):
    """Not the person's own from the token page, not that of another server, not that of an administrator
    who may access every server."""
    grace, _ = await started("grace"), await started("poor")
    async with site.hub.visitor() as ada:
        await ada.login(ADMIN, PASSWORD)
        tokens = [await made_token(grace, "grace"), await made_token(ada, ADMIN), "0" * 32, ""]
    for token in tokens:
        status, words = await site.ask(token)
        assert (status, TOKEN in words) == (403, False)
    status, words = await site.ask(await site.token_of("poor"))
    assert (status, TOKEN in words) == (409, False)


async def made_token(person, name: str) -> str:
    """A token from the API, as the token page makes it."""
    await person.open("token")
    answer = await person.hub_api("POST", f"users/{name}/tokens", {"note": "of a test"})
    return answer["token"]


async def test_a_hub_that_restarted_still_knows_the_server(site, started):
    await started("restarted")
    await site.hub.restart()
    assert (await site.push("restarted")).strip() == "pushed"


async def test_a_server_whose_token_was_revoked_gets_none(site, started):
    """As a person does it on the token page."""
    person = await started("revoked")
    found = (await person.hub_api("GET", "users/revoked/tokens"))["api_tokens"]
    assert (await site.push("revoked")).strip() == "pushed"
    await person.open("token")
    for each in found:
        if each["note"].startswith("Server at"):
            await person.hub_api("DELETE", f"users/revoked/tokens/{each['id']}")
    said = await site.push("revoked")
    assert "your login has expired" in said or "gave no access token" in said
    assert TOKEN not in said


async def test_a_token_ends_with_its_server(site, started):
    person = await started("stopped")
    token = await site.token_of("stopped")
    assert (await site.ask(token))[0] == 200
    await person.stop()
    status, words = await site.ask(token)
    assert (status, TOKEN in words) == (403, False)
