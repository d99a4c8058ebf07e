"""What may a server of this size use?"""

import re
from dataclasses import dataclass

from libretexts_hub.domain.access import ACCESS_KEYS, EVERYBODY, Access, parse_access
from libretexts_hub.domain.availability import ALWAYS, Availability, parse_availability
from libretexts_hub.domain.entries import Entry, entries
from libretexts_hub.domain.quantities import format_cores, format_memory, parse_cpu, parse_memory
from libretexts_hub.errors import ConfigurationError

SIZE_KEYS = (
    *("name", "description", "cpu", "memory", "ephemeral_storage", "gpu", "default", "order", "available"),
    *ACCESS_KEYS,
)
RESOURCE = re.compile(
    r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?/[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
)


@dataclass(frozen=True)
class Limits:
    """What is promised to a server, and what it may use at most; None leaves the spawner's own setting."""

    guarantee: float | int | None = None
    limit: float | int | None = None


@dataclass(frozen=True)
class Gpu:
    """How many devices of one extended resource, such as `nvidia.com/gpu`."""

    resource: str
    count: int


@dataclass(frozen=True)
class Size:
    """What a server may use. Cores in `cpu`, bytes in `memory` and `ephemeral_storage`."""

    slug: str
    name: str
    description: str
    cpu: Limits
    memory: Limits
    ephemeral_storage: Limits = Limits()
    gpu: Gpu | None = None
    default: bool = False
    access: Access = EVERYBODY
    available: Availability = ALWAYS

    @property
    def summary(self) -> str:
        """In a person's words: `up to 2 CPU · 2 GiB memory`."""
        cores, memory = self.cpu.limit or self.cpu.guarantee, self.memory.limit or self.memory.guarantee
        parts = [format_cores(float(cores))] if cores else []
        parts += [f"{format_memory(int(memory))} memory"] if memory else []
        parts += [f"{self.gpu.count} GPU"] if self.gpu else []
        limited = self.cpu.limit or self.memory.limit
        return ("up to " if limited and parts else "") + " · ".join(parts)


def parse_sizes(raw: object, *, where: str) -> tuple[Size, ...]:
    """Read the trait `sizes`. Raises ConfigurationError for the first thing that is wrong."""
    return tuple(_size(entry) for entry in entries(raw, where=where))


def _size(entry: Entry) -> Size:
    entry.only(SIZE_KEYS)
    return Size(
        slug=entry.slug,
        name=entry.text("name", default=entry.slug),
        description=entry.text("description", default=""),
        cpu=parse_limits(entry, "cpu"),
        memory=parse_limits(entry, "memory"),
        ephemeral_storage=parse_limits(entry, "ephemeral_storage"),
        gpu=parse_gpu(entry),
        default=entry.flag("default"),
        access=parse_access(entry),
        available=parse_availability(entry),
    )


def parse_limits(entry: Entry, key: str) -> Limits:
    """Read `guarantee` and `limit` below `cpu` or `memory` or its like. Raises ConfigurationError."""
    part = entry.part(key)
    if part is None:
        return Limits()
    part.only(("guarantee", "limit"))
    parse = parse_cpu if key == "cpu" else parse_memory
    read = {
        name: parse(value, where=part.place(name)) for name, value in part.fields.items() if value is not None
    }
    limits = Limits(read.get("guarantee"), read.get("limit"))
    if limits.guarantee is not None and limits.limit is not None and limits.guarantee > limits.limit:
        raise ConfigurationError(
            "The guarantee is more than the limit",
            where=part.where,
            fix="Kubernetes would refuse such a pod: raise the limit.",
        )
    return limits


def parse_gpu(entry: Entry) -> Gpu | None:
    """Read `gpu`: `resource` and `count`. Raises ConfigurationError."""
    part = entry.part("gpu")
    if part is None:
        return None
    part.only(("resource", "count"))
    resource, count = part.text("resource", default="nvidia.com/gpu"), part.integer("count", default=1)
    if not RESOURCE.fullmatch(resource):
        raise ConfigurationError(
            f"{resource!r:.80} is not an extended resource",
            where=part.place("resource"),
            fix="Write it like nvidia.com/gpu.",
        )
    if not 1 <= count <= 64:
        raise ConfigurationError(
            "A count of 1 to 64 is needed", where=part.place("count"), fix="Write count: 1."
        )
    return Gpu(resource, count)
