"""What does a login with GitHub cost: five organisations, each request to GitHub takes 50 ms?

Through two real hubs, ours and oauthenticator's GitHubOAuthenticator: the time from the browser's return
(`/hub/oauth_callback`) until the hub sends it on. The person is in one of the five organisations, another
each time, since the peer asks one after the other; or in none.
"""

from __future__ import annotations

import base64
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from yarl import URL

from tests.servers.fake_github import CLIENT_ID, CLIENT_SECRET, FakeGitHub
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments

from .figures import OURS, PEER, sides_of_round

if TYPE_CHECKING:
    from .login import Figures

LATENCY_SECONDS = 0.05
UNIT = "latencies of 50 ms"
ORGANIZATIONS = tuple(f"org{number}" for number in range(1, 6))
CLASSES = {
    OURS: "libretexts_hub.hub.authenticators.github.GitHubOrgAuthenticator",
    PEER: "oauthenticator.github.GitHubOAuthenticator",
}


def configuration(side: str, github: FakeGitHub) -> str:
    settings = {
        "JupyterHub.authenticator_class": CLASSES[side],
        "JupyterHub.load_roles": [],
        "CryptKeeper.keys": [base64.b64encode(b"k" * 32)],
        "Authenticator.enable_auth_state": True,
        "Authenticator.allow_all": False,
        "GitHubOAuthenticator.github_url": github.url,
        "GitHubOAuthenticator.client_id": CLIENT_ID,
        "GitHubOAuthenticator.client_secret": CLIENT_SECRET,
        "GitHubOAuthenticator.allowed_organizations": set(ORGANIZATIONS),
        "GitHubOAuthenticator.scope": ["read:org", "user:email"],
    }
    return assignments(settings)


@dataclass(frozen=True)
class Login:
    """What happened after the redirect. `waited_seconds`: from the first question to GitHub to its last."""

    seconds: float
    waited_seconds: float
    requests: int
    status: int


async def log_in(hub: HubProcess, github: FakeGitHub, person: str) -> Login:
    """One login with a new browser."""
    github.signed_in = person
    async with hub.visitor() as visitor:
        address = visitor.hub / "oauth_login"
        for _ in range(2):
            async with visitor.request("GET", address, allow_redirects=False) as answer:
                address = URL(answer.headers["Location"], encoded=True)
        github.requests.clear()
        began = time.perf_counter()
        async with visitor.request("GET", address, allow_redirects=False) as answer:
            await answer.read()
        seconds, waited = time.perf_counter() - began, github.last_at - github.first_at
        return Login(seconds, waited, len(github.requests), answer.status)


async def measure(figures: Figures, rounds: int, *, quick: bool) -> None:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="login-benchmark-")))
        github = await stack.enter_async_context(FakeGitHub(latency_seconds=LATENCY_SECONDS))
        for number, name in enumerate(ORGANIZATIONS):
            github.organization(name, 1000 + number)
            github.person(f"member{number}", 5000 + number, name)
        github.person("nobody", 6000)
        hubs = {}
        for side in (OURS, PEER):
            hubs[side] = HubProcess(folder / side, spawner="simple", extra=configuration(side, github))
            stack.callback(hubs[side].close)
            await hubs[side].start()
            for number in range(len(ORGANIZATIONS)):  # everybody has been here once
                await log_in(hubs[side], github, f"member{number}")
        for number in range(rounds if quick else max(rounds, len(ORGANIZATIONS))):
            for side in sides_of_round(number):
                for person, name, good in (
                    (f"member{number % len(ORGANIZATIONS)}", "github_round_trips", 302),
                    ("nobody", "github_refused", 403),
                ):
                    login = await log_in(hubs[side], github, person)
                    if login.status != good:
                        raise RuntimeError(f"{side}, {person}: HTTP {login.status}")
                    figures.add(name, side, login.seconds / LATENCY_SECONDS, UNIT)
                    figures.add(f"{name}_waiting", side, login.waited_seconds / LATENCY_SECONDS, UNIT)
                    figures.add(f"{name}_requests", side, login.requests, "requests")
    ours = figures.series["github_round_trips"].values[OURS]
    figures.absolute["github_latencies"] = round(statistics.median(ours), 2)
    figures.facts["github"] = {
        "peer": f"oauthenticator {version('oauthenticator')}",
        "organisations": len(ORGANIZATIONS),
        "latency_ms": LATENCY_SECONDS * 1000,
        "github_refused": "somebody who is in none of the organisations",
    }
