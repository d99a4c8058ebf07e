"""Where does a server of this route run, and with what? `place`, read once when the hub starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.durations import parse_duration
from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.domain.kubernetes_names import (
    check_key,
    check_label_value,
    check_namespace,
    check_object_name,
    read_labels,
    read_text,
)
from libretexts_hub.domain.node_affinity import NodeAffinity, parse_node_affinity
from libretexts_hub.domain.options import parse_environment
from libretexts_hub.domain.placeholders import GROUPS, placeholders, sample
from libretexts_hub.domain.pod_fields import PodFields, parse_pod_fields
from libretexts_hub.domain.quantities import parse_cpu, parse_memory
from libretexts_hub.domain.route_volumes import RouteVolume, parse_volumes
from libretexts_hub.domain.sizes import Gpu, parse_gpu
from libretexts_hub.domain.tolerations import Toleration, parse_tolerations
from libretexts_hub.errors import ConfigurationError

PLACE_KEYS = (
    *("node_selector", "node_affinity", "tolerations", "priority_class", "kueue_queue", "gpu", "pod"),
    *("namespace", "service_account", "labels", "annotations", "network_class", "volumes", "environment"),
    *("caps", "start_timeout", "servers", "replace"),
)
REPLACEABLE = ("node_selector", "node_affinity", "tolerations")
LONGEST_TIMEOUT_SECONDS = 24 * 3600
# These decide what KubeSpawner, JupyterHub and the API server do with the pod: no route may change them.
FOREIGN_DOMAINS = ("hub.jupyter.org", "libretexts.org", "app.kubernetes.io")
FOREIGN_LABELS = ("app", "heritage", "component", "release", "chart", "kueue.x-k8s.io/queue-name")
FOREIGN_VARIABLES = ("JUPYTERHUB_", "JPY_")


@dataclass(frozen=True)
class Caps:
    """The most that a server of the route may have, whatever its size: cores, and bytes. None: no cap."""

    cpu: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class ServerLimit:
    """How many servers may run on the route at a time. None: as many as there are."""

    person: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Placement:
    """What a route gives. Texts of labels, annotations, variables and names may have placeholders."""

    node_selector: Mapping[str, str] = field(default_factory=dict)
    node_affinity: NodeAffinity = field(default_factory=NodeAffinity)
    tolerations: tuple[Toleration, ...] = ()
    priority_class: str = ""
    kueue_queue: str = ""
    gpu: Gpu | None = None
    pod: PodFields = field(default_factory=PodFields)
    namespace: str = ""
    service_account: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    network_class: str = ""
    volumes: tuple[RouteVolume, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    caps: Caps = Caps()
    start_timeout_seconds: int = 0
    servers: ServerLimit = ServerLimit()
    replace: frozenset[str] = frozenset()


def parse_placement(entry: Entry, *, has_groups: bool) -> Placement:
    """Read `place`; `has_groups`: the route's match names groups, so `{group}` has a meaning.

    Raises ConfigurationError.
    """
    part = entry.part("place")
    if part is None:
        return Placement()
    part.only(PLACE_KEYS)
    reader = _Reader(part, has_groups)
    return Placement(
        node_selector=_node_selector(part),
        node_affinity=parse_node_affinity(part),
        tolerations=parse_tolerations(part, "tolerations"),
        priority_class=reader.plain("priority_class", check_object_name),
        kueue_queue=reader.template("kueue_queue", check_label_value),
        gpu=parse_gpu(part),
        pod=parse_pod_fields(part),
        namespace=reader.plain("namespace", check_namespace),
        service_account=reader.template("service_account", check_object_name),
        labels=reader.labels(),
        annotations=reader.annotations(),
        network_class=reader.template("network_class", check_label_value),
        volumes=parse_volumes(part, has_groups=has_groups),
        environment=reader.environment(),
        caps=_caps(part),
        start_timeout_seconds=_start_timeout(part),
        servers=_servers(part),
        replace=_replace(part),
    )


@dataclass(frozen=True)
class _Reader:
    """Reads texts with placeholders, of one `place`."""

    part: Entry
    has_groups: bool

    def plain(self, key: str, check: Callable[..., str]) -> str:
        """A text without placeholders."""
        if self.part.fields.get(key) is None:
            return ""
        return check(self.part.text(key), where=self.part.place(key))

    def template(self, key: str, check: Callable[..., str]) -> str:
        """A text whose filling must pass `check`; here with an `x` in each place."""
        if self.part.fields.get(key) is None:
            return ""
        return self._checked(self.part.text(key), self.part.place(key), check)

    def labels(self) -> Mapping[str, str]:
        """`labels`, none of them KubeSpawner's own."""
        part = self.part.part("labels")
        if part is None:
            return {}
        found = {}
        for raw, value in part.fields.items():
            place = f"{part.where}[{raw!r:.80}]"
            key = _own_key(check_key(raw, where=place), place)
            found[key] = self._checked(read_text(value, where=place), place, check_label_value)
        return found

    def annotations(self) -> Mapping[str, str]:
        """`annotations`, in which names may stand as the login spells them."""
        part = self.part.part("annotations")
        if part is None:
            return {}
        found = {}
        for raw, value in part.fields.items():
            place = f"{part.where}[{raw!r:.80}]"
            key = _own_key(check_key(raw, where=place), place)
            found[key] = self._checked(read_text(value, where=place), place, may_be_unescaped=True)
        return found

    def environment(self) -> Mapping[str, str]:
        """`environment`, none of the variables by which a server finds its hub."""
        found = parse_environment(self.part)
        for name, value in found.items():
            place = f"{self.part.place('environment')}.{name}"
            if name.startswith(FOREIGN_VARIABLES):
                raise ConfigurationError(
                    f"{name} is set by JupyterHub", where=place, fix="Use a name of your own."
                )
            self._checked(value, place, may_be_unescaped=True)
        return found

    def _checked(
        self,
        text: str,
        place: str,
        check: Callable[..., str] | None = None,
        *,
        may_be_unescaped: bool = False,
    ) -> str:
        names = placeholders(text, where=place, may_be_unescaped=may_be_unescaped)
        if set(names) & set(GROUPS) and not self.has_groups:
            raise ConfigurationError(
                "{group} is not known: the route asks for no group",
                where=place,
                fix="Write match: {groups: […]}, or leave {group} out.",
            )
        if check is not None:
            check(sample(text, where=place), where=place)
        return text


