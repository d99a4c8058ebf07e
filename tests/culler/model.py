"""What are a hub and a cluster to the culler? A model in memory that implements its ports, and an oracle.

The oracle does not ask the product's own judgement. It knows what really happened: who owns a claim, whoever
they are called now, when they were last there, since when the mark has been on the claim, what was sent.
"""

import asyncio
import copy
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from libretexts_hub.domain import cull_annotations as keys
from libretexts_hub.domain.culling import (
    Claim,
    ClaimPage,
    HubServer,
    HubUser,
    Ledger,
    Sent,
    UserPage,
)
from libretexts_hub.domain.culling_errors import (
    ConflictError,
    GoneError,
    PartialListError,
    RefusedError,
    UnavailableError,
)

DAY = 86400.0
START = 1_800_000_000.0
NAMESPACE = "hub"
SLACK = 2.0  # marks are written in whole seconds


class Crash(BaseException):
    """kill -9: nothing of the run goes on."""


def says(kind, what="the model says no", **more):
    return kind(what, where="model", fix="none", **more)


@dataclass
class Record:
    """A person in the hub; `body` is who they really are."""

    name: str
    body: int
    created: float
    last_activity: float | None
    is_admin: bool = False
    groups: tuple = ()
    servers: dict = field(default_factory=dict)
    id: int = 0


@dataclass
class Flow:
    """What one task of the culler did last: to judge which events it could not know of."""

    last_call: tuple = ()
    read_at: dict = field(default_factory=dict)
    read: dict = field(default_factory=dict)
    announced: set = field(default_factory=set)
    run: str = ""


