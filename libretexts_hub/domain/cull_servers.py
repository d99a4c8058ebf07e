"""May this server be stopped? The operator's `servers`: idle time and age, by group, route and image.

Of the entries that fit, one with a condition counts before one without; then the first as ordered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access, folded, parse_access
from libretexts_hub.domain.culling import HubServer, HubUser
from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry, did_you_mean, entries
from libretexts_hub.domain.moments import length_words
from libretexts_hub.errors import ConfigurationError

SERVER_KEYS = (
    "idle",
    "max_age",
    "warn",
    "routes",
    "images",
    "servers",
    "remove_named",
    "order",
    *ACCESS_KEYS,
)
KINDS = ("all", "default", "named")
NEVER = "never"
SKEW = 300.0


@dataclass(frozen=True, slots=True)
class ServerRule:
    """Seconds; None is never. `warn` is how long before the stop the person is told. `kinds`: all, default or
    named; None in `routes` and `images` takes any."""

    slug: str
    idle: float | None = None
    max_age: float | None = None
    warn: float | None = None
    kinds: str = "all"
    routes: frozenset[str] | None = None
    images: frozenset[str] | None = None
    access: Access = EVERYBODY
    remove_named: bool = False

    @property
    def takes_everybody(self) -> bool:
        """Whether it has no condition at all."""
        unlimited = self.routes is None and self.images is None
        return unlimited and self.kinds == "all" and self.access == EVERYBODY

    def takes(self, user: HubUser, server: HubServer) -> bool:
        """Whether the entry is about this server."""
        if not self.access.admits(folded(user.groups)):
            return False
        if self.kinds != "all" and (self.kinds == "named") != bool(server.name):
            return False
        return _one_of(self.routes, route_of(server)) and _one_of(self.images, image_of(server))


@dataclass(frozen=True, slots=True)
class Leave:
    """The server stays, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Warn:
    """The server stays, and its person is to be told that it stops at `stops_at`."""

    reason: str
    stops_at: float


@dataclass(frozen=True, slots=True)
class Stop:
    """The server is to be stopped. `is_old`: because of its age, which no arbiter can put off."""

    reason: str
    rule: str
    is_old: bool = False
    remove: bool = False


def route_of(server: HubServer) -> str:
    """The slug of the route that the spawner keeps in its state; empty where it has none."""
    route = server.state.get("libretexts_route")
    slug = route.get("slug") if isinstance(route, dict) else route
    return slug if isinstance(slug, str) else ""


def image_of(server: HubServer) -> str:
    """The slug of the chosen image, from the options; what is no text is no image."""
    chosen = server.user_options.get("image", "")
    return chosen if isinstance(chosen, str) else ""


def rule_for(rules: Iterable[ServerRule], user: HubUser, server: HubServer) -> ServerRule | None:
    """The entry that counts for a server."""
    fitting = [rule for rule in rules if rule.takes(user, server)]
    return min(fitting, key=lambda rule: rule.takes_everybody, default=None)


def judge_server(
    rules: Iterable[ServerRule], user: HubUser, server: HubServer, *, now: float
) -> Leave | Warn | Stop:
    """Decide one server. What is pending, not ready or unknown is left alone."""
    if server.pending or not server.is_ready:
        return Leave(f"it is not ready: {server.pending or 'stopped'}")
    rule = rule_for(rules, user, server)
    if rule is None:
        return Leave("no entry is about it")
    age, idle = _passed(server, now)
    if _is_in_future(age, idle):
        return Leave("it was started or used in the future")
    for is_old, passed, limit in ((True, age, rule.max_age), (False, idle, rule.idle)):
        if limit is not None and passed is not None and passed >= limit:
            what = "it has run for" if is_old else "nobody used it for"
            reason = f"{what} {length_words(passed)}, the limit of {rule.slug} is {length_words(limit)}"
            return Stop(reason, rule.slug, is_old, rule.remove_named and bool(server.name))
    return _time_left(rule, age, idle, now)


