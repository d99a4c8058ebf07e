"""Which routes did the operator write? In their order; what can't work is refused when the hub starts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from libretexts_hub.domain.entries import Entry, did_you_mean, entries
from libretexts_hub.domain.node_affinity import can_match_a_node, with_affinity
from libretexts_hub.domain.placement import Placement, parse_placement
from libretexts_hub.domain.route_match import Match, parse_match
from libretexts_hub.errors import ConfigurationError

ROUTE_KEYS = ("name", "description", "match", "place", "choose", "order")


@dataclass(frozen=True)
class Route:
    """Who comes here by `match`, and what they get by `place`. `choose`: a person may pick it on the page."""

    slug: str
    name: str
    description: str = ""
    match: Match = field(default_factory=Match)
    place: Placement = field(default_factory=Placement)
    choose: bool = False


@dataclass(frozen=True)
class Routes:
    """All routes in the order in which they are asked. `default` takes whom no other one takes.

    `refuse_unrouted`: whom none takes is refused; otherwise they start as KubeSpawner's own settings say.
    """

    ordered: tuple[Route, ...] = ()
    default: Route | None = None
    refuse_unrouted: bool = False

    def __bool__(self) -> bool:
        return bool(self.all) or self.refuse_unrouted

    @property
    def all(self) -> tuple[Route, ...]:
        """Every route, the default one last."""
        return self.ordered if self.default is None else (*self.ordered, self.default)

    @classmethod
    def parse(
        cls,
        raw: object,
        default: str = "",
        *,
        refuse_unrouted: bool = False,
        images: Sequence[str] | None = None,
        sizes: Sequence[str] | None = None,
        where: str = "c.LibreTextsSpawner",
    ) -> "Routes":
        """Read the traits; `images` and `sizes` are the slugs of the menu, None where they are not known.

        Raises ConfigurationError for the first thing that is wrong.
        """
        place = f"{where}.routes"
        found = {entry.slug: _route(entry, images, sizes) for entry in entries(raw, where=place)}
        chosen = _default(found, default, refuse_unrouted, where)
        ordered = tuple(route for route in found.values() if route is not chosen)
        for before, route in combinations(ordered, 2):
            _check_reachable(before, route, place)
        return cls(ordered, chosen, refuse_unrouted)

    def with_choice(self) -> Iterator[Route]:
        """The routes that a person may pick."""
        return (route for route in self.ordered if route.choose)


def _route(entry: Entry, images: Sequence[str] | None, sizes: Sequence[str] | None) -> Route:
    entry.only(ROUTE_KEYS)
    match = parse_match(entry, images=images, sizes=sizes)
    place = parse_placement(entry, has_groups=bool(match.groups))
    selected = {
        "nodeSelector": dict(place.node_selector),
        "affinity": with_affinity(None, place.node_affinity),
    }
    if not can_match_a_node(selected):
        raise ConfigurationError(
            "No node could have these labels: node_selector and node_affinity exclude each other",
            where=entry.place("place"),
            fix="Take one of them away.",
        )
    return Route(
        slug=entry.slug,
        name=entry.text("name", default=entry.slug),
        description=entry.text("description", default=""),
        match=match,
        place=place,
        choose=entry.flag("choose"),
    )


def _default(found: dict[str, Route], slug: str, refuse_unrouted: bool, where: str) -> Route | None:
    if not slug:
        return None
    place = f"{where}.default_route"
    route = found.get(slug)
    if route is None:
        raise ConfigurationError(
            f"{slug!r:.80} is not a route", where=place, fix=did_you_mean(slug, list(found))
        )
    if not route.match.takes_everybody:
        raise ConfigurationError(
            f"{slug!r} has a match, but the default is for everybody", where=place, fix="Take its match away."
        )
    if refuse_unrouted:
        raise ConfigurationError(
            "With a default route nobody is left to be refused", where=place, fix="Take refuse_unrouted away."
        )
    return route


def _check_reachable(before: Route, route: Route, where: str) -> None:
    if before.match.covers(route.match) and not (before.choose and route.choose):
        raise ConfigurationError(
            f"Nobody ever comes to {route.slug!r}: {before.slug!r} stands before it and takes them all",
            where=f"{where}[{route.slug!r}]",
            fix=f"Give {route.slug!r} a smaller order, make {before.slug!r} ask for more, "
            "or write choose: true in both.",
        )
