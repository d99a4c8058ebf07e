"""Which servers are stopped in this run? Those that run are listed, judged, read again, judged again."""

import asyncio
from dataclasses import dataclass, field

from libretexts_hub.culler.ports import ArbiterPort
from libretexts_hub.culler.world import EndedError, World
from libretexts_hub.domain.cull_servers import Leave, Stop, Warn, judge_server, rule_for
from libretexts_hub.domain.culling import HubServer, HubUser, Notice
from libretexts_hub.domain.culling_errors import CullingError, GoneError

Told = set[tuple[str, str, float | None]]


@dataclass
class ServerReport:
    """What was stopped, or would be: person, server, reason."""

    stopped: list[tuple[str, str, str]] = field(default_factory=list)
    problem: str = ""


class ServerSweep:
    """One run over the servers that run. `told` is kept between runs, so that a person is warned once."""

    def __init__(
        self,
        world: World,
        *,
        arbiter: ArbiterPort | None = None,
        told: Told | None = None,
        is_dry: bool = False,
    ):
        self.world = world
        self.arbiter = arbiter
        self.told: Told = told if told is not None else set()
        self.is_dry = is_dry
        self.report = ServerReport()

    async def run(self) -> ServerReport:
        """Do it. What goes wrong is in the report; a list that is not whole ends it."""
        if not self.world.settings.policy.servers:
            return self.report
        try:
            # Stopping servers takes people off the list, so it is read to its end before.
            users = await self._active()
            todo = iter([(user, server) for user in users for server in user.servers])

            async def work() -> None:
                for user, server in todo:
                    if not self.world.ended:
                        await self._judge(user, server)

            await asyncio.gather(*(work() for _ in range(self.world.settings.concurrency)))
        except CullingError as error:
            self.report.problem = str(error)
            self.world.log.warning("%s", error)
        return self.report

    async def _active(self) -> list[HubUser]:
        found: dict[str, HubUser] = {}
        offset: int | None = 0
        while offset is not None:
            page = await self.world.ports.hub.users(
                offset=offset, limit=self.world.settings.user_page, by_id=True, only_active=True
            )
            apart = None if page.hub_time is None else abs(page.hub_time - self.world.now)
            if apart is None or apart > self.world.settings.policy.fuse.clock:
                raise EndedError(
                    "The clock of the hub is not ours, or not known",
                    where="the fuse",
                    fix="Set both by NTP; nothing was stopped.",
                )
            found.update((user.name, user) for user in page.users)
            offset = page.next_offset
        return list(found.values())

    async def _judge(self, user: HubUser, server: HubServer) -> None:
        rules, now = self.world.settings.policy.servers, self.world.now
        verdict = judge_server(rules, user, server, now=now)
        if isinstance(verdict, Warn):
            await self._warn(user, server, verdict)
        if isinstance(verdict, Leave | Warn) and self.arbiter is None:
            return
        word = await self._arbiter_says(user, server)
        if word is False and not (isinstance(verdict, Stop) and verdict.is_old):
            return
        if not isinstance(verdict, Stop):
            if word is not True or server.pending or not server.is_ready:
                return
            verdict = Stop("the arbiter says so", "arbiter")
        try:
            await self._stop(user, server, verdict)
        except CullingError as error:
            self.world.errors[type(error).__name__] += 1
            self.world.log.warning("%s %s was not stopped: %s", user.name, server.name or "(default)", error)

    async def _arbiter_says(self, user: HubUser, server: HubServer) -> bool | None:
        if self.arbiter is None:
            return None
        rule = rule_for(self.world.settings.policy.servers, user, server)
        idle = None if server.last_activity is None else self.world.now - server.last_activity
        try:
            return await self.arbiter.allows(user, server.name, idle=idle, limit=rule.idle if rule else None)
        except Exception:
            self.world.log.exception("The arbiter failed; the server of %s is left alone", user.name)
            return False

    async def _stop(self, user: HubUser, server: HubServer, verdict: Stop) -> None:
        again = await self.world.ports.hub.user(user.name)
        there = next((each for each in again.servers if each.name == server.name), None) if again else None
        if again is None or there is None or there.started != server.started:
            return
        if verdict.rule == "arbiter":
            if there.pending or not there.is_ready or there.last_activity != server.last_activity:
                return
        elif not isinstance(
            judge_server(self.world.settings.policy.servers, again, there, now=self.world.now), Stop
        ):
            return
        self.report.stopped.append((user.name, server.name, verdict.reason))
        if self.is_dry:
            return
        # The Lease is taken for homes only, later in the same run.
        self.world.may_change(is_shared=True)
        try:
            await self.world.ports.hub.stop_server(user.name, server.name, remove=verdict.remove)
        except GoneError:
            return
        self.world.counts["stopped"] += 1
        await self.world.audit(
            "stop server", user.name, verdict.reason, server=server.name, rule=verdict.rule
        )

    async def _warn(self, user: HubUser, server: HubServer, verdict: Warn) -> None:
        key = (user.name, server.name, server.last_activity or server.started)
        if key in self.told or self.is_dry or self.world.ports.notices is None:
            return
        self.told.add(key)
        notice = Notice(
            "server", user.name, delete_after=verdict.stops_at, reason=verdict.reason, server=server.name
        )
        await self.world.ports.notices.send(notice)