def _own_key(key: str, where: str) -> str:
    if key.rpartition("/")[0] in FOREIGN_DOMAINS or key in FOREIGN_LABELS:
        raise ConfigurationError(
            f"{key!r} is set by others",
            where=where,
            fix="Write kueue_queue or network_class for theirs, else use a domain of your own.",
        )
    return key


def _node_selector(part: Entry) -> Mapping[str, str]:
    selector = part.part("node_selector")
    return read_labels(selector.fields, where=selector.where) if selector is not None else {}


def _caps(part: Entry) -> Caps:
    caps = part.part("caps")
    if caps is None:
        return Caps()
    caps.only(("cpu", "memory"))
    cpu, memory = caps.fields.get("cpu"), caps.fields.get("memory")
    return Caps(
        None if cpu is None else parse_cpu(cpu, where=caps.place("cpu")),
        None if memory is None else parse_memory(memory, where=caps.place("memory")),
    )


def _start_timeout(part: Entry) -> int:
    value = part.fields.get("start_timeout")
    if value is None:
        return 0
    seconds = parse_duration(value, where=part.place("start_timeout"))
    if not 1 <= seconds <= LONGEST_TIMEOUT_SECONDS:
        raise ConfigurationError(
            "A start takes one second to one day", where=part.place("start_timeout"), fix="Write 10m or 1h."
        )
    return int(seconds)


def _servers(part: Entry) -> ServerLimit:
    limit = part.part("servers")
    if limit is None:
        return ServerLimit()
    limit.only(("person", "total"))
    found = {key: limit.integer(key, default=1) for key in ("person", "total") if key in limit.fields}
    for key, number in found.items():
        if number < 1:
            raise ConfigurationError(
                f"{number} servers: nobody could use this route",
                where=limit.place(key),
                fix="Write 1 or more, or take the route away.",
            )
    return ServerLimit(found.get("person"), found.get("total"))


def _replace(part: Entry) -> frozenset[str]:
    listed = part.texts("replace") or ()
    for key in listed:
        if key not in REPLACEABLE:
            raise ConfigurationError(
                f"{key!r} can't be replaced", where=part.place("replace"), fix=did_you_mean(key, REPLACEABLE)
            )
    return frozenset(listed)
