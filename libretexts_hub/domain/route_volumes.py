"""Which volumes does a route bring? A group's shared directory, mounted once for each group of the person."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libretexts_hub.domain.entries import Entry, entries
from libretexts_hub.domain.kubernetes_names import check_object_name
from libretexts_hub.domain.placeholders import GROUPS, filled, group_slug, placeholders, sample
from libretexts_hub.errors import ConfigurationError

VOLUME_KEYS = ("claim", "nfs", "source", "mount", "sub_path", "read_only", "order")
SOURCES = ("claim", "nfs", "source")


@dataclass(frozen=True)
class RouteVolume:
    """One volume and its mount. Texts may have placeholders; `source` is a volume as a pod's spec has it."""

    slug: str
    mount: str
    claim: str = ""
    nfs_server: str = ""
    nfs_path: str = ""
    source: Mapping[str, Any] | None = None
    sub_path: str = ""
    read_only: bool = False

    @property
    def is_per_group(self) -> bool:
        """Whether it is mounted once for each group by which the route was taken."""
        texts = (self.mount, self.claim, self.nfs_path, self.sub_path)
        return any(set(placeholders(text, where=self.slug)) & set(GROUPS) for text in texts)

    def may_be(self, claim: str) -> bool:
        """Whether this volume could be that claim, for anybody."""
        if not self.claim:
            return False
        marked = filled(self.claim, _Anything())
        pattern = "[a-z0-9.-]+".join(re.escape(part) for part in marked.split("\0"))
        return re.fullmatch(pattern, claim) is not None


class _Anything(Mapping[str, str]):
    """Stands for every value of every placeholder."""

    def __getitem__(self, name: str) -> str:
        return "\0"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def parse_volumes(entry: Entry, *, has_groups: bool) -> tuple[RouteVolume, ...]:
    """Read `volumes`, a mapping by slug. Raises ConfigurationError."""
    raw = entry.fields.get("volumes")
    if raw is None:
        return ()
    found = tuple(_volume(each, has_groups) for each in entries(raw, where=entry.place("volumes")))
    seen: dict[str, str] = {}
    for volume in found:
        if volume.mount in seen:
            raise ConfigurationError(
                f"{seen[volume.mount]!r} and {volume.slug!r} are mounted at one place",
                where=entry.place("volumes"),
                fix="Give each its own mount:.",
            )
        seen[volume.mount] = volume.slug
    return found


def volumes_and_mounts(
    volumes: Sequence[RouteVolume], values: Mapping[str, str], groups: Sequence[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The `volumes` of a pod's spec and the `volumeMounts` of its container."""
    named: list[dict[str, Any]] = []
    mounts: list[dict[str, Any]] = []
    for volume in volumes:
        turns = [group_slug(group) for group in groups] if volume.is_per_group else [""]
        for number, group in enumerate(dict.fromkeys(turns)):
            mine = {**values, "group": group} if group else values
            name = _name(volume, number, {each["name"] for each in named})
            named.append({"name": name, **_source(volume, mine)})
            mount: dict[str, Any] = {"name": name, "mountPath": filled(volume.mount, mine)}
            if volume.sub_path:
                mount["subPath"] = filled(volume.sub_path, mine)
            mounts.append(mount | ({"readOnly": True} if volume.read_only else {}))
    return named, mounts


def _name(volume: RouteVolume, number: int, taken: set[str]) -> str:
    name = f"route-{volume.slug.replace('.', '-')[:40]}" + (f"-{number}" if volume.is_per_group else "")
    while name in taken:
        name += "x"
    return name


def _source(volume: RouteVolume, values: Mapping[str, str]) -> dict[str, Any]:
    if volume.claim:
        claim: dict[str, Any] = {"claimName": filled(volume.claim, values)}
        return {"persistentVolumeClaim": claim | ({"readOnly": True} if volume.read_only else {})}
    if volume.nfs_server:
        return {"nfs": {"server": volume.nfs_server, "path": filled(volume.nfs_path, values)}}
    return dict(volume.source or {})


def _volume(entry: Entry, has_groups: bool) -> RouteVolume:
    entry.only(VOLUME_KEYS)
    written = [key for key in SOURCES if entry.fields.get(key) is not None]
    if len(written) != 1:
        raise ConfigurationError(
            "A volume has exactly one of claim, nfs and source",
            where=entry.where,
            fix="Write claim: and the name of a claim.",
        )
    nfs, source = entry.part("nfs"), entry.part("source")
    if nfs is not None:
        nfs.only(("server", "path"))
    if source is not None and len(source.fields) != 1:
        raise ConfigurationError(
            "A source is one mapping, as a pod's spec has it", where=source.where, fix="Write emptyDir: {}."
        )
    volume = RouteVolume(
        slug=entry.slug,
        mount=_path(entry, "mount", is_absolute=True),
        claim=_claim(entry),
        nfs_server=nfs.text("server") if nfs else "",
        nfs_path=_path(nfs, "path", is_absolute=True) if nfs else "",
        source=source.fields if source else None,
        sub_path=_path(entry, "sub_path", is_absolute=False) if entry.fields.get("sub_path") else "",
        read_only=entry.flag("read_only"),
    )
    _check_groups(volume, entry, has_groups)
    return volume


def _check_groups(volume: RouteVolume, entry: Entry, has_groups: bool) -> None:
    if not volume.is_per_group:
        return
    if not has_groups:
        raise ConfigurationError(
            "{group} is not known: the route asks for no group",
            where=entry.where,
            fix="Write match: {groups: […]}, or leave {group} out.",
        )
    if not set(placeholders(volume.mount, where=entry.where)) & set(GROUPS):
        raise ConfigurationError(
            "The directories of two groups would be mounted at one place",
            where=entry.place("mount"),
            fix="Write {group} there too, for example /shared/{group}.",
        )


def _claim(entry: Entry) -> str:
    if entry.fields.get("claim") is None:
        return ""
    return _template(entry, "claim", check_object_name)


def _path(entry: Entry, key: str, *, is_absolute: bool) -> str:
    def check(path: str, *, where: str) -> str:
        wrong = path.startswith("/") != is_absolute or ".." in path.split("/") or ":" in path
        if wrong or (is_absolute and not path.strip("/")):
            kind = "an absolute path" if is_absolute else "a path below the volume, without a / before it"
            raise ConfigurationError(
                f"{path!r:.80} is not {kind}", where=where, fix="Write it without .. and without a colon."
            )
        return path

    return _template(entry, key, check)


def _template(entry: Entry, key: str, check: Callable[..., str]) -> str:
    text, where = entry.text(key), entry.place(key)
    placeholders(text, where=where)
    check(sample(text, where=where), where=where)
    return text
