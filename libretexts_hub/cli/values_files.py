"""Which settings does a Helm values file make? Those that the Zero to JupyterHub chart hands to the hub.

So a menu can be looked at, and a job can follow it, without the hub's pod and without its secrets.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from libretexts_hub.cli.yaml_places import read_yaml
from libretexts_hub.errors import ConfigurationError

SUFFIXES = (".yaml", ".yml")
BELOW = "jupyterhub"
# The chart's own jupyterhub_config.py sets these traits from these values below `singleuser`.
SINGLEUSER = {
    "init_containers": ("initContainers",),
    "extra_containers": ("extraContainers",),
    "node_selector": ("nodeSelector",),
    "tolerations": ("extraTolerations",),
    "node_affinity_required": ("extraNodeAffinity", "required"),
    "image_pull_secrets": ("image", "pullSecrets"),
}


def add_values(config: Any, path: Path) -> Mapping[str, Any]:
    """Add to a `Config` what the file says below `hub.config` and `singleuser`, and return its values.

    Raises ConfigurationError for what is not YAML, or no values of the chart.
    """
    values = values_of_hub(read_yaml(path).value)
    add_sections(config, values, path)
    return values


def add_sections(config: Any, values: Mapping[str, Any], path: Path) -> None:
    """The same of values that are read already, mappings key by key as Helm merges them."""
    for section, traits in _sections(values, path).items():
        for name, value in traits.items():
            config[section][name] = merged(config[section].get(name), value)


def values_of_hub(values: Any) -> Mapping[str, Any]:
    """A chart that depends on the hub's has its values below that name."""
    below = _at(values, BELOW)
    return below if isinstance(below, Mapping) and "hub" in below else values


def _sections(values: Mapping[str, Any], path: Path) -> dict[str, dict[str, Any]]:
    written = _at(values, "hub", "config")
    if not isinstance(written, Mapping) or not all(isinstance(each, Mapping) for each in written.values()):
        raise ConfigurationError(
            "There is no hub.config with sections such as LibreTextsSpawner",
            where=str(path),
            fix="Name the values file of the hub.",
        )
    beside = {trait: _at(values, "singleuser", *keys) for trait, keys in SINGLEUSER.items()}
    sections = {"KubeSpawner": {trait: value for trait, value in beside.items() if value}}
    if isinstance(named := _at(values, "hub", "allowNamedServers"), bool):
        sections["JupyterHub"] = {"allow_named_servers": named}
    for section, traits in written.items():
        sections[str(section)] = sections.get(str(section), {}) | dict(traits)
    return sections


def _at(values: Any, *keys: str) -> Any:
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def merged(before: Any, after: Any) -> Any:
    """Two values as Helm merges them: mappings key by key, everything else replaced."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    return dict(before) | {key: merged(before.get(key), value) for key, value in after.items()}
