"""In which program does a server open?"""

import re
from dataclasses import dataclass

from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError

PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,200}")


@dataclass(frozen=True, slots=True)
class Interface:
    """A program by its slug; `path` is where it answers below the server, `name` what a person calls it."""

    slug: str
    path: str
    name: str


# jupyter-rsession-proxy and jupyter-vscode-proxy serve below these names.
KNOWN = (
    Interface("lab", "/lab", "JupyterLab"),
    Interface("notebook", "/tree", "Jupyter Notebook"),
    Interface("rstudio", "/rstudio", "RStudio"),
    Interface("vscode", "/vscode", "VS Code"),
)
INTERFACES = {each.slug: each for each in KNOWN}


def parse_interfaces(entry: Entry) -> tuple[Interface, ...]:
    """Read `interface`, or `interfaces`: then a person chooses, and the first is marked."""
    several = entry.texts("interfaces")
    if several is None:
        one = entry.text("interface", default="")
        return (_interface(one, entry.place("interface")),) if one else ()
    if "interface" in entry.fields or not several or len(set(several)) < len(several):
        raise ConfigurationError(
            "interfaces needs one or more different programs, and no interface beside it",
            where=entry.place("interfaces"),
            fix="Write interfaces: [lab, rstudio].",
        )
    return tuple(_interface(one, entry.place("interfaces")) for one in several)


def _interface(text: str, where: str) -> Interface:
    if text in INTERFACES:
        return INTERFACES[text]
    if PATH.fullmatch(text):
        return Interface(text, text, "")
    raise ConfigurationError(
        f"{text!r:.80} is not an interface",
        where=where,
        fix=f"Write {', '.join(INTERFACES)}, or a path that begins with a slash.",
    )