class Model:
    def __init__(self, policy_facts):
        self.facts = policy_facts
        self.time, self.clock_offset, self.hub_offset = START, 0.0, 0.0
        self.records, self.claims, self.pods = {}, {}, []
        self.bodies, self.ids, self.versions, self.uids = 0, 0, 0, 0
        self.event = 0  # counts everything that happens
        self.last_use = {}  # body -> (time, event)
        self.users_of = defaultdict(set)  # uid -> bodies
        self.marked_since = {}  # uid -> (value of marked-at, true time)
        self.sent = []
        self.reaches = True
        self.deleted, self.deleted_names, self.per_run = [], [], Counter()
        self.backup = None
        self.lease_holder, self.ledger = None, Ledger()
        self.schedule, self.calls = {}, 0
        self.flows = defaultdict(Flow)  # of the tasks of one run
        self.audited = []
        self.mount_read = {}  # (run, claim) -> event
        self.replaced = {}  # body -> (since when the claim that is gone was marked, event)
        self.held_at = {}  # uid -> event

    # what people and operators do

    def new_body(self):
        self.bodies += 1
        return self.bodies

    def register(self, name, *, body=None, created=None, seen=0.0):
        self.event += 1
        self.ids += 1
        created = self.time if created is None else created
        body = body or self.new_body()
        self.records[name] = Record(name, body, created, created if seen is not None else None, id=self.ids)
        if seen is not None:
            self.last_use[body] = (created, self.event)
        return self.records[name]

    def login(self, name):
        record = self.records.get(name) or self.register(name)
        self.event += 1
        record.last_activity = self.time + self.hub_offset
        self.last_use[record.body] = (self.time, self.event)
        return record

    def claim_name(self, name, server=""):
        return f"claim-{name}" + (f"--{server}" if server else "")

    def make_claim(
        self, name, server="", *, created=None, body=None, labels=None, annotations=None, owner=None
    ):
        self.event += 1
        self.uids += 1
        place = (NAMESPACE, name)
        self.claims[place] = Claim(
            *place,
            uid=f"uid-{self.uids}",
            resource_version=self.version(),
            created=self.time if created is None else created,
            labels=labels if labels is not None else {keys.COMPONENT: keys.HOME_COMPONENT},
            annotations=annotations
            if annotations is not None
            else {keys.OWNER: owner} | ({keys.SERVER: server} if server else {}),
            bytes=2**30,
            storage_class="standard",
        )
        if body:
            self.users_of[self.claims[place].uid].add(body)
        return self.claims[place]

    def version(self):
        self.versions += 1
        return str(self.versions)

    def spawn(self, name, server=""):
        record = self.login(name)
        known = record.servers.get(server)
        claim_name = (known or {}).get("state", {}).get("pvc_name") or self.claim_name(name, server)
        place = (NAMESPACE, claim_name)
        if place not in self.claims:
            self.make_claim(claim_name, server, body=record.body, owner=name)
        self.users_of[self.claims[place].uid].add(record.body)
        record.servers[server] = {
            "running": True,
            "state": {"pvc_name": claim_name, "namespace": NAMESPACE, keys.LEFT_TO_CULLER: True},
            "started": self.time,
        }
        self.pods.append((place, f"jupyter-{name}", self.event))

    def stop(self, name):
        record = self.records.get(name)
        for server in record.servers.values() if record else ():
            server["running"] = False
        self.pods = [pod for pod in self.pods if pod[1] != f"jupyter-{name}"]
        self.event += 1

    def rename(self, old, new):
        if old in self.records and new not in self.records:
            self.stop(old)
            record = self.records.pop(old)
            record.name = new
            self.records[new] = record
            self.event += 1

    def left_traces(self, bodies):
        """Who came back, worked and is removed again leaves one trace: the spawner of this package took the
        mark off at that start (`culler_owns_homes`). Nothing else would tell."""
        for place, claim in list(self.claims.items()):
            since = self.marked_since.get(claim.uid)
            used = [
                self.last_use[body][0] for body in self.users_of[claim.uid] & bodies if body in self.last_use
            ]
            if since and used and max(used) > since[1]:
                self.touch(place, **dict.fromkeys(keys.MARK_KEYS))

    def remove_record(self, name, *, by_culler=False):
        if name in self.records:
            self.stop(name)
            if not by_culler:
                self.left_traces({self.records[name].body})
            del self.records[name]
            self.event += 1

    def touch(self, place, **annotations):
        claim = self.claims.get(place)
        if claim is not None:
            self.event += 1
            if keys.HOLD in annotations:
                self.held_at[claim.uid] = self.event
            notes = {**claim.annotations, **annotations}
            notes = {key: value for key, value in notes.items() if value is not None}
            self.claims[place] = replace(claim, annotations=notes, resource_version=self.version())
            self.noticed(self.claims[place])

    def recreate(self, place, *, with_notes):
        claim = self.claims.get(place)
        if claim is None:
            return
        bodies = set(self.users_of[claim.uid])
        if claim.uid in self.marked_since:
            self.replaced.update(dict.fromkeys(bodies, (self.marked_since[claim.uid][1], self.event + 1)))
        notes = claim.annotations if with_notes else {keys.OWNER: claim.annotations.get(keys.OWNER, "")}
        made = self.make_claim(
            claim.name, labels=claim.labels, annotations=dict(notes), created=claim.created
        )
        self.users_of[made.uid] = bodies

    def noticed(self, claim):
        value = claim.annotations.get(keys.MARKED_AT)
        if value is None:
            self.marked_since.pop(claim.uid, None)
        elif self.marked_since.get(claim.uid, ("",))[0] != value:
            self.marked_since[claim.uid] = (value, self.time)

    def save(self):
        self.backup = copy.deepcopy((self.records, self.ids))

    def restore(self):
        if self.backup is not None:
            self.left_traces({record.body for record in self.records.values()})
            self.records, self.ids = copy.deepcopy(self.backup)
            self.pods = [pod for pod in self.pods if pod[1].startswith("foreign")]
            for record in self.records.values():
                for server in record.servers.values():
                    server["running"] = False
            self.event += 1

    # the oracle

    def must(self, holds, what, *seen):
        assert holds, f"{what}: {seen}"

    def check_record_deleted(self, flow, name):
        self.must(
            flow.last_call == ("user", name), "a record goes right after it was read", name, flow.last_call
        )
        record = self.records[name]
        read_at, read = flow.read_at[name], flow.read[name]
        self.must(not read.is_admin and not set(read.groups) & self.facts["groups"], "protected", name)
        own = [claim for claim in self.claims.values() if record.body in self.users_of[claim.uid]]
        since = [self.marked_since[claim.uid][1] for claim in own if claim.uid in self.marked_since]
        looked_at = min((flow.read_at.get(claim.place, -1) for claim in own), default=-1)
        if record.body in self.replaced and self.replaced[record.body][1] > looked_at:
            since.append(self.replaced[record.body][0])  # nobody could know of it
        used = self.last_use.get(record.body)
        if used and used[1] <= read_at:
            self.must(since and used[0] <= min(since) + SLACK, "the person was there since the mark", name)
        running = [pod for pod in self.pods if pod[1] == f"jupyter-{name}" and pod[2] <= read_at]
        self.must(not running, "a record went while a server ran", name)
        # What was made after the last look nobody could know of.
        known_claims = {claim.name for claim in own if claim.place in flow.read_at}
        self.must(known_claims <= flow.announced, "a record went before it was said so", name)
        for claim in own:
            held_at = self.held_at.get(claim.uid) if keys.HOLD in claim.annotations else None
            known = held_at is not None and held_at <= flow.read_at.get(claim.place, -1)
            self.must(not known, "the record of a held home went", claim.name)

    def check_claim_deleted(self, flow, claim):
        now, notes = self.time, claim.annotations
        name = notes.get(keys.USER)
        ours = (keys.HOME_COMPONENT, keys.DATABASE_COMPONENT)
        self.must(claim.labels.get(keys.COMPONENT) in ours, "foreign", claim.name)
        self.must(keys.HOLD not in notes, "held", claim.name)
        self.must(claim.uid in self.marked_since, "no mark", claim.name)
        self.must(notes.get(keys.DELETING_AT), "not announced", claim.name)
        self.must(
            flow.last_call == ("user", name), "a claim goes right after its person was read", flow.last_call
        )
        since = self.marked_since[claim.uid][1]
        self.must(
            now - since >= self.facts["wait"] - SLACK, "too soon after the mark", claim.name, now - since
        )
        if notes.get(keys.USER_CREATED) != "orphan":
            for lead in self.facts["notices"]:
                told = [
                    when for who, when in self.sent if who == name and since <= when <= now - lead + SLACK
                ]
                self.must(told, "not told in time", claim.name, lead)
        read_at = flow.read_at[name]
        if self.facts["hub_user"] == "delete":
            self.must(flow.read[name] is None, "its person was in the hub", name)
        for body in self.users_of[claim.uid]:
            used = self.last_use.get(body)
            if used and used[1] <= min(read_at, self.gap_of(body, read_at)):
                self.must(used[0] <= since + SLACK, "somebody used it since the mark", claim.name, body)
        for place, pod, at in self.pods:
            if place == claim.place:
                seen_at = self.mount_read.get((flow.run, claim.name), -1)
                self.must(at > seen_at, "a pod mounts it", claim.name, pod)
        self.per_run[flow.run] += 1
        self.must(self.per_run[flow.run] <= self.facts["claims"], "more than the fuse lets go")

    def gap_of(self, body, read_at):
        """An event between the last look at the record and its delete could not be known of."""
        return min((gap[0] for who, *gap in self.deleted_names if who == body), default=read_at)


