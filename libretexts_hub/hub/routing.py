"""How does a route get into a start? Decided before it from groups and choice; applied and checked later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, List, Unicode, Union, validate
from traitlets.config import Configurable

from libretexts_hub.domain.access import folded
from libretexts_hub.errors import ConfigurationError, SelectionError
from libretexts_hub.hub.metrics import ROUTED_STARTS
from libretexts_hub.hub.refusal import refuse
from libretexts_hub.hub.route_namespace import RouteNamespaceMixin
from libretexts_hub.hub.route_pod import RoutePodMixin, core
from libretexts_hub.hub.route_seats import SEATS

if TYPE_CHECKING:
    from libretexts_hub.domain.login_claims import Claims
    from libretexts_hub.domain.route_match import Asker
    from libretexts_hub.domain.routes import Routes
    from libretexts_hub.domain.routing import Decision

STATE_KEY = "libretexts_route"
STATE_VERSION = 1
KEPT = 8
_parsed: list[tuple[object, Routes]] = []


def parsed_routes(raw: object, default: str, refuse_unrouted: bool, where: str) -> Routes:
    """`Routes.parse`, once for each configuration: every spawner object has its own copy of the traits."""
    traits = (raw, default, refuse_unrouted)
    for known, routes in _parsed:
        if known == traits:
            return routes
    routes = core().Routes.parse(raw, default, refuse_unrouted=refuse_unrouted, where=where)
    _parsed[:] = [(traits, routes), *_parsed[: KEPT - 1]]
    return routes


class GroupRoutingMixin(RoutePodMixin, RouteNamespaceMixin, Configurable):
    """Servers of some people, or of some sizes, run elsewhere or otherwise. Without `routes` it changes
    nothing."""

    routes = Union(
        [Dict(), List()],
        help="""
        Where servers run, by slug; the first route that matches is taken. Keys: `name`, `description`,
        `order`, `choose` (a person to whom several are open picks one), `match` (`groups`, `all_groups`,
        `not_groups`, `images`, `sizes`, `admin`, `claims` of the login) and `place` (`node_selector`,
        `node_affinity`, `tolerations`, `priority_class`, `kueue_queue`, `gpu`, `pod`, `namespace`,
        `service_account`, `labels`, `annotations`, `network_class`, `volumes`, `environment`, `caps`,
        `start_timeout`, `servers`, `replace`). What the chart has set stays, unless `replace` names the key.
        A list of entries with `slug` is accepted too. Empty, the default, changes nothing.

        Example: `c.LibreTextsSpawner.routes = {"hpc": {"match": {"groups": ["physics:gpu"]}, "place": {"node_selector": {"libretexts.org/pool": "hpc"}, "kueue_queue": "physics"}}}`
        """,  # noqa: E501
    ).tag(config=True)

    default_route = Unicode(
        "",
        help="""
        The slug of the route for whom no other one matches; it has no `match` of its own. Empty, the default:
        such a server runs as KubeSpawner's own settings say.

        Example: `c.LibreTextsSpawner.default_route = "campus"`
        """,
    ).tag(config=True)

    refuse_unrouted = Bool(
        False,
        help="""
        Whether a server is refused, in words, for which no route matches. The default starts it as
        KubeSpawner's own settings say.

        Example: `c.LibreTextsSpawner.refuse_unrouted = True`
        """,
    ).tag(config=True)

    _claims: Claims | None = None
    _timeout_before_route: tuple[int, int] | None = None
    _seat: tuple[str, str] | None = None
    _valid_before: Any = None
    # What the login said, for a page that is made without asking for auth_state.
    _claims_of: dict[str, Claims] = {}

    @validate("routes")
    def _check_routes(self, proposal):
        # default_route may be set later, so it is checked when the routes are used.
        parsed_routes(proposal.value, "", False, f"c.{type(self).__name__}")
        return proposal.value

    @property
    def routing(self) -> Routes | None:
        """The routes of the operator; None where nothing is routed."""
        if not (self.routes or self.default_route or self.refuse_unrouted):
            return None
        where = f"c.{type(self).__name__}"
        return parsed_routes(self.routes, self.default_route, self.refuse_unrouted, where)

    @property
    def menu(self):
        """The menu, with the routes between which this person may choose."""
        menu = super().menu
        routing = self.routing
        if not routing:
            return menu
        asker = self._asker()
        return replace(menu, routes=core().choices(routing, asker), places=core().places(routing, asker))

    # The decision -----------------------------------------------------------------------------------------

    async def run_auth_state_hook(self, auth_state):
        """The operator's hook, and a look at what the login said."""
        await super().run_auth_state_hook(auth_state)
        if self.routing and any(route.match.claims for route in self.routing.all):
            self._claims = self._claims_of[self.user.name] = core().login_claims(auth_state)
            if not auth_state:
                self.log.warning(
                    "%s: no auth_state, so no route that asks for claims matches", self._log_name
                )

    async def _run_apply_user_options(self, user_options):
        """The choice first; then the route, while a start timeout of it still counts."""
        self._valid_before = getattr(self, "_remembered", None)
        self._selection = None
        await super()._run_apply_user_options(user_options)
        self._undo_start_timeout()
        if not self.routing:
            return
        self.decide_route()
        route = self._decision.route
        if route is not None and route.place.start_timeout_seconds:
            before, self.start_timeout = self.start_timeout, route.place.start_timeout_seconds
            self._timeout_before_route = (before, self.start_timeout)

    async def load_user_options(self):
        """Profiles and the menu first. Then the route once more: a hook may have changed the choice."""
        self.undo_route_traits()
        self._sealed = self._selection = None
        before = self.namespace
        await super().load_user_options()
        if not self.routing:
            self._decision = None
            return
        self.settle_namespace(before)
        decision = self.decide_route()
        if decision.route is not None:
            self.enter_namespace(decision.route.place.namespace)
        try:
            self.take_route_traits(decision)
        except ConfigurationError as error:
            raise self._route_is_wrong(str(error)) from error
        ROUTED_STARTS.labels(route=decision.slug).inc()

    def decide_route(self) -> Decision:
        """The route of this start, with a seat on it. Raises HTTPError 400 in words."""
        chosen = self._chosen_for_route()
        asker = self._asker(*chosen[:2])
        before, self._decision = self._decision, None
        self._give_seat_back()
        try:
            decision = core().decide(self.routing, asker, chosen=chosen[2])
            if decision.route is not None:
                seat = (self.user.name, self.name)
                SEATS.take(seat, decision.route)
                self._seat = seat
        except SelectionError as error:
            self.log.warning("%s gets no route: %s", self._log_name, error)
            self._forget_refused_choice()
            raise refuse(self, error, started=True) from None
        if decision != before:
            self.log.info("%s: route %s (%s)", self._log_name, decision.slug or "none", decision.reason)
        self._decision = decision
        return decision

    def _chosen_for_route(self) -> tuple[str, str, str]:
        """Slugs of the image, the size and the route that were chosen. Without our menu only a route is."""
        if getattr(self, "images", None):
            # Not parsed yet where an operator's own apply_user_options takes the place of ours.
            selection = self._selection or self.choose()
            return selection.image.slugs[-1], selection.size.slug if selection.size else "", selection.route
        options = self.user_options if isinstance(self.user_options, dict) else {}
        route = options.get("route")
        # Without a choice of routes it is the option of somebody's profile.
        is_ours = isinstance(route, str) and self.routing and any(self.routing.with_choice())
        return "", "", route if is_ours else ""

    def _asker(self, image: str = "", size: str = "") -> Asker:
        """Who asks, from the groups of this moment."""
        groups = getattr(self.user, "groups", ())
        claims = self._claims if self._claims is not None else self._claims_of.get(self.user.name, {})
        return core().Asker(
            groups=folded(group.name for group in groups) if isinstance(groups, Iterable) else frozenset(),
            image=image,
            size=size,
            admin=getattr(self.user, "admin", False) is True,
            claims=claims,
        )

    def _forget_refused_choice(self) -> None:
        """JupyterHub has saved it, and the next start without options would meet it again."""
        if self._valid_before is not None:
            # The menu had nothing against it, and has remembered it.
            self._remembered = self._valid_before
            self._restore_choice()

    def _undo_start_timeout(self) -> None:
        if self._timeout_before_route is not None:
            before, ours = self._timeout_before_route
            if self.start_timeout == ours:
                self.start_timeout = before
            self._timeout_before_route = None

    def _give_seat_back(self) -> None:
        if self._seat is not None:
            SEATS.give_back(self._seat)
            self._seat = None

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state, and the route on which the server runs."""
        state = super().get_state()
        if self._decision is not None and self._decision.route is not None:
            state[STATE_KEY] = {"version": STATE_VERSION, "slug": self._decision.slug}
        elif self._seat is not None:
            state[STATE_KEY] = {"version": STATE_VERSION, "slug": SEATS.route_of(self._seat)}
        return state

    def load_state(self, state):
        """A server that runs on a route is counted; a later version's record is left alone."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        is_known = isinstance(saved, dict) and saved.get("version") == STATE_VERSION
        if is_known and getattr(self.orm_spawner, "server", None) is not None:
            self._seat = (self.user.name, self.name)
            SEATS.restore(self._seat, str(saved.get("slug", "")))

    def clear_state(self):
        """After a stop, and before a start, there is no route."""
        super().clear_state()
        self._give_seat_back()
        self._decision = self._sealed = None
