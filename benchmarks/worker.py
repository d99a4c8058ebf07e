"""What does one spawner class cost a hub? A process with a real JupyterHub's objects starts what it is told.

Run as `python -m benchmarks.worker CONFIG-FILE OPTIONS`. It reads one JSON object a line, does it and prints
one JSON object: `{"do": "start", "names": [...], "together": true}`, `{"do": "form", "renders": 50}`. Each
class has a worker of its own: KubeSpawner keeps its watches at the class, and two in one process share them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from jupyterhub import orm
from jupyterhub.app import JupyterHub
from jupyterhub.objects import Server

from .everything_settings import AUTH_STATE, PERSON_GROUPS
from .stall import StallMeter

if TYPE_CHECKING:
    from jupyterhub.spawner import Spawner


async def make_hub(config_file: str) -> JupyterHub:
    """A JupyterHub with its database, users and settings made, but no proxy and no port."""
    hub = JupyterHub()
    await hub.initialize(["-f", config_file])
    return hub


class Worker:
    """Does one order after the other; `options` are the user_options of every start."""

    def __init__(self, hub: JupyterHub, options: dict[str, Any]) -> None:
        self.hub = hub
        self.options = options
        self.people = 0
        self.groups = [orm.Group(name=name) for name in PERSON_GROUPS]
        hub.db.add_all(self.groups)
        hub.db.commit()

    def _spawner(self, name: str) -> Spawner:
        """A person's spawner as `jupyterhub.user.User.spawn` has it when it calls `start()`."""
        db = self.hub.db
        row = orm.User.find(db, name) or orm.User(name=name, groups=self.groups)
        db.add(row)
        db.commit()
        user = self.hub.users[row]
        spawner = user.spawners[""]
        orm_server = orm.Server(base_url=user.base_url)
        db.add(orm_server)
        db.commit()
        spawner.server = Server(orm_server=orm_server)
        spawner.api_token = "0" * 32
        spawner.user_options = self.options
        return spawner

    async def _start(self, name: str, spawner: Spawner) -> dict[str, Any]:
        # As jupyterhub.user.User.spawn does before a start, of which the time is not counted.
        spawner.clear_state()
        await spawner.run_auth_state_hook(AUTH_STATE)
        await spawner.apply_group_overrides()
        await spawner._run_apply_user_options(spawner.user_options)
        began = time.monotonic()
        try:
            url = await spawner.start()
        except Exception as error:
            return {"name": name, "error": f"{type(error).__name__}: {error}"}
        ended = time.monotonic()
        return {"name": name, "url": url, "seconds": ended - began, "ended": ended}

    async def start(self, names: list[str], together: bool) -> dict[str, Any]:
        """Start these servers, one after the other or all at once.

        Their objects are made before: a hub makes one with each request, never all in one pass of its loop.
        """
        spawners = {name: self._spawner(name) for name in names}
        wall, cpu = time.perf_counter(), time.process_time()
        async with StallMeter() as stall:
            if together:
                done = await asyncio.gather(*(self._start(*each) for each in spawners.items()))
            else:
                done = [await self._start(*each) for each in spawners.items()]
        return {
            "servers": done,
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "stall_cpu": stall.cpu_seconds,
            "stall_wall": stall.wall_seconds,
        }

    async def form(self, renders: int) -> dict[str, Any]:
        """Render the options form of that many people: a first look each, and then a second one each.

        KubeSpawner keeps the text of a static `profile_list` at the spawner: only the first look renders.
        """
        self.people += renders
        spawners = [self._spawner(f"reader-{self.people - n}") for n in range(renders)]
        await self._spawner("warm-up").get_options_form()  # fills what is kept for everybody
        looks = []
        for _ in ("first", "second"):
            began = time.process_time()
            html = [await spawner.get_options_form() for spawner in spawners]
            looks.append((time.process_time() - began) / renders)
        return {"first": looks[0], "again": looks[1], "bytes": len(html[0])}

    async def do(self, order: dict[str, Any]) -> dict[str, Any]:
        what = order.pop("do")
        if what == "start":
            return await self.start(**order)
        if what == "form":
            return await self.form(**order)
        raise ValueError(f"{what!r}: start or form")


async def main(config_file: str, options: str) -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever else is printed must not come between two answers
    worker = Worker(await make_hub(config_file), json.loads(options))
    print(json.dumps({"ready": True}), file=answers, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await worker.do(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
