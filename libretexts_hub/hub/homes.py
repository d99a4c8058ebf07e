"""Which home does this person get, and how full is it? The operator's `homes`, at the start of a server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from traitlets import Dict, List, Union, default, validate
from traitlets.config import Configurable

from libretexts_hub.domain.access import folded
from libretexts_hub.hub.home_growth import HomeGrowthMixin, core
from libretexts_hub.hub.notices import NOTICES, Kind, Notice
from libretexts_hub.hub.pod_json import as_json, as_model
from libretexts_hub.hub.scratch_home import ScratchHomeMixin

if TYPE_CHECKING:
    from libretexts_hub.domain.home_space import Space
    from libretexts_hub.domain.homes import Home


KEPT = 8
_parsed: list[tuple[object, tuple[Home, ...]]] = []


def parsed_homes(raw: object, where: str) -> tuple[Home, ...]:
    """`parse_homes`, once for each configuration: every spawner object has its own copy of the trait."""
    for known, homes in _parsed:
        if known == raw:
            return homes
    homes = core().parse_homes(raw, where=where)
    _parsed[:] = [(raw, homes), *_parsed[: KEPT - 1]]
    return homes


class HomesMixin(HomeGrowthMixin, ScratchHomeMixin, Configurable):
    """Capacity, class and access modes of a home by group. Without `homes` it changes nothing."""

    homes = Union(
        [Dict(), List()],
        help="""
        Homes by slug; a person gets the first entry that takes them. Whom it takes: `groups`, `all_groups`,
        `not_groups`, `courses`; without them everybody, so such an entry stands last. What a new claim gets:
        `capacity`, `storage_class`, `access_modes`; what is not written is as the chart has it. `grow: true`
        raises an existing claim to `capacity` when its storage class allows it; it needs a Role that
        `libretexts-hub roles --for homes` prints. `measure: true` looks at each start how full the home is,
        and lets JupyterLab start in a full one, or the time after in an empty one beside it. Names of claims never change. A list of entries with `slug` is accepted too. Empty, the default,
        leaves all homes as the chart has them.

        Example: `c.LibreTextsSpawner.homes = {"physics": {"groups": ["physics"], "capacity": "50Gi", "storage_class": "fast", "grow": True}, "others": {"capacity": "10Gi"}}`
        """,  # noqa: E501
    ).tag(config=True)

    # What was found at the last start of this server.
    _space: Space | None = None

    @default("homes")
    def _no_homes(self):
        return {}

    @validate("homes")
    def _check_homes(self, proposal):
        parsed_homes(proposal.value, f"c.{type(self).__name__}.homes")
        return proposal.value

    @property
    def home(self) -> Home | None:
        """The entry of this server's owner, by the groups of this moment; None where there is none."""
        if not self.homes:
            return None
        groups = getattr(self.user, "groups", ())
        member_of = folded(group.name for group in groups) if isinstance(groups, Iterable) else frozenset()
        return core().home_for(parsed_homes(self.homes, f"c.{type(self).__name__}.homes"), member_of)

    def get_pvc_manifest(self):
        """KubeSpawner's claim, as it is to be for this person. Its name is KubeSpawner's own."""
        home = self.home
        if home is None:
            return super().get_pvc_manifest()
        before = (self.storage_capacity, self.storage_class, self.storage_access_modes)
        if home.capacity is not None:
            self.storage_capacity = core().as_quantity(home.capacity)
        if home.storage_class:
            self.storage_class = home.storage_class
        if home.access_modes:
            self.storage_access_modes = list(home.access_modes)
        try:
            return super().get_pvc_manifest()
        finally:
            self.storage_capacity, self.storage_class, self.storage_access_modes = before

    async def get_pod_manifest(self):
        """The claim exists by now: it grows where it should, and gets its measure."""
        home = self.home
        if home is not None:
            await self.grow_home(home)
        pod = await super().get_pod_manifest()
        if home is not None and home.measure:
            self._add_probe(pod)
            self.add_scratch_home(pod)
        return pod

    def get_env(self):
        """KubeSpawner's, and a place for Jupyter's runtime files that is not the home.

        JupyterLab 4 exits where it can't write them; elsewhere it starts in a full home, kernels too.
        """
        environment = super().get_env()
        home = self.home
        if home is not None and home.measure:
            # By the name of the pod, since the embedded cluster's pods share a /tmp.
            environment.setdefault("JUPYTER_RUNTIME_DIR", f"/tmp/jupyter-{self.pod_name}")  # noqa: S108
        return environment

    def _add_probe(self, pod) -> None:
        from kubernetes_asyncio.client import V1Container

        container = core().probe(as_json(pod), self.pvc_name)
        if container is not None:
            ours = as_model(V1Container, container)
            pod.spec.init_containers = [*(pod.spec.init_containers or ()), ours]

    async def _start(self):
        self._space = None
        try:
            url = await super()._start()
        except Exception as error:
            self._tell_space(error)
            raise
        self._tell_space()
        self.note_started()
        return url

    def _tell_space(self, error: Exception | None = None) -> None:
        """A full home on the next page; where the start failed, with the cause of that too."""
        if not self.homes:
            return
        reflector = self.pod_reflector
        pod = reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None
        space = self._space = core().space_of(pod)
        key = f"home space {self.name}"
        NOTICES.remove(key, person=self.user.name)
        if space is None or not space.warning:
            return
        self.log.warning("The home of %s: %s are used", self._log_name, space.words)
        kind = Kind.ERROR if space.is_full else Kind.WARNING
        NOTICES.post(Notice(kind, space.warning, key=key), person=self.user.name)
        if error is not None and space.is_full:
            again = self.note_full_home() if space.has_no_room else ""
            words = (getattr(error, "jupyterhub_message", ""), space.warning, again)
            error.jupyterhub_message = " ".join(filter(None, words))  # type: ignore[attr-defined]

    def home_space(self) -> str:
        """`3 GiB of 10 GiB`, as it was when this server started; empty where it was not measured."""
        if self._space is None and self.homes:
            # The hub was restarted meanwhile, and the pod still says it.
            reflector = self.pod_reflector
            pod = reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None
            self._space = core().space_of(pod)
        return self._space.words if self._space is not None else ""