def _time_left(rule: ServerRule, age: float | None, idle: float | None, now: float) -> Leave | Warn:
    left = _shortest(rule, age, idle)
    if left is None:
        return Leave("it has no limit, or its age and use are not known")
    if rule.warn is not None and left <= rule.warn:
        return Warn(f"it stops in {length_words(left)}", now + left)
    return Leave(f"{length_words(left)} are left")


def _shortest(rule: ServerRule, age: float | None, idle: float | None) -> float | None:
    left = [
        limit - passed
        for limit, passed in ((rule.max_age, age), (rule.idle, idle))
        if limit is not None and passed is not None
    ]
    return min(left, default=None)


def stops_at(rules: Iterable[ServerRule], user: HubUser, server: HubServer, *, now: float) -> float | None:
    """When a server that runs is stopped if nobody uses it from now on, for pages that tell; None: never, or
    nobody can tell. One whose time is over is stopped by the next run: `now`."""
    verdict = judge_server(rules, user, server, now=now)
    rule = rule_for(rules, user, server)
    if isinstance(verdict, Stop):
        return now
    if rule is None or server.pending or not server.is_ready:
        return None
    age, idle = _passed(server, now)
    left = None if _is_in_future(age, idle) else _shortest(rule, age, idle)
    return None if left is None else now + left


def _is_in_future(age: float | None, idle: float | None) -> bool:
    return any(passed is not None and passed < -SKEW for passed in (age, idle))


def _passed(server: HubServer, now: float) -> tuple[float | None, float | None]:
    """Its age, and for how long nobody used it; one that nobody has used yet is idle since its start."""
    age = None if server.started is None else now - server.started
    seen = [moment for moment in (server.last_activity, server.started) if moment is not None]
    return age, now - max(seen) if seen else None


def _one_of(wanted: frozenset[str] | None, found: str) -> bool:
    return wanted is None or found in wanted


def parse_server_rules(raw: object, *, where: str) -> tuple[ServerRule, ...]:
    """Read `servers`. Raises ConfigurationError for the first thing that is wrong."""
    return tuple(_rule(entry) for entry in entries(raw, where=where))


def _rule(entry: Entry) -> ServerRule:
    entry.only(SERVER_KEYS)
    kinds = entry.text("servers", default="all")
    if kinds not in KINDS:
        raise ConfigurationError(
            f"{kinds!r:.60} is no kind of servers",
            where=entry.place("servers"),
            fix=did_you_mean(kinds, KINDS),
        )
    idle, max_age, warn = (limit_of(entry, key) for key in ("idle", "max_age", "warn"))
    written = [limit for limit in (idle, max_age) if limit is not None]
    if not written and not {"idle", "max_age"} & set(entry.fields):
        raise ConfigurationError(
            "An entry needs idle or max_age",
            where=entry.where,
            fix="Write idle: 1h, or idle: never for servers that stay.",
        )
    if warn is not None and (not written or warn >= min(written)):
        raise ConfigurationError(
            "The warning comes before the server could be idle",
            where=entry.place("warn"),
            fix="Write warn: 10m.",
        )
    routes, images = entry.texts("routes"), entry.texts("images")
    return ServerRule(
        slug=entry.slug,
        idle=idle,
        max_age=max_age,
        warn=warn,
        kinds=kinds,
        routes=None if routes is None else frozenset(routes),
        images=None if images is None else frozenset(images),
        access=parse_access(entry),
        remove_named=entry.flag("remove_named"),
    )


def limit_of(entry: Entry, key: str) -> float | None:
    """A limit in seconds; None where it is `never` or not written. Zero would cull what is in use."""
    value = entry.fields.get(key)
    if value is None or value == NEVER:
        return None
    seconds = parse_duration(value, where=entry.place(key))
    if seconds < 60:
        raise ConfigurationError(
            f"{key!r} is less than a minute", where=entry.place(key), fix="Write at least 1m, or never."
        )
    return seconds
