"""Which settings are ours? Walks the package for traits that our own classes define, not those they inherit.

The trait reference and `tests/test_traits.py` both ask here, so a setting without help cannot hide.
"""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

from traitlets import HasTraits, TraitType

# Operators configure the hub's classes and, later, the culler's; nothing else has settings of its own.
SETTING_PACKAGES = ("libretexts_hub.hub", "libretexts_hub.culler")


@dataclass(frozen=True)
class Setting:
    """One configurable trait, by the name an operator types."""

    class_name: str
    name: str
    trait: TraitType

    @property
    def id(self) -> str:
        """`LibreTextsSpawner.images`, as in `c.LibreTextsSpawner.images`."""
        return f"{self.class_name}.{self.name}"

    @property
    def help(self) -> str:
        """The help text without its indentation."""
        return inspect.cleandoc(self.trait.help or "")


def modules(packages: tuple[str, ...] = SETTING_PACKAGES) -> Iterator[str]:
    """Names of every module below `packages`; a package that does not exist yet has none."""
    for name in packages:
        if importlib.util.find_spec(name) is None:
            continue
        yield name
        found = pkgutil.walk_packages(importlib.import_module(name).__path__, prefix=f"{name}.")
        yield from (module.name for module in found if not module.name.endswith("__main__"))


def configurable_classes(packages: tuple[str, ...] = SETTING_PACKAGES) -> list[type[HasTraits]]:
    """Our classes that have traits, by name; a class that is only imported into a module is not ours."""
    classes = {
        value
        for name in modules(packages)
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type) and issubclass(value, HasTraits) and value.__module__ == name
    }
    return sorted(classes, key=lambda one: one.__name__)


def own_settings(cls: type[HasTraits]) -> list[Setting]:
    """The configurable traits that `cls` itself defines, by name."""
    return [
        Setting(cls.__name__, name, trait)
        for name, trait in sorted(cls.class_own_traits(config=True).items())
    ]


def all_settings(packages: tuple[str, ...] = SETTING_PACKAGES) -> list[Setting]:
    """Every setting of ours, class by class."""
    return [setting for cls in configurable_classes(packages) for setting in own_settings(cls)]
