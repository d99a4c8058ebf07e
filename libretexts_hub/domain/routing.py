"""Where does this server run, and why there? The first route that matches, and the reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from libretexts_hub.domain.route_match import Asker
from libretexts_hub.domain.routes import Route, Routes
from libretexts_hub.domain.wording import one_of, refusal, shown
from libretexts_hub.errors import SelectionError


@dataclass(frozen=True)
class Decision:
    """The route, None for KubeSpawner's own settings, with the reason.

    `groups` are those by which it was taken, as the operator spells them; the first one is `{group}`.
    """

    route: Route | None
    reason: str
    groups: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The route's slug, empty for none."""
        return self.route.slug if self.route else ""


def decide(routes: Routes, asker: Asker, *, chosen: str = "") -> Decision:
    """The route of one start; `chosen` is what the person picked, if anything. Raises SelectionError."""
    first = next((route for route in routes.ordered if not route.match.mismatch(asker)), None)
    if chosen:
        return _picked(routes, asker, first, chosen)
    if first is not None:
        return _taken(first, asker, "")
    missed = _misses(routes.ordered, asker)
    if routes.default is not None:
        return Decision(routes.default, f"default route, since no other one matches{missed}")
    if routes.refuse_unrouted:
        raise _unrouted(missed)
    return Decision(None, f"no route matches{missed}")


def choices(routes: Routes, asker: Asker) -> tuple[Route, ...]:
    """Between which routes this person may choose, whatever image and size they take; else none.

    Behind a route without `choose` that takes all of their servers there is nothing to choose.
    """
    found = []
    for route in routes.ordered:
        if route.match.mismatch_of_person(asker):
            continue
        if route.choose:
            found.append(route)
        elif route.match.takes_every_choice:
            break
    return tuple(found) if len(found) > 1 else ()


def places(routes: Routes, asker: Asker) -> tuple[Route, ...]:
    """On which routes servers of this person may run, depending on image, size and choice, in the order in
    which they are asked."""
    found = []
    for route in routes.all:
        if route.match.mismatch_of_person(asker):
            continue
        found.append(route)
        if route.match.takes_every_choice and not route.choose:
            break
    return tuple(found)


def explain(routes: Routes, asker: Asker) -> list[str]:
    """One line for each route: why it takes this start, or why not."""
    return [
        f"{route.slug}: {f'no, it {why}' if (why := route.match.mismatch(asker)) else route.match.why(asker)}"
        for route in routes.ordered
    ]


def _picked(routes: Routes, asker: Asker, first: Route | None, chosen: str) -> Decision:
    offered = [route for route in routes.with_choice() if not route.match.mismatch(asker)]
    if first is None or not first.choose:
        offered = []
    route = next((route for route in offered if route.slug == chosen), None)
    if route is not None:
        return _taken(route, asker, "chosen; ")
    if first is not None and first.slug == chosen:
        return _taken(first, asker, "")
    fix = f"Choose {one_of(route.slug for route in offered)}." if offered else "Leave the route out."
    raise refusal(f"{shown(chosen)} is not a place where this server may run.", fix, key="route")


def _taken(route: Route, asker: Asker, before: str) -> Decision:
    return Decision(route, f"{before}{route.match.why(asker)}", route.match.groups_of(asker))


def _misses(routes: Sequence[Route], asker: Asker) -> str:
    return "".join(f"; {route.slug} {route.match.mismatch(asker)}" for route in routes)


def _unrouted(missed: str) -> SelectionError:
    """The person hears nothing of groups that they are not in; the log tells the operator all."""
    error = SelectionError(
        f"No route matches{missed}",
        where="route",
        fix="Write a route that does, or a default_route.",
    )
    error.jupyterhub_message = (
        "There is no place where this server may run. Choose another environment or size, or ask for access."
    )
    return error
