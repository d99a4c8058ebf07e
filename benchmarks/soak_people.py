"""What do the people of a soak do, at random: log in, look around, start, stop, leave, choose in vain?"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from libretexts_hub.demo.visitor import VisitError
from tests.servers.hub import ADMIN, ADMIN_PASSWORD, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from libretexts_hub.demo.visitor import Visitor
    from tests.servers.hub import HubProcess

PAUSE_SECONDS = 0.3
AWAY_CHANCE = 0.08
AWAY_SECONDS = (15.0, 30.0)
# What a person may be told, rightly, while the culler stops their server or takes their record.
CROSSED = (
    "not starting",
    "pending",
    "is already",
    "is stopping",
    "not running",
    "no longer running",
    "being stopped",
)


@dataclass
class Crowd:
    """Everybody who uses the hub, what they did, and what went wrong.

    `taken` says whether the culler took somebody's record since a moment of the monotonic clock. Its clock is
    put forward, so it also takes that of somebody who has just logged in, which it never does with the time
    of day; such a person is logged out. A hub that `is_stock` has no menu that could be asked in vain.
    """

    hub: HubProcess
    names: list[str]
    seed: int
    taken: Callable[[str, float], bool]
    is_stock: bool = False
    did: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    start_seconds: list[float] = field(default_factory=list)

    async def use(self, seconds: float) -> None:
        """Everybody does what comes to their mind, for so long; who is in the middle of something ends it."""
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for number, name in enumerate(self.names):
                group.create_task(self._live(name, random.Random(self.seed * 1000 + number), until))

    async def _live(self, name: str, dice: random.Random, until: float) -> None:
        while time.monotonic() < until:
            try:
                began = time.monotonic()
                await self._visit(name, dice)
            except VisitError as problem:
                is_gone = self.taken(name, began)
                if is_gone and problem.status == 500:
                    # JupyterHub's own: it goes on with a record that was deleted during the request.
                    self.did["500 while the record went"] += 1
                elif (
                    is_gone or problem.status == 404 or any(word in str(problem).lower() for word in CROSSED)
                ):
                    self.did["crossed with the culler"] += 1
                else:
                    self.failures.append(f"{name}: {problem}"[:500])
            is_away = dice.random() < AWAY_CHANCE  # long enough that the home may go
            pause = dice.uniform(*AWAY_SECONDS) if is_away else dice.uniform(0, 2 * PAUSE_SECONDS)
            await asyncio.sleep(min(pause, max(0.0, until - time.monotonic())))

    async def _visit(self, name: str, dice: random.Random) -> None:
        """One browser, from the login to its end."""
        async with self.hub.visitor() as person:
            await person.login(name, PASSWORD)
            # A login goes on to the server where one runs; what a page of the hub knows is asked for below.
            await person.open("home")
            self.did["login"] += 1
            for _ in range(dice.randint(1, 3)):
                await self._act(person, dice)

    async def _act(self, person: Visitor, dice: random.Random) -> None:
        servers = await person.servers()
        if dice.random() < 0.15:
            if not self.is_stock:
                await self._refused(person)
        elif dice.random() < 0.15:
            await person.open("home")
            await person.open("token")
            self.did["pages"] += 1
        elif not servers:
            await self._start(person, "side" if dice.random() < 0.1 else "")
        else:
            name = next(iter(servers))
            if servers[name]["ready"] and dice.random() < 0.5:
                await person.stop(server_name=name)
                self.did["stop"] += 1

    async def _start(self, person: Visitor, server_name: str) -> None:
        began = time.monotonic()
        await person.spawn(server_name=server_name)
        await person.wait_until_ready(server_name=server_name)
        await person.open(person.server_url(server_name=server_name) / "api")
        self.start_seconds.append(time.monotonic() - began)
        self.did["start"] += 1

    async def _refused(self, person: Visitor) -> None:
        """Somebody asks for what is not on the menu."""
        try:
            await person.hub_api("POST", f"users/{quote(person.name, safe='')}/server", {"image": "nobody's"})
        except VisitError as problem:
            if problem.status != 400:
                raise
            self.did["refused"] += 1
        else:
            self.failures.append(f"{person.name}: an image that is not on the menu was taken")

    async def go_home(self) -> None:
        """An administrator stops whatever runs."""
        async with self.hub.visitor() as ada:
            await ada.login(ADMIN, ADMIN_PASSWORD)
            for name in self.names:
                try:
                    for server in await ada.servers(user=name):
                        await ada.stop(server_name=server, user=name)
                except VisitError as problem:
                    if problem.status != 404:  # the culler took the record
                        raise
