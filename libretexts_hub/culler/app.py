"""How does the culler run? As a service of the hub, as a Deployment of its own, or once: `IdleCuller`."""

import asyncio
import logging
import signal
import sys
import uuid
from collections.abc import Callable
from typing import Any

from traitlets import Bool, Int, Unicode
from traitlets import Callable as CallableTrait

from libretexts_hub import __version__
from libretexts_hub.culler.health import Health, HealthServer
from libretexts_hub.culler.local import CallableArbiter
from libretexts_hub.culler.metrics import IS_LEADER, note_run
from libretexts_hub.culler.servers import ServerSweep, Told
from libretexts_hub.culler.settings import CullerSettings
from libretexts_hub.culler.sweep import Report, Sweep
from libretexts_hub.culler.wiring import wired
from libretexts_hub.culler.world import Ports, Settings, World
from libretexts_hub.domain.cull_plan import table
from libretexts_hub.domain.culling_errors import CullingError
from libretexts_hub.errors import LibreTextsHubError
from libretexts_hub.log_lines import JsonLines

FLAGS = {"timeout", "max_age", "concurrency", "api_page_size", "url", "cull_every"}
FLAGS |= {"remove_named_servers", "cull_admin_users", "policy_file", "json_log"}
FLAGS |= {"cull_default_servers", "cull_named_servers", "cull_users"}

TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class IdleCuller(CullerSettings):
    """Stops idle servers and deletes homes of people who are gone, as the policy says. By default none."""

    name = "libretexts-culler"
    version = __version__
    description = "Stops idle servers and removes the homes of people who are gone."
    aliases = {
        **{flag.replace("_", "-"): f"IdleCuller.{flag}" for flag in sorted(FLAGS)},
        "config": "IdleCuller.config_file",
        "log-level": "Application.log_level",
    }

    config_file = Unicode(
        help="""
        A Python or JSON file of settings for `c.IdleCuller`. The default is empty: only the command line
        counts.

        Example: `c.IdleCuller.config_file = "/etc/culler/culler.py"`
        """,
    ).tag(config=True)
    cull_every = Int(
        600,
        min=0,
        help="""
        Seconds from the end of one run to the beginning of the next. 0 runs once and ends. The default is
        ten minutes.

        Example: `c.IdleCuller.cull_every = 600`
        """,
    ).tag(config=True)
    health_port = Int(
        0,
        min=0,
        max=65535,
        help="""
        The port of `/health` and `/metrics`. 0, the default, opens none.

        Example: `c.IdleCuller.health_port = 8080`
        """,
    ).tag(config=True)
    json_log = Bool(
        False,
        help="""
        Whether each line of the log is a JSON object with time, level, logger and message, as collectors of
        logs like them. The default is False: text.

        Example: `c.IdleCuller.json_log = True`
        """,
    ).tag(config=True)
    arbiter = CallableTrait(
        None,
        allow_none=True,
        help="""
        A function with the last word on a server: `arbiter(user, server, idle, limit)`, where `user` has
        name, groups and servers. True stops it, False keeps it (but not beyond `max_age`), None leaves it
        to the policy. It may be async; one that raises keeps. The default is none.

        Example: `c.IdleCuller.arbiter = lambda user, server, idle, limit: False if "staff" in user.groups else None`
        """,  # noqa: E501
    ).tag(config=True)

    def initialize(self, argv: list[str] | None = None) -> None:
        """Read the command line, then the file, then the command line again, which counts."""
        self.parse_command_line(argv)
        if self.config_file:
            on_command_line = self.cli_config
            self.load_config_file(self.config_file)
            self.update_config(on_command_line)

    def start(self) -> None:
        """Run until a signal ends it, or once. Raises LibreTextsHubError for wrong settings."""
        level: Any = self.log_level
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines() if self.json_log else logging.Formatter(TEXT))
        logging.basicConfig(level=level, handlers=[handler])
        asyncio.run(self.serve())

    async def serve(self) -> None:
        """Runs, one after the other; never two at once."""
        policy, _ = self.policy(), self.costs()
        wires = self.wires(policy, needs_cluster=bool(policy.homes))
        ended = asyncio.Event()
        worlds: list[World] = []

        def end() -> None:
            ended.set()
            for world in worlds:
                world.end("a signal")

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        health = Health(stale_after=max(self.cull_every, 60) * 2 + 3600)
        told: Told = set()
        async with wired(wires) as (ports, namespace):
            IS_LEADER.set_function(lambda: float(ports.lease.holds()))
            server = HealthServer(health, port=self.health_port) if self.health_port else None
            if server is not None:
                await server.__aenter__()
            try:
                while not ended.is_set():
                    worlds[:] = [self.world(ports, namespace)]
                    report = await self.run_once(worlds[0], told, progress=lambda *_: health.beat())
                    health.ended(report.problem or "done")
                    if not self.cull_every:
                        break
                    await _until(ended, self.cull_every)
            finally:
                if server is not None:
                    await server.__aexit__()

    def world(self, ports: Ports, namespace: str, **settings: Any) -> World:
        """One run's own."""
        return World(
            ports,
            Settings(
                policy=self.policy(),
                naming=self.naming(namespace),
                run=uuid.uuid4().hex[:12],
                concurrency=self.concurrency,
                user_page=self.api_page_size,
                snapshot_seconds=self.snapshot_timeout,
                asks_hub=self.needs_hub_consent,
                **settings,
            ),
        )

    async def run_once(
        self, world: World, told: Told, *, progress: Callable[[str, int, int], None] | None = None
    ) -> Report:
        """Servers, then homes."""
        arbiter = CallableArbiter(self.arbiter) if self.arbiter is not None else None
        began = world.ports.clock.monotonic()
        try:
            await ServerSweep(world, arbiter=arbiter, told=told).run()
            report = Report()
            if world.settings.policy.homes and not world.ended:
                sweep = Sweep(world, progress=progress, begins_with_plan=True)
                report = await sweep.run()
                if sweep.only_plans:
                    world.log.info("Plan:\n%s", table(report.entries, costs=self.costs()))
        except CullingError as error:
            report = Report(problem=str(error))
        note_run(world, report, world.ports.clock.monotonic() - began)
        world.log.info(
            "Run %s ended: %s; %s", world.settings.run, report.problem or "done", dict(world.counts)
        )
        return report


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def main(argv: list[str] | None = None) -> int:
    """`python -m libretexts_hub.culler`: 0, or 2 with one sentence on stderr for wrong settings."""
    app = IdleCuller()
    try:
        app.initialize(argv)
        app.start()
    except LibreTextsHubError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0
