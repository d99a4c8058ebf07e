"""Which images should be on a node before anybody waits for them?

They are pulled as pods pull them, by digest where one is known: so a kubelet finds what it is asked for.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from libretexts_hub.domain.access import Access
from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.references import is_reference, split_reference
from libretexts_hub.domain.tag_policy import Version
from libretexts_hub.domain.tags import ALIAS

# The chart calls its containers `image-pull-<key>`, and a container's name is a DNS label (RFC 1123).
LONGEST_KEY = 63 - len("image-pull-")
# No key that begins so is one of the chart's own.
PREFIX = "menu"
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pull:
    """One image to pull: its `reference` for a kubelet, and a `label` that tells a person which it is."""

    reference: str
    label: str
    policy: str = ""

    @property
    def content(self) -> tuple[str, str, str]:
        """Two pulls with the same content are one, whatever their tags are."""
        host, path, tag, digest = split_reference(self.reference)
        return host, path, digest or tag


def pulls(
    menu: Menu, now: datetime, *, newest: int = 1, digests: Mapping[str, str] | None = None
) -> tuple[Pull, ...]:
    """What people may start now or later: of a live image every alias and the `newest` of each kind.

    `menu` is the operator's, with versions; `digests` are those of pinned references, by reference. What has
    ended is left out, and so is what nobody may have and what a node must have already (`Never`).
    """
    wanted = [image for image in menu.images if _is_needed(image, now) and image.pull_policy != "Never"]
    # The default first: containers pull one after the other, and most people wait for this one.
    wanted.sort(key=lambda image: image != menu.default_image)
    return once(pull for image in wanted for pull in _of_image(image, newest, digests or {}))


def beside(*settings: object) -> tuple[Pull, ...]:
    """The images of init containers, sidecars and databases: a container, or a list or mapping of them.

    A name that is made for each person (`{username}`) is not known beforehand and is left out.
    """
    found = [reference for setting in settings for reference in _references(setting)]
    return once(Pull(reference, " ".join(_last_part(reference))) for reference in found)


def once(some: Iterable[Pull]) -> tuple[Pull, ...]:
    """Without what is pulled already; the first stays."""
    kept: dict[tuple[str, str, str], Pull] = {}
    for pull in some:
        kept.setdefault(pull.content, pull)
    return tuple(kept.values())


def pull_secrets(menu: Menu) -> tuple[str, ...]:
    """The names of all Secrets with which images of the menu are pulled."""
    return tuple(dict.fromkeys(name for image in menu.images for name in image.pull_secrets))


def extra_images(some: Sequence[Pull]) -> dict[str, dict[str, str]]:
    """`prePuller.extraImages` of the Zero to JupyterHub chart, which joins `name` and `tag` with a colon.

    https://github.com/jupyterhub/zero-to-jupyterhub-k8s/blob/main/jupyterhub/templates/image-puller/_helpers-daemonset.tpl
    """
    return {key: _name_and_tag(pull.reference) for key, pull in keyed(some).items()}


def keyed(some: Sequence[Pull]) -> dict[str, Pull]:
    """Each pull under a DNS label that stays the same as long as its label and reference do."""
    plain = [_dns_label(f"{PREFIX} {pull.label}") for pull in some]
    count = Counter(plain)
    return {
        key if count[key] == 1 and len(key) <= LONGEST_KEY else _with_hash(key, pull.reference): pull
        for key, pull in zip(plain, some, strict=True)
    }


def _is_needed(image: Image, now: datetime) -> bool:
    """Also before its hours begin: an exam's image must be there when they do."""
    is_past = image.available.closes is not None and now >= image.available.closes
    return not is_past and not image.life.is_over(now.date()) and _somebody(image.access)


def _somebody(access: Access) -> bool:
    return access.any_of != NOBODY


def _of_image(image: Image, newest: int, digests: Mapping[str, str]) -> Iterable[Pull]:
    if image.registry is not None:
        for version in _chosen(image.versions, newest):
            reference = image.registry.reference(version.tag)
            yield _pull(image, reference, version.digest, f"{image.slug} {version.tag}")
    elif image.reference:
        yield _pull(image, image.reference, digests.get(image.reference, ""), image.slug)


def _chosen(versions: Iterable[Version], newest: int) -> Iterable[Version]:
    """Versions stand by kind, the newest first."""
    seen: Counter[str] = Counter()
    for version in versions:
        if not _somebody(version.access):
            continue
        seen[version.kind] += 1
        if version.kind == ALIAS or seen[version.kind] <= newest:
            yield version


def _pull(image: Image, reference: str, digest: str, label: str) -> Pull:
    if image.pin and digest and "@" not in reference:
        reference = f"{reference}@{digest}"
    return Pull(reference, label, image.pull_policy or ("IfNotPresent" if "@" in reference else ""))


def _references(setting: object) -> Iterable[str]:
    """KubeSpawner takes containers as mappings and as objects of its client, in lists and by name."""
    if isinstance(setting, Mapping):
        image = setting.get("image")
        if not isinstance(image, str):
            for below in setting.values():
                yield from _references(below)
            return
    elif isinstance(setting, list | tuple):
        for below in setting:
            yield from _references(below)
        return
    else:
        image = getattr(setting, "image", None)
    if isinstance(image, str) and is_reference(image):
        yield image


def _last_part(reference: str) -> tuple[str, str]:
    _, path, tag, digest = split_reference(reference)
    return path.rpartition("/")[2], tag or digest.removeprefix("sha256:")[:12] or "latest"


def _name_and_tag(reference: str) -> dict[str, str]:
    host, path, tag, digest = split_reference(reference)
    is_written = reference.startswith(f"{host}/")
    name = f"{host}/{path}" if is_written else path
    if not digest:
        return {"name": name, "tag": tag or "latest"}
    algorithm, _, value = digest.partition(":")
    return {"name": name, "tag": f"{tag}@{digest}"} if tag else {"name": f"{name}@{algorithm}", "tag": value}


def _dns_label(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _with_hash(key: str, reference: str) -> str:
    mark = hashlib.sha256(reference.encode()).hexdigest()[:8]
    return f"{key[: LONGEST_KEY - len(mark) - 1].rstrip('-')}-{mark}"
