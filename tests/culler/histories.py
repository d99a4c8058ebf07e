"""How is a history played? A hub with a few people, runs of the culler, and what happens between any two of
their requests."""

import asyncio
from itertools import count

from libretexts_hub.culler.sweep import Sweep
from libretexts_hub.culler.world import Ports as PortSet
from libretexts_hub.culler.world import Settings, World
from libretexts_hub.domain.claims import Naming
from libretexts_hub.domain.cull_policy import parse_policy
from tests.culler.model import DAY, NAMESPACE, Crash, Model, Ports

POLICY = {
    "homes": {
        "left": {"inactive": "180d", "notices": ["14d", "3d"], "grace": "10d", "settle": "10m"},
        "nobody": {"orphans": True, "inactive": "60d", "grace": "14d"},
    },
    "protect": {"groups": ["staff"], "younger_than": "30d"},
    "fuse": {"claims": 2, "percent": 100, "fallen_users": 60, "clock": "2m"},
}
FACTS = {
    "wait": 14 * DAY,
    "notices": (14 * DAY, 3 * DAY),
    "groups": {"staff"},
    "hub_user": "delete",
    "claims": 2,
}
NAMES = ("ann", "bob", "cid", "dot", "eve")
NAMING = Naming(namespace=NAMESPACE)
PARSED = parse_policy(POLICY, where="policy")
_runs = count()


def hub(facts=FACTS):
    """Ann and Bob are gone for a year, Cid was here yesterday, Dot is staff and gone; Eve has no record."""
    model = Model(facts)
    model.time -= 365 * DAY
    for name in NAMES:
        model.spawn(name)
        model.stop(name)
    model.spawn("bob", "lab")
    model.stop("bob")
    model.records["dot"].groups = ("staff",)
    model.make_claim("shared-data", labels={"app": "else"}, annotations={})
    model.remove_record("eve")
    model.time += 364 * DAY
    model.login("cid")
    model.time += DAY
    model.save()
    return model


def run(model, *, others=0, yields=0, concurrency=3, policy=PARSED, plan_only=False):
    """One run, or several at once; the oracle in the model raises where a delete was wrong."""
    loop = loop_of()
    runners = [Ports(model, f"run-{next(_runs)}", yields=yields + index) for index in range(others + 1)]
    sweeps = []
    for ports in runners:
        settings = Settings(
            policy, NAMING, run=ports.runner, concurrency=concurrency, user_page=2, claim_page=3
        )
        found = PortSet(
            ports.hub, Claims(ports), ports.pods, ports.audit, ports.lease, ports.clock, notices=ports
        )
        sweeps.append(Sweep(World(found, settings), is_dry=plan_only))

    async def one(sweep, ports):
        try:
            return await sweep.run()
        except Crash:
            return None
        finally:
            if model.lease_holder == ports.runner:
                model.lease_holder = None  # as when its time is over

    async def everyone():
        return await asyncio.gather(
            *(one(sweep, ports) for sweep, ports in zip(sweeps, runners, strict=True))
        )

    reports = loop.run_until_complete(everyone())
    model.schedule.clear()
    model.flows.clear()
    return reports[0]


class Claims:
    """The claim port of a runner: `page`, `get`, `annotate` and `delete` under their names."""

    def __init__(self, ports):
        self.page, self.get, self.annotate, self.delete = ports.page, ports.get, ports.annotate, ports.delete


_loop = []


def loop_of():
    """One loop for all histories: making one takes longer than a run."""
    if not _loop or _loop[0].is_closed():
        _loop[:] = [asyncio.new_event_loop()]
    return _loop[0]
