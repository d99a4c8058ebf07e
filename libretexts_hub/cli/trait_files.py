"""Which settings do the installed JupyterHub and its authenticators have?

From files that were made of these very releases, in a fraction of the time that importing them takes. Where
another release is installed its classes are imported and asked.
"""

import contextlib
import importlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from libretexts_hub.domain.trait_index import KINDS, OPTIONAL, TraitIndex

FOLDER = Path(__file__).parent / "trait_index"
OURS = "libretexts-hub"
# The modules of a distribution that have classes which operators configure.
MODULES = {
    "jupyterhub": (
        "jupyterhub.app",
        "jupyterhub.auth",
        "jupyterhub.authenticators.shared",
        "jupyterhub.crypto",
        "jupyterhub.proxy",
        "jupyterhub.spawner",
    ),
    "oauthenticator": tuple(
        f"oauthenticator.{name}"
        for name in (
            *("auth0", "azuread", "bitbucket", "cilogon", "generic", "github", "gitlab", "globus", "google"),
            *("oauth2", "openshift"),
        )
    ),
    "jupyterhub-kubespawner": ("kubespawner.spawner",),
}


def installed() -> TraitIndex:
    """All that is known of what is installed."""
    return TraitIndex.read(_files())


def file_of(distribution: str) -> Path:
    """The file for the installed release: its first two numbers are in the name. Ours goes with its code."""
    if distribution == OURS:
        return FOLDER / "libretexts-hub.json"
    first = ".".join(importlib.metadata.version(distribution).split(".")[:2])
    return FOLDER / f"{distribution}-{first}.json"


def describe(modules: Sequence[str]) -> dict[str, Any]:
    """What a file holds: the configurable classes of these modules, imported and asked."""
    classes: dict[str, Any] = {}
    for module in modules:
        # One may need a library that is not there.
        with contextlib.suppress(ImportError):
            found = vars(importlib.import_module(module)).values()
            traited = [each for each in found if isinstance(each, type) and hasattr(each, "class_own_traits")]
            # Not what it imports of another release, which has a file of its own.
            homes = (module.partition(".")[0], "traitlets")
            classes |= {each.__name__: each for each in traited if each.__module__.partition(".")[0] in homes}
    return {"classes": {name: _described(classes[name]) for name in sorted(classes)}}


def our_modules() -> tuple[str, ...]:
    """Ours, except the spawner's: a check of images and routes imports it anyway."""
    found = ["libretexts_hub.hub.page_settings"]
    for package in ("libretexts_hub.hub.authenticators", "libretexts_hub.culler"):
        spec = importlib.util.find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            names = sorted(path.stem for path in Path(folder).glob("*.py") if not path.stem.startswith("__"))
            found += [f"{package}.{name}" for name in names]
    return tuple(found)


def _files() -> Iterator[Mapping[str, Any]]:
    for distribution, modules in MODULES.items():
        try:
            path = file_of(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
        yield _read(path) if path.exists() else describe(modules)
    yield _read(file_of(OURS))


def _read(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _described(cls: Any) -> dict[str, Any]:
    bases = [each for each in cls.__mro__[1:] if hasattr(each, "class_own_traits")]
    return {
        "lineage": [each.__name__ for each in bases if each.__name__ != "HasTraits"],
        "traits": {name: _kind(trait) for name, trait in sorted(cls.class_own_traits(config=True).items())},
        "renamed": _renamed(cls),
    }


def _kind(trait: Any) -> str:
    name = "Integer" if type(trait).__name__ == "Int" else type(trait).__name__
    known = name if name in KINDS and type(trait).__module__.startswith("traitlets.") else "Any"
    return known + (OPTIONAL if trait.allow_none else "")


def _renamed(cls: Any) -> dict[str, str]:
    """KubeSpawner and OAuthenticator list their old names; JupyterHub's are traits that say so."""
    found = {}
    for attribute in ("_deprecated_traits", "_deprecated_oauth_aliases", "_deprecated_aliases"):
        listed = cls.__dict__.get(attribute, {})
        found |= {old: new[0] if isinstance(new, tuple) else str(new) for old, new in listed.items()}
    return dict(sorted(found.items()))
