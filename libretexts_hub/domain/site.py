"""What is configured on this hub? The settings as plain values, and the classes that they reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Site:
    """A configuration as it was read.

    `sections`: what `c.Section.setting = value` says. `spawner`, `authenticator`: the sections that reach the
    classes in use, the strongest first. `values`: the chart's, where they were read; in a chart the hub gets
    its encryption key from a Secret. `has_key`: it is there, or will be.
    """

    sections: Mapping[str, Mapping[str, object]]
    spawner: Sequence[str] = ("LibreTextsSpawner", "KubeSpawner", "Spawner")
    authenticator: Sequence[str] = ("Authenticator",)
    values: Mapping[str, object] = field(default_factory=dict)
    is_chart: bool = False
    has_key: bool = False

    def get(self, section: str, name: str, default: object = None) -> object:
        """One setting of one section."""
        return self.sections.get(section, {}).get(name, default)

    def find(self, lineage: Sequence[str], name: str, default: object = None) -> tuple[str, object]:
        """The place and value of a setting that several sections may have; the strongest wins."""
        for section in lineage:
            if name in self.sections.get(section, {}):
                return f"c.{section}.{name}", self.sections[section][name]
        return f"c.{lineage[0]}.{name}", default

    def value(self, *keys: str) -> object:
        """What the chart's values have below these keys."""
        found: object = self.values
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found


def mappings(value: object) -> list[Mapping[str, object]]:
    """The mappings in a list; [] for anything else."""
    listed = value if isinstance(value, list | tuple) else ()
    return [each for each in listed if isinstance(each, Mapping)]
