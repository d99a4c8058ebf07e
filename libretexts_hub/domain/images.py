"""What is one environment on the menu?"""

import re
from dataclasses import dataclass

from libretexts_hub.domain.entries import Entry, entries
from libretexts_hub.errors import ConfigurationError

IMAGE_KEYS = ("name", "description", "image", "interface", "default", "order", "groups", "sizes")

# Interface -> (its path in the server, its name for a person). Anything else is a path of the operator's own.
INTERFACES = {
    "lab": ("/lab", "JupyterLab"),
    "notebook": ("/tree", "Jupyter Notebook"),
    "rstudio": ("/rstudio", "RStudio"),
}

# The reference grammar of the OCI distribution specification, with a length that a kubelet accepts.
REFERENCE = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?/|\[[0-9a-fA-F:]+\](?::\d{1,5})?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,200}")


@dataclass(frozen=True)
class Image:
    """One environment. `reference` is what the kubelet pulls, `default_url` (unless empty) where it opens."""

    slug: str
    name: str
    description: str
    reference: str
    default_url: str
    opens: str
    default: bool
    groups: frozenset[str] | None
    sizes: tuple[str, ...] | None


def parse_images(raw: object, *, where: str) -> tuple[Image, ...]:
    """Read the trait `images`. Raises ConfigurationError for the first thing that is wrong."""
    return tuple(_image(entry) for entry in entries(raw, where=where))


def _image(entry: Entry) -> Image:
    if "registry" in entry.fields:
        raise ConfigurationError(
            "A live menu from a registry is not in this version",
            where=entry.place("registry"),
            fix="Write image: with one reference.",
        )
    entry.only(IMAGE_KEYS)
    default_url, opens = _interface(entry)
    return Image(
        slug=entry.slug,
        name=entry.text("name", default=entry.slug),
        description=entry.text("description", default=""),
        reference=_reference(entry),
        default_url=default_url,
        opens=opens,
        default=entry.flag("default"),
        groups=entry.groups(),
        sizes=_allowed_sizes(entry),
    )


def _reference(entry: Entry) -> str:
    reference = entry.text("image")
    if len(reference) > 512 or not REFERENCE.fullmatch(reference):
        raise ConfigurationError(
            f"{reference!r:.120} is not an image reference",
            where=entry.place("image"),
            fix="Write registry/repository:tag, the repository in lower case.",
        )
    return reference


def _interface(entry: Entry) -> tuple[str, str]:
    interface = entry.text("interface", default="")
    if interface in INTERFACES:
        return INTERFACES[interface]
    if interface and not PATH.fullmatch(interface):
        raise ConfigurationError(
            f"{interface!r:.80} is not an interface",
            where=entry.place("interface"),
            fix=f"Write {', '.join(INTERFACES)}, or a path that begins with a slash.",
        )
    return interface, ""


def _allowed_sizes(entry: Entry) -> tuple[str, ...] | None:
    allowed = entry.texts("sizes")
    if allowed == ():
        raise ConfigurationError(
            "No size is left for this image",
            where=entry.place("sizes"),
            fix="Name a size, or leave sizes out.",
        )
    return allowed
