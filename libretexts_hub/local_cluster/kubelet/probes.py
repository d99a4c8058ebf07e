"""Does a container answer? One probe, asked once."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from libretexts_hub.local_cluster.kubelet.execution import Surroundings, run
from libretexts_hub.local_cluster.kubelet.process import StartProblem
from libretexts_hub.local_cluster.store import Object

MOST_REDIRECTS = 10


@dataclass(frozen=True)
class Verdict:
    """What a probe found. `succeeded` None: the probe itself failed, which counts neither way."""

    succeeded: bool | None
    output: str = ""


@dataclass(frozen=True)
class ProbeTarget:
    """The container that is probed."""

    container: Object
    pod_ip: str
    surroundings: Surroundings
    session: aiohttp.ClientSession

    async def ask(self, probe: Mapping[str, Any]) -> Verdict:
        """Run the probe's one action (pkg/kubelet/prober/prober.go)."""
        timeout = float(probe.get("timeoutSeconds") or 1)
        if action := probe.get("exec"):
            return await self._exec(action.get("command") or [], timeout)
        try:
            if action := probe.get("httpGet"):
                return await self._http(action, timeout)
            if action := probe.get("tcpSocket"):
                return await self._tcp(action, timeout)
        except LookupError as error:
            return Verdict(None, str(error))
        return Verdict(None, f"missing probe handler for {self.container['name']}")

    async def _exec(self, command: list[str], timeout_seconds: float) -> Verdict:
        try:
            result = await run(command, self.surroundings, timeout_seconds)
        except StartProblem as error:
            return Verdict(None, f"rpc error: code = Unknown desc = failed to exec in container: {error}")
        if result.exit_code is None:
            words = " ".join(command)
            return Verdict(False, f'command timed out: "{words}" timed out after {timeout_seconds:g}s')
        return Verdict(result.exit_code == 0, result.output)

    async def _tcp(self, action: Mapping[str, Any], timeout_seconds: float) -> Verdict:
        host, port = action.get("host") or self.pod_ip, port_number(action.get("port"), self.container)
        try:
            async with asyncio.timeout(timeout_seconds):
                _, writer = await asyncio.open_connection(host, port)
            writer.close()
        except TimeoutError:
            return Verdict(False, f"dial tcp {host}:{port}: i/o timeout")
        except OSError as error:
            return Verdict(False, f"dial tcp {host}:{port}: {_reason(error)}")
        return Verdict(True)

    async def _http(self, action: Mapping[str, Any], timeout_seconds: float) -> Verdict:
        url = probe_url(action, self.container, self.pod_ip)
        headers = {"User-Agent": "kube-probe/1.36", "Accept": "*/*"}
        headers |= {header["name"]: header["value"] for header in action.get("httpHeaders") or []}
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._get(url, headers)
        except TimeoutError:
            why = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        except (aiohttp.ClientConnectorError, aiohttp.ClientOSError) as error:
            why = f"dial tcp {url.host}:{url.port}: {_reason(getattr(error, 'os_error', error))}"
        except (aiohttp.ClientError, ValueError) as error:
            why = str(error) or type(error).__name__
        return Verdict(False, f'Get "{url}": {why}')

    async def _get(self, url: URL, headers: Mapping[str, str]) -> Verdict:
        """Follow redirects on the same host.

        One to another host ends the probe well (pkg/probe/http/http.go).
        """
        host = url.host
        for _ in range(MOST_REDIRECTS):
            # The kubelet does not check certificates of probes either.
            async with self.session.get(url, headers=headers, allow_redirects=False, ssl=False) as answer:
                if answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                    url = url.join(URL(answer.headers["Location"]))
                    if url.host == host:
                        continue
                if 200 <= answer.status < 400:
                    return Verdict(True)
                return Verdict(False, f"HTTP probe failed with statuscode: {answer.status}")
        return Verdict(False, f'Get "{url}": stopped after 10 redirects')


def probe_url(action: Mapping[str, Any], container: Object, pod_ip: str) -> URL:
    """Where an httpGet action goes. LookupError when it names a port that the container does not have."""
    host = action.get("host") or pod_ip
    port = port_number(action.get("port"), container)
    path = str(action.get("path") or "/")
    scheme = str(action.get("scheme") or "HTTP").lower()
    return URL(f"{scheme}://{host}:{port}/{path.lstrip('/')}")


def port_number(port: object, container: Object) -> int:
    """A port by number or by its name in `container.ports`. LookupError when there is no such name."""
    if isinstance(port, int) or (isinstance(port, str) and re.fullmatch(r"[0-9]{1,5}", port)):
        return int(port)
    for entry in container.get("ports") or []:
        if entry.get("name") == port:
            return int(entry["containerPort"])
    raise LookupError(f'couldn\'t find port: "{port}"')


def _reason(error: BaseException) -> str:
    number = error.errno if isinstance(error, OSError) else None
    names = {
        111: "connect: connection refused",
        61: "connect: connection refused",
        104: "read: connection reset by peer",
    }
    return names.get(number or 0, str(error))
