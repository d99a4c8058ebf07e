"""How does a decided route become part of a pod? As traits before it is made, then in the manifest, and last
of all as a check of what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets.config import Configurable

from libretexts_hub.domain.wording import refusal
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.pod_json import as_json
from libretexts_hub.hub.refusal import refuse

if TYPE_CHECKING:
    from types import ModuleType

    from tornado import web

    from libretexts_hub.domain.borrowed_places import Chart
    from libretexts_hub.domain.placement import Caps
    from libretexts_hub.domain.routes import Routes
    from libretexts_hub.domain.routing import Decision

CAPPED = (("cpu_limit", "cpu_guarantee", "cpu"), ("mem_limit", "mem_guarantee", "memory"))
GROUP_NAMES = ("group", "unescaped_group")


def core() -> ModuleType:
    """The core of routing, loaded when it is first asked for."""
    from libretexts_hub.hub import route_core

    return route_core


class RoutePodMixin(Configurable):
    """A route applied to the settings and the manifest from which KubeSpawner makes the pod."""

    _decision: Decision | None = None
    _sealed: dict[str, Any] | None = None
    _values_for: tuple[Decision, dict[str, str]] | None = None
    _chart: Chart | None = None
    _before_route: dict[str, tuple[object, object]] = {}

    @property
    def routing(self) -> Routes | None:
        """The routes of the operator; None where nothing is routed."""
        raise NotImplementedError

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.routing:
            self._chart = _of_everybody(self)

    def take_route_traits(self, decision: Decision) -> None:
        """Caps and the service account: KubeSpawner writes CPU_LIMIT and MEM_LIMIT from such traits."""
        if decision.route is None:
            return
        place = decision.route.place
        wanted = _capped(self, place.caps)
        if name := core().service_account_for(
            place, self._route_values(decision), f"routes[{decision.slug!r}]"
        ):
            wanted["service_account"] = name
        for name, value in wanted.items():
            before = getattr(self, name)
            setattr(self, name, value)
            self._before_route = {**self._before_route, name: (before, getattr(self, name))}

    def undo_route_traits(self) -> None:
        """A spawner object may start twice: nothing of the first route stays for the second."""
        for name, (before, ours) in self._before_route.items():
            if getattr(self, name) == ours:
                setattr(self, name, before)
        self._before_route = {}

    def get_env(self):
        """The environment, with the variables of the route."""
        environment = super().get_env()
        decision = self._decision
        if decision is not None and decision.route is not None and decision.route.place.environment:
            values = self._route_values(decision)
            environment |= {
                name: core().filled(text, values) for name, text in decision.route.place.environment.items()
            }
        return environment

    async def get_pod_manifest(self):
        """The manifest of everybody else, placed."""
        self._values_for = None
        pod = await super().get_pod_manifest()
        decision = self._decision
        if not self.routing or decision is None:
            return pod
        before = as_json(pod)
        if found := core().borrowed(before, self.namespace, self.routing, decision.route, self._chart):
            raise self._route_is_wrong(
                f"A profile or an override gives {self._log_name}, on route {decision.slug or 'none'}, "
                f"what another route gives: {'; '.join(found)}. Take it out there: the route gives it."
            )
        if decision.route is None:
            pod.metadata.annotations = {
                **(pod.metadata.annotations or {}),
                core().REASON: core().reason_of(decision),
            }
        else:
            try:
                core().update_pod(pod, before, core().placed(before, decision, self._route_values(decision)))
            except ConfigurationError as error:
                raise self._route_is_wrong(str(error)) from error
        # As it will be sent: a quantity that is a number becomes a text on its way.
        self._sealed = as_json(pod)
        return pod

    async def _make_create_pod_request(self, pod, request_timeout):
        """The last word: after the operator's `modify_pod_hook`, before anything is sent."""
        if self.routing:
            self._check_placement(as_json(pod))
        return await super()._make_create_pod_request(pod, request_timeout)

    def _check_placement(self, body: dict[str, Any]) -> None:
        if self._sealed is None or self._decision is None:
            raise self._route_is_wrong(
                "The pod was made without a route: something replaced get_pod_manifest"
            )
        found = core().excess(self._sealed, body, self.routing, self._decision.route, self.namespace)
        if found:
            raise self._route_is_wrong(
                f"modify_pod_hook, or what else changes the pod of {self._log_name} after its route "
                f"({self._decision.slug or 'none'}), touches what routes decide: {'; '.join(found)}. "
                "Write it into the place of a route."
            )

    def _route_is_wrong(self, words: str) -> web.HTTPError:
        """The person can do nothing about it, and it is no failure of a start that would count."""
        self.log.error("Not created: %s", words)
        told = refusal(
            "This server would have got another place than its route gives.",
            "Tell the operators of this hub, who find the reason in its log.",
            key="placement",
        )
        return refuse(self, told, started=True)

    def _route_values(self, decision: Decision) -> dict[str, str]:
        """What comes in the place of `{…}`; made once for a manifest and its environment."""
        if decision.route is None:
            return {}
        if self._values_for is None or self._values_for[0] is not decision:
            wanted = core().placeholders_of(decision.route) - set(GROUP_NAMES)
            names = {name: self._expand_user_properties(f"{{{name}}}") for name in sorted(wanted)}
            self._values_for = (decision, core().values_for(decision, names))
        return self._values_for[1]


def _of_everybody(spawner: Any) -> Chart:
    """The settings as they are configured; a profile or an override for a group comes later."""
    return core().Chart(
        node_selector=dict(spawner.node_selector),
        tolerations=tuple(spawner._sorted_dict_values(spawner.tolerations)),
        priority_class=spawner.priority_class_name or "",
        service_account=spawner.service_account or "",
        queue=spawner.extra_labels.get(core().QUEUE, ""),
        namespace=spawner.namespace,
    )


def _capped(spawner: Any, caps: Caps) -> dict[str, Any]:
    """What is above the cap, and limits that are not set, at the cap."""
    wanted: dict[str, Any] = {}
    for limit, guarantee, key in CAPPED:
        cap = caps.cpu if key == "cpu" else caps.memory
        if cap is None:
            continue
        if not (now := getattr(spawner, limit)) or now > cap:
            wanted[limit] = cap
        if (now := getattr(spawner, guarantee)) and now > cap:
            wanted[guarantee] = cap
    return wanted
