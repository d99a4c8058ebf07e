"""How do several hundred tags get into the cluster's registry? Manifests of their own, of the same layers."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.cluster.oci import MANIFEST_TYPE

RUBIN, SEMANTIC = "lsstsqre/sciplat-lab", "libretexts/statistics"
WEEK = 46


def rubin_tags() -> list[str]:
    """Three years of weeklies, dailies of this autumn, releases and their candidates."""
    weeklies = [f"w_{year}_{week:02}" for year in (2024, 2025, 2026) for week in range(1, WEEK + 1)]
    dailies = [f"d_2026_{month:02}_{day:02}" for month in (9, 10, 11) for day in range(1, 21)]
    releases = [f"r{number}_0_{patch}" for number in range(22, 30) for patch in (0, 1)]
    candidates = [f"r29_0_0_rc{number}" for number in range(1, 4)]
    return [*weeklies, *dailies, *releases, *candidates, "exp_w_2026_40_new"]


def semantic_tags() -> list[str]:
    """Releases of three series, and one before its time."""
    return [f"{major}.{minor}.{patch}" for major in (1, 2, 3) for minor in range(8) for patch in range(4)] + [
        "4.0.0-rc.1",
        "latest",
    ]


@dataclass(frozen=True)
class SiteRegistry:
    """A repository whose tags all run what `source` (`repository:tag`) runs."""

    host: str
    repository: str
    source: str

    def fill(self, tags: list[str]) -> None:
        """Put the layers there once, and a manifest for each tag."""
        repository, tag = self.source.split(":")
        manifest = json.loads(self._ask("GET", f"{repository}/manifests/{tag}", kind=MANIFEST_TYPE))
        for part in (*manifest["layers"], manifest["config"]):
            self._ask("POST", f"{self.repository}/blobs/uploads/?mount={part['digest']}&from={repository}")
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda each: self.push(each, manifest=manifest), tags))

    def push(self, tag: str, build: str = "1", manifest: dict | None = None) -> str:
        """A build of this tag, in place of the one before; its digest."""
        if manifest is None:
            repository, name = self.source.split(":")
            manifest = json.loads(self._ask("GET", f"{repository}/manifests/{name}", kind=MANIFEST_TYPE))
        made = manifest | {"annotations": {"org.opencontainers.image.version": f"{tag} build {build}"}}
        path = f"{self.repository}/manifests/{tag}"
        return self._send("PUT", path, json.dumps(made).encode()).headers["Docker-Content-Digest"]

    def _ask(self, method: str, path: str, kind: str = "") -> bytes:
        with self._send(method, path, b"" if method == "POST" else None, kind) as answer:
            return answer.read()

    def _send(self, method: str, path: str, body: bytes | None, kind: str = MANIFEST_TYPE):
        headers = {"Accept": kind} if method == "GET" else {"Content-Type": kind} if kind else {}
        url = f"http://{self.host}/v2/{path}"
        request = urllib.request.Request(url, body, headers, method=method)
        answer = urllib.request.urlopen(request, timeout=30)
        assert answer.status in (200, 201), f"{method} {url}: {answer.status}"
        return answer
