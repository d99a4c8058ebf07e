"""Which things of the cluster does a configuration name? They must be there before somebody needs them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from libretexts_hub.domain.site import Site

NAMED = ("homes", "databases")


@dataclass(frozen=True)
class Need:
    """One object of the cluster by its name; `where` names it. `namespace` "" for what is in none."""

    kind: str
    name: str
    where: str
    namespace: str = ""


def needs(site: Site, namespace: str) -> list[Need]:
    """Storage classes, priority classes and queues, each name once for each place that names it.

    Names with placeholders, which depend on the person, are left out.
    """
    found = [*_storage(site), *_routes(site, namespace)]
    return [need for need in dict.fromkeys(found) if need.name and "{" not in need.name]


def namespaces(site: Site, namespace: str) -> list[str]:
    """Where servers may be started."""
    written = [str(place.get("namespace") or "") for _, place in _places(site)]
    return list(dict.fromkeys(each for each in (namespace, *written) if each and "{" not in each))


def _storage(site: Site) -> Iterator[Need]:
    where, name = site.find(site.spawner, "storage_class")
    if isinstance(name, str):
        yield Need("StorageClass", name, where)
    for trait in NAMED:
        place, entries = site.find(site.spawner, trait)
        for slug, entry in entries.items() if isinstance(entries, Mapping) else ():
            if isinstance(entry, Mapping) and isinstance(entry.get("storage_class"), str):
                yield Need("StorageClass", str(entry["storage_class"]), f"{place}[{slug!r}].storage_class")


def _routes(site: Site, namespace: str) -> Iterator[Need]:
    where, name = site.find(site.spawner, "priority_class_name")
    if isinstance(name, str):
        yield Need("PriorityClass", name, where)
    for place, written in _places(site):
        if isinstance(written.get("priority_class"), str):
            yield Need("PriorityClass", str(written["priority_class"]), f"{place}.priority_class")
        if isinstance(written.get("kueue_queue"), str):
            theirs = str(written.get("namespace") or namespace)
            yield Need("LocalQueue", str(written["kueue_queue"]), f"{place}.kueue_queue", theirs)


def _places(site: Site) -> Iterator[tuple[str, Mapping[str, object]]]:
    where, routes = site.find(site.spawner, "routes")
    for slug, route in routes.items() if isinstance(routes, Mapping) else ():
        place = route.get("place") if isinstance(route, Mapping) else None
        if isinstance(place, Mapping):
            yield f"{where}[{slug!r}].place", place