class Ports:
    """One runner's view of the model; each method is one request, with what may happen before and after."""

    def __init__(self, model, runner, *, yields=0):
        self.model, self.runner, self.yields = model, runner, yields
        self.hub = self.claims_port = self.pods = self.audit = self.lease = self.clock = self
        self.steps = []

    def flow(self):
        flow = self.model.flows[(self.runner, asyncio.current_task())]
        flow.run = self.runner
        return flow

    async def request(self, *call):
        model = self.model
        for _ in range(self.yields):
            await asyncio.sleep(0)
        index = model.calls
        model.calls += 1
        self.steps.append(call)
        fault = None
        for what in model.schedule.pop(index, ()):
            if callable(what):
                what(model)
            else:
                fault = what
        if fault == "crash":
            raise Crash
        if fault == "unavailable":
            raise says(UnavailableError, is_sure=True)
        return fault

    def after(self, fault, *call):
        flow = self.flow()
        flow.last_call = call
        if call[0] == "announce":
            flow.announced.add(call[1])
        if fault == "lost":
            raise says(UnavailableError, "the answer was lost")
        if fault == "crash after":
            raise Crash

    def now(self):
        return self.model.time + self.model.clock_offset

    def monotonic(self):
        return self.model.time

    async def sleep(self, seconds):
        self.model.time += seconds

    # hub

    def _user(self, record, *, stopped):
        servers = tuple(
            HubServer(
                name,
                is_ready=server["running"],
                is_stopped=not server["running"],
                started=server["started"] if server["running"] else None,
                last_activity=None,
                state=server["state"],
            )
            for name, server in record.servers.items()
            if stopped or server["running"]
        )
        return HubUser(
            record.name, record.is_admin, record.groups, record.created, record.last_activity, servers
        )

    async def users(self, *, offset, limit, by_id=False, with_stopped=False, only_active=False):
        fault = await self.request("users", offset)
        if fault == "half":
            raise says(PartialListError)
        model = self.model
        # As with PostgreSQL those with the same activity have another order on each page.
        turned = sorted(model.records.values(), key=lambda each: each.id, reverse=bool(offset // limit % 2))
        ordered = sorted(
            turned,
            key=lambda each: each.id if by_id else (each.last_activity is not None, each.last_activity or 0),
        )
        page = ordered[offset : offset + limit]
        more = offset + limit if offset + limit < len(ordered) else None
        self.after(fault, "users", offset)
        users = tuple(self._user(record, stopped=with_stopped) for record in page)
        return UserPage(users, offset, len(ordered), more, hub_time=model.time + model.hub_offset)

    async def user(self, name):
        fault = await self.request("user", name)
        record, flow = self.model.records.get(name), self.flow()
        flow.read_at[name] = self.model.event
        flow.read[name] = record and self._user(record, stopped=True)
        self.after(fault, "user", name)
        return flow.read[name]

    async def delete_user(self, name):
        fault = await self.request("delete_user", name)
        model = self.model
        if name not in model.records:
            raise says(GoneError)
        record = model.records[name]
        model.check_record_deleted(self.flow(), name)
        if any(server["running"] for key, server in record.servers.items() if key):
            raise says(RefusedError)
        model.deleted_names.append((record.body, self.flow().read_at[name]))
        model.remove_record(name, by_culler=True)
        self.after(fault, "delete_user", name)

    # cluster

    async def page(self, *, token="", limit=500):
        fault = await self.request("page", token)
        if fault == "half":
            raise says(PartialListError)
        ordered = sorted(self.model.claims)
        start = int(token or 0)
        chosen = tuple(self.model.claims[place] for place in ordered[start : start + limit])
        rest = max(0, len(ordered) - start - limit)
        self.after(fault, "page")
        return ClaimPage(chosen, str(start + limit) if rest else "", rest, server_time=self.model.time)

    async def get(self, namespace, name):
        fault = await self.request("get", name)
        self.flow().read_at[namespace, name] = self.model.event
        self.after(fault, "get", name)
        return self.model.claims.get((namespace, name))

    def _same(self, claim):
        there = self.model.claims.get(claim.place)
        if there is None:
            raise says(GoneError)
        if (there.uid, there.resource_version) != (claim.uid, claim.resource_version):
            raise says(ConflictError)

    async def annotate(self, claim, changes):
        fault = await self.request("annotate", claim.name, tuple(changes))
        if fault == "conflict":
            raise says(ConflictError)
        self._same(claim)
        self.model.touch(claim.place, **changes)
        is_announced = changes.get(keys.DELETING_AT) and set(changes) == {keys.DELETING_AT}
        self.after(fault, "announce" if is_announced else "annotate", claim.name)
        return self.model.claims[claim.place]

    async def delete(self, claim):
        fault = await self.request("delete", claim.name)
        if fault == "conflict":
            raise says(ConflictError)
        self._same(claim)
        self.model.check_claim_deleted(self.flow(), claim)
        self.model.deleted.append(claim)
        del self.model.claims[claim.place]
        self.model.event += 1
        self.after(fault, "delete", claim.name)

    async def mounting(self, namespace, claims):
        fault = await self.request("mounting")
        event = self.model.event
        found = defaultdict(tuple)
        for (_, name), pod, _ in self.model.pods:
            if name in claims:
                found[name] += (pod,)
        for name in claims:
            self.model.mount_read[self.runner, name] = event
        self.after(fault, "mounting")
        return found

    # the rest

    async def send(self, notice):
        fault = await self.request("send", notice.user)
        if self.model.reaches and notice.kind in ("mark", "reminder"):
            self.model.sent.append((notice.user, self.model.time))
        self.after(fault, "send")
        return Sent(("mail",), {}, self.model.reaches)

    async def address(self, notice):
        await self.request("address", notice.user)
        return f"{notice.user}@example.edu"

    async def stop_server(self, user, server, *, remove=False):
        fault = await self.request("stop_server", user, server)
        record = self.model.records.get(user)
        if record is None or server not in record.servers:
            raise says(GoneError)
        self.model.must(
            not record.servers[server]["running"], "a server that ran was forgotten", user, server
        )
        if remove:
            del record.servers[server]
        self.after(fault, "stop_server", user)
        return True

    async def write(self, record):
        fault = await self.request("audit", record.action)
        self.model.audited.append(record)
        self.after(fault, "audit", record.action)

    async def acquire(self):
        await self.request("acquire")
        if self.model.lease_holder not in (None, self.runner):
            return False
        self.model.lease_holder = self.runner
        return True

    def holds(self):
        return self.model.lease_holder == self.runner

    async def release(self):
        if self.holds():
            self.model.lease_holder = None

    async def ledger(self):
        return self.model.ledger

    async def remember(self, ledger):
        fault = await self.request("remember")
        self.model.ledger = ledger
        self.after(fault, "remember")
