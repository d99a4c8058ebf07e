"""Which settings does a Helm values file make? Those that the Zero to JupyterHub chart hands to the hub.

So a menu can be looked at, and a job can follow it, without the hub's pod and without its secrets.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from libretexts_hub.cli.yaml_places import Document, read_yaml
from libretexts_hub.domain.chart_keys import HUB, SPAWNER
from libretexts_hub.domain.chart_versions import old_dependency, other_versions
from libretexts_hub.domain.findings import Severity
from libretexts_hub.errors import ConfigurationError

SUFFIXES = (".yaml", ".yml")
BELOW = "jupyterhub"
# Without this label a network policy of the chart keeps a server from the hub.
ACCESS = "hub.jupyter.org/network-access-hub"
# The chart's own jupyterhub_config.py sets these traits from these values below `singleuser`.
SINGLEUSER = {trait: keys[1:] for trait, keys in SPAWNER.items() if keys[0] == "singleuser"}


def add_values(config: Any, path: Path) -> Mapping[str, Any]:
    """Add to a `Config` what the file says below `hub.config` and `singleuser`, and return its values.

    Raises ConfigurationError for what is not YAML, or no values of the chart.
    """
    document = read_yaml(path)
    values = values_of_hub(document.value)
    refuse_other_chart(document, path)
    refuse_other_dependency(path)
    add_sections(config, values, path)
    return values


def refuse_other_chart(document: Document, path: Path) -> None:
    """Raises ConfigurationError, with the line, for values that were written for an older chart."""
    values = values_of_hub(document.value)
    for found in other_versions(values if isinstance(values, Mapping) else {}):
        if found.severity is Severity.ERROR:
            keys = tuple(found.where.split("."))
            line = document.lines.get(keys) or document.lines.get((BELOW, *keys), 0)
            raise ConfigurationError(
                found.what, where=f"{path}:{line}, {found.where}" if line else str(path), fix=found.fix
            )


def refuse_other_dependency(path: Path) -> None:
    """Raises ConfigurationError where the chart of these values depends on an older chart of the hub."""
    chart = path.with_name("Chart.yaml")
    if not chart.is_file():
        return
    document = read_yaml(chart).value
    named = old_dependency(document if isinstance(document, Mapping) else {})
    if named:
        lines = chart.read_text(encoding="utf-8").splitlines()
        line = next((number for number, text in enumerate(lines, 1) if named in text), 1)
        raise ConfigurationError(
            f"These values are for release {named!r:.40} of the chart; this package is for 4.4 and newer",
            where=f"{chart}:{line}",
            fix="Upgrade the chart first, one major release after the other, as its changelog says.",
        )


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
    others = (_at(values, key) for key in ("hub", "singleuser"))
    if written is None and any(each and isinstance(each, Mapping) for each in others):
        written = {}  # one of several files, which sets other things
    if not isinstance(written, Mapping) or not all(isinstance(each, Mapping) for each in written.values()):
        raise ConfigurationError(
            "There is no hub.config with sections such as LibreTextsSpawner",
            where=str(path),
            fix="Name the values file of the hub.",
        )
    beside = {trait: _at(values, "singleuser", *keys) for trait, keys in SINGLEUSER.items()}
    sections = {"KubeSpawner": {trait: value for trait, value in beside.items() if value}}
    if image := _image(_at(values, "singleuser", "image")):
        sections["KubeSpawner"]["image"] = image
    sections["KubeSpawner"] |= _storage(_at(values, "singleuser", "storage"))
    if labels := sections["KubeSpawner"].get("extra_labels"):
        # The chart's own is in its defaults, with which Helm merges these.
        sections["KubeSpawner"]["extra_labels"] = {ACCESS: "true"} | labels
    of_hub = {trait: _at(values, *keys) for trait, keys in HUB.items()}
    if set_ones := {trait: value for trait, value in of_hub.items() if value is not None}:
        sections["JupyterHub"] = set_ones
    for section, traits in written.items():
        sections[str(section)] = sections.get(str(section), {}) | dict(traits)
    return sections


def _storage(storage: Any) -> dict[str, Any]:
    """The home and what is beside it, where the values name the claim; the chart's defaults are not known."""
    template = _at(storage, "dynamic", "pvcNameTemplate")
    volumes, mounts = _at(storage, "extraVolumes"), _at(storage, "extraVolumeMounts")
    found: dict[str, Any] = {"volumes": _by_key(volumes), "volume_mounts": _by_key(mounts)}
    if template and _at(storage, "type") in (None, "dynamic"):
        name = _at(storage, "dynamic", "volumeNameTemplate") or "volume-{user_server}"
        home = {"name": name, "mountPath": _at(storage, "homeMountPath") or "/home/jovyan"}
        found["storage_pvc_ensure"] = True
        found["volumes"]["home"] = {"name": name, "persistentVolumeClaim": {"claimName": template}}
        found["volume_mounts"]["home"] = home
    return {trait: value for trait, value in found.items() if value}


def _by_key(value: Any) -> dict[str, Any]:
    """Mappings, as the chart's hub has them; "home" sorts before what a list becomes."""
    if isinstance(value, Mapping):
        return dict(value)
    return {f"list-{number:03}": each for number, each in enumerate(value or ())}


def _image(value: Any) -> str:
    """The chart joins a name and a tag."""
    name, tag = _at(value, "name"), _at(value, "tag")
    return f"{name}:{tag}" if name and tag else str(name or "")


def _at(values: Any, *keys: str) -> Any:
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def merged(before: Any, after: Any) -> Any:
    """Two values as Helm merges them: mappings key by key, everything else replaced."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    return dict(before) | {key: merged(before.get(key), value) for key, value in after.items()}
