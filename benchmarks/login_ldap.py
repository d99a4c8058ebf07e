"""What does a login with an LDAP directory cost, one at a time, a hundred at once, and while a server hangs?

The peer is jupyterhub-ldapauthenticator with the same settings on the same slapd: StartTLS with a checked
certificate, a search for the entry, and two groups that admit. `python -m benchmarks.login_ldap` runs this
part alone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib.metadata
import json
import logging
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ldapauthenticator import LDAPAuthenticator as PeerAuthenticator
from traitlets.config import Config

from libretexts_hub.hub.authenticators.ldap import LDAPAuthenticator
from tests.servers.faults import FaultProxy
from tests.servers.slapd import BASE, GROUPS, PEOPLE, READER_DN, READER_PASSWORD, directory

from .figures import OURS, PEER, Series, sides_of_round
from .report import report, table
from .stall import TICK_SECONDS, StallMeter

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.servers.slapd import Slapd

PERSON = {"username": "fry", "password": "fry"}
PEER_PACKAGE = "jupyterhub-ldapauthenticator"
AT_ONCE = 100
HANG_SECONDS = 3
MILLISECONDS = 1000
IDLE = "idle loop"


def settings(slapd: Slapd, port: int) -> dict[str, Any]:
    """What both sides take, under the same names."""
    return {
        "server_address": "127.0.0.1",
        "server_port": port,
        "tls_kwargs": {"ca_certs_file": str(slapd.ca_file), "validate": 2},
        "lookup_dn": True,
        "lookup_dn_search_user": READER_DN,
        "lookup_dn_search_password": READER_PASSWORD,
        "lookup_dn_user_dn_attribute": "uid",
        "user_search_base": BASE,
        "user_attribute": "uid",
        "allowed_groups": [f"cn=ship_crew,{PEOPLE}", f"cn=nimbus,{GROUPS}"],
    }


def both(slapd: Slapd, port: int) -> dict[str, Any]:
    made = settings(slapd, port)
    return {
        OURS: LDAPAuthenticator(config=Config({"LDAPAuthenticator": {**made, "receive_seconds": 1}})),
        PEER: PeerAuthenticator(config=Config({"LDAPAuthenticator": made})),
    }


async def log_in(authenticator: Any) -> None:
    model = await authenticator.authenticate(None, dict(PERSON))
    if model is None or model["name"] != "fry":
        raise RuntimeError(f"{type(authenticator)} did not let Fry in")


async def seconds_of(authenticator: Any, count: int = 1) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(log_in(authenticator) for _ in range(count)))
    return time.perf_counter() - began


@dataclass
class Stalls:
    """For how many milliseconds a loop stood, by round: all time, and without waiting for a CPU."""

    wall: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)

    def add(self, meter: StallMeter) -> None:
        self.wall.append(round(meter.wall_seconds * MILLISECONDS, 2))
        self.own.append(round(meter.own_seconds * MILLISECONDS, 2))

    def facts(self) -> dict[str, Any]:
        return {"own_median": statistics.median(self.own), "own": self.own, "wall": self.wall}


async def stalls(slapd: Slapd, rounds: int) -> dict[str, Stalls]:
    """An idle loop's, that of a loop with as many logins as ours has threads at a server that never answers,
    and the peer's with one login, in turn."""
    found = {IDLE: Stalls(), OURS: Stalls(), PEER: Stalls()}
    async with FaultProxy.tcp("127.0.0.1", slapd.port) as proxy:
        await proxy.add("hang", seconds=HANG_SECONDS)
        for number in range(rounds):
            # A new one each time: ours would leave the server alone. The peer waits until the proxy hangs up.
            sides = both(slapd, proxy.address[1])
            gc.collect()  # what traitlets and the peer leave behind is no part of a login
            found[IDLE].add(await stall_while(asyncio.sleep(1)))
            hanging = [sides[OURS].authenticate(None, dict(PERSON)) for _ in range(sides[OURS].threads)]
            found[OURS].add(await stall_while(asyncio.gather(*hanging, return_exceptions=True)))
            if number == 0:
                found[PEER].add(await stall_while(sides[PEER].authenticate(None, dict(PERSON))))
    return found


async def stall_while(work: Awaitable[Any]) -> StallMeter:
    async with StallMeter() as meter:
        await asyncio.sleep(4 * TICK_SECONDS)
        with contextlib.suppress(Exception):
            await work
        await asyncio.sleep(4 * TICK_SECONDS)  # a stall shows at the tick after it
    return meter


async def measured(rounds: int, *, quick: bool) -> tuple[dict[str, Series], dict[str, Any], dict[str, float]]:
    """The ratios ldap_time and ldap_100_concurrent, facts, and stall_ms, which is no ratio."""
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    series = {"ldap_time": Series("s"), "ldap_100_concurrent": Series("s")}
    with directory() as slapd:
        stalled = await stalls(slapd, 5)
        sides = both(slapd, slapd.port)
        for authenticator in sides.values():
            await log_in(authenticator)
        for number in range(rounds):
            for side in sides_of_round(number):
                series["ldap_time"].add(side, [await seconds_of(sides[side]) for _ in range(3)])
        # A hundred of the peer take some twenty seconds: only in a quick run ten are counted ten times.
        for number in range(2 if quick else min(rounds, 3)):
            for side in sides_of_round(number):
                count = AT_ONCE // 10 if quick and side == PEER else AT_ONCE
                taken = await seconds_of(sides[side], count)
                series["ldap_100_concurrent"].add(side, taken * AT_ONCE / count)
        cold = both(slapd, slapd.port)
        facts: dict[str, Any] = {
            "ldap_100_concurrent_of_the_peer": "10 logins, times 10" if quick else "100 logins",
            "ldap_first_login_ms": round(await seconds_of(cold[OURS]) * MILLISECONDS, 1),
            "ldap_peer": f"{PEER_PACKAGE} {importlib.metadata.version(PEER_PACKAGE)}",
        }
        # Eight threads that decrypt and decode share the GIL with the loop: no limit, but good to know.
        crowded = Stalls()
        for _ in range(5):
            crowded.add(await stall_while(seconds_of(sides[OURS], AT_ONCE)))
        facts["ldap_100_stall_ms"] = crowded.facts()
        facts["ldap_stall_ms"] = {side: each.facts() for side, each in stalled.items()}
    return series, facts, {"stall_ms": statistics.median(stalled[OURS].own)}


async def measure(figures: Any, rounds: int, *, quick: bool) -> None:
    """As a part of `benchmarks.login`: add to its figures."""
    series, facts, absolute = await measured(rounds, quick=quick)
    figures.series.update(series)
    figures.facts.update(facts)
    figures.absolute.update(absolute)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.login_ldap", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rounds = 5 if chosen.quick else chosen.rounds
    series, facts, absolute = asyncio.run(measured(rounds, quick=chosen.quick))
    figures = report("login", {"quick": chosen.quick, "rounds": rounds}, series, facts, absolute)
    print(json.dumps(figures, indent=2) if chosen.json else table(figures, peer="ldapauthenticator"))


if __name__ == "__main__":
    main()
