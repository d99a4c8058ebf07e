"""How many servers run on a route now, and whose?

Kept in the hub's memory, since JupyterHub knows all its servers: one takes its seat when its route is decided
or, after a restart of the hub, when its state is read, and gives it back when its state is cleared. Nothing
is asked of the cluster, and between counting and taking nobody else comes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libretexts_hub.domain.wording import refusal

if TYPE_CHECKING:
    from libretexts_hub.domain.routes import Route

Server = tuple[str, str]


class Seats:
    """The servers of one hub process, by owner and name, each with the slug of its route."""

    def __init__(self) -> None:
        self._taken: dict[Server, str] = {}

    def take(self, server: Server, route: Route) -> None:
        """Count this server from now on. Raises SelectionError where the route is full."""
        others = [one for one, slug in self._taken.items() if slug == route.slug and one != server]
        limit = route.place.servers
        if limit.person is not None and sum(owner == server[0] for owner, _ in others) >= limit.person:
            what = "one server" if limit.person == 1 else f"{limit.person} servers"
            raise refusal(f"You may have {what} on {route.name}.", "Stop another one first.", key="route")
        if limit.total is not None and len(others) >= limit.total:
            raise refusal(
                f"{route.name} is full.",
                "Try again later, or choose another environment or size.",
                key="route",
            )
        self._taken[server] = route.slug

    def route_of(self, server: Server) -> str:
        """The slug of the route on which it is counted, empty for none."""
        return self._taken.get(server, "")

    def restore(self, server: Server, slug: str) -> None:
        """Count a server that runs already."""
        self._taken[server] = slug

    def give_back(self, server: Server) -> None:
        """Count it no longer."""
        self._taken.pop(server, None)


SEATS = Seats()
