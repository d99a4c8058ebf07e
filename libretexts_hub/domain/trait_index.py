"""Which settings does a class have? Known from an index, so that a check needs not import JupyterHub."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# What the value of a trait of exactly this class must be; other traits have rules of their own.
KINDS: Mapping[str, tuple[type, ...]] = {
    "Bool": (bool,),
    "Integer": (int,),
    "Float": (int, float),
    "Unicode": (str, bytes),
    "List": (list, tuple, set, frozenset),
    "Set": (list, tuple, set, frozenset),
    "Dict": (Mapping,),
}
WORDS = {
    "Bool": "true or false",
    "Integer": "a whole number",
    "Float": "a number",
    "Unicode": "a text",
    "List": "a list",
    "Set": "a list",
    "Dict": "a mapping",
}
OPTIONAL = "?"


@dataclass(frozen=True)
class KnownClass:
    """The settings that a class adds to those of `lineage`, its bases, nearest first.

    `traits`: name -> kind, with `?` where None is allowed. `renamed`: an old name -> the new one.
    """

    name: str
    lineage: tuple[str, ...] = ()
    traits: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TraitIndex:
    """Classes by the name of their section: `c.KubeSpawner` is about the class `KubeSpawner`."""

    classes: Mapping[str, KnownClass]

    @classmethod
    def read(cls, files: Iterable[Mapping[str, Mapping[str, Any]]]) -> "TraitIndex":
        """From what `libretexts_hub/cli/trait_index/*.json` hold."""
        known = {}
        for each in files:
            for name, entry in each["classes"].items():
                known[name] = KnownClass(name, tuple(entry["lineage"]), entry["traits"], entry["renamed"])
        return cls(known)

    def lineage(self, name: str) -> tuple[str, ...]:
        """The class and its bases, as sections that reach it, the strongest first; () when it is unknown."""
        found = self.classes.get(name)
        return (name, *found.lineage) if found else ()

    def traits(self, name: str) -> dict[str, str]:
        """Every setting of a class, its bases' too."""
        found: dict[str, str] = {}
        for each in reversed(self.lineage(name)):
            if each in self.classes:
                found |= self.classes[each].traits
        return found

    def renamed(self, name: str) -> dict[str, str]:
        """Old names of settings that still work."""
        found: dict[str, str] = {}
        for each in reversed(self.lineage(name)):
            if each in self.classes:
                found |= self.classes[each].renamed
        return found


def fits(kind: str, value: object) -> bool:
    """Whether a trait of this kind would take the value; True where only the class itself can tell."""
    if value is None:
        return kind.endswith(OPTIONAL) or kind.removesuffix(OPTIONAL) not in KINDS
    wanted = KINDS.get(kind.removesuffix(OPTIONAL))
    return wanted is None or isinstance(value, wanted)


def words(kind: str) -> str:
    """`a whole number`."""
    return WORDS[kind.removesuffix(OPTIONAL)]
