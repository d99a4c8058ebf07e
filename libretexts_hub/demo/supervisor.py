"""In which order do cluster, proxy and hub start and stop, and what happens when one of them fails?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import aiohttp

from libretexts_hub.demo import commands, leftovers
from libretexts_hub.demo.commands import Addresses, Settings
from libretexts_hub.demo.ports import LOOPBACK, free_ports, is_open, require_free
from libretexts_hub.demo.processes import Child, start_child
from libretexts_hub.demo.progress import Progress
from libretexts_hub.demo.state import State
from libretexts_hub.errors import LibreTextsHubError

START_SECONDS = 90.0  # the hub takes about 3 s on an idle laptop; the rest is for slow and busy machines
GRACE_SECONDS = {"hub": 10.0, "proxy": 3.0, "cluster": 20.0}
HURRIED_GRACE_SECONDS = 3.0
ATTEMPTS = 3  # a port that was free when we looked can be taken when the server binds it
PORT_TAKEN = ("EADDRINUSE", "address already in use")
REFUSED = 2  # the exit code of our programs when set-up or configuration is wrong; stderr has one sentence


class ChildError(LibreTextsHubError):
    """The hub, the proxy or the cluster ended by itself, or did not become ready."""


class RefusedError(Exception):
    """The hub or the cluster refused to start. The text is its own sentence: what, where, fix."""


class Demo:
    """One running demo: three children, and the address where a browser finds them."""

    def __init__(self, state: State, settings: Settings, proxy: list[str], progress: Progress) -> None:
        self.state = state
        self.settings = settings
        self.addresses = Addresses()
        self._proxy = proxy
        self._progress = progress
        self._children: list[Child] = []
        self._hurry = asyncio.Event()

    @property
    def url(self) -> str:
        """Where the browser goes."""
        return self.addresses.public_url

    async def start(self) -> None:
        """Cluster, proxy, hub. Raises SetupError, RefusedError or ChildError; stop() is due then too."""
        with self._progress.step("Starting the embedded cluster") as step:
            await self._start_cluster()
            step.done = f"Kubernetes API at {LOOPBACK}:{self.addresses.cluster_port}"
        with self._progress.step("Starting JupyterHub and its proxy") as step:
            await self._start_hub()
            step.done = f"JupyterHub at {self.url}"

    async def first_end(self) -> ChildError:
        """Wait until one of the children ends by itself, which none should."""
        waiting = {asyncio.ensure_future(child.process.wait()): child for child in self._children}
        try:
            ended, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return _ended(waiting[ended.pop()])
        finally:
            for task in waiting:
                task.cancel()

    def hurry(self) -> None:
        """Whoever stops now gets three seconds: a second Ctrl-C."""
        self._hurry.set()

    async def stop(self) -> None:
        """Hub, proxy, cluster, in this order; then whatever still carries our marker."""
        for child in self._children[::-1]:
            await self._stop(child)
        await asyncio.to_thread(leftovers.sweep, self.state, 1.0)

    def open_ports(self) -> list[int]:
        """The ports of this demo that somebody still listens on."""
        return [port for port in self.addresses.ports if is_open(port)]

    async def _start_cluster(self) -> None:
        commands.write_images(self.state)
        child = await self._start("cluster", commands.cluster(self.state, self.settings), {})
        self.addresses.cluster_port = await _until(partial(_announced_port, child), child)
        commands.link_kubeconfig(self.state)

    async def _start_hub(self) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            ports = free_ports(3)
            self.addresses.use(self.settings.port or ports[0], *ports[1:])
            try:
                return await self._start_proxy_and_hub()
            except ChildError:
                if attempt == ATTEMPTS or not self._lost_a_port():
                    raise
                for child in reversed(self._children[1:]):
                    await self._stop(child)
                if self.settings.port:
                    require_free(self.settings.port)
        return None

    async def _start_proxy_and_hub(self) -> None:
        environ = commands.hub_environment(self.state, self.settings, self.addresses)
        proxy = await self._start("proxy", [*self._proxy, *commands.proxy_options(self.addresses)], environ)
        hub = await self._start("hub", commands.hub(), environ)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            await _until(partial(_is_ok, session, f"{self.url}hub/health"), proxy, hub)

    def _lost_a_port(self) -> bool:
        text = "\n".join(line for child in self._children[1:] for line in child.log_lines()).lower()
        return any(words.lower() in text for words in PORT_TAKEN)

    async def _start(self, name: str, command: list[str], environ: Mapping[str, str]) -> Child:
        child = await start_child(name, command, self.state, environ)
        self._children.append(child)
        leftovers.record(self.state, self._children)
        return child

    async def _stop(self, child: Child) -> None:
        hurry = asyncio.ensure_future(self._hurry.wait())
        stopping = asyncio.ensure_future(child.stop(GRACE_SECONDS[child.name]))
        await asyncio.wait({stopping, hurry}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            stopping.cancel()
            await child.stop(HURRIED_GRACE_SECONDS)
        hurry.cancel()
        self._children.remove(child)


async def _until(answer: Callable[[], Awaitable[int]], *children: Child) -> int:
    """Ask until the answer is not 0. Raises ChildError or RefusedError when a child ends or time is over."""
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        for child in children:
            if child.exit_code is not None:
                raise RefusedError(child.last_words()) if _refused(child) else _ended(child)
        if found := await answer():
            return found
        await asyncio.sleep(0.05)
    raise _not_ready(children[-1])


async def _announced_port(cluster: Child) -> int:
    """From the line `ready https://127.0.0.1:PORT KUBECONFIG`."""
    ready = next((line for line in cluster.log_lines() if line.startswith("ready ")), "")
    return int(ready.split()[1].rpartition(":")[2]) if ready else 0


async def _is_ok(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def _refused(child: Child) -> bool:
    return child.name != "proxy" and child.exit_code == REFUSED


def _ended(child: Child) -> ChildError:
    what = (
        f"The {child.name} ended with code {child.exit_code}, saying: {child.last_words()[:300].rstrip('.')}"
    )
    return ChildError(what, where=str(child.log), fix="Read the log, correct what it names, and start again.")


def _not_ready(child: Child) -> ChildError:
    what = f"The {child.name} was not ready after {START_SECONDS:.0f} s"
    return ChildError(what, where=str(child.log), fix="Read the log; on a very busy machine, start again.")
