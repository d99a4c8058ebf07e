"""What is wrong with a configuration that was read? The rules of `domain/` and the hub's own check say it."""

from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from libretexts_hub.cli.check_reading import Reading
from libretexts_hub.cli.trait_files import installed
from libretexts_hub.domain.chart_rules import chart_findings
from libretexts_hub.domain.course_rules import course_findings
from libretexts_hub.domain.culler_rules import culler_findings
from libretexts_hub.domain.findings import Finding, error, in_order, of_error
from libretexts_hub.domain.hub_rules import hub_findings
from libretexts_hub.domain.ldap_rules import ldap_findings
from libretexts_hub.domain.setting_rules import setting_findings
from libretexts_hub.domain.site import Site, mappings
from libretexts_hub.domain.storage_rules import storage_findings
from libretexts_hub.domain.template_rules import template_findings
from libretexts_hub.domain.trait_index import TraitIndex
from libretexts_hub.errors import ConfigurationError

# Ours as entry points have it; jupyterhub's own names are theirs.
GROUPS = {"spawner_class": "jupyterhub.spawners", "authenticator_class": "jupyterhub.authenticators"}
MOST_TEMPLATES = 500
SEVERAL = "SeveralAuthenticator"


def findings(reading: Reading) -> list[Finding]:
    """All of them, the worst first, with their lines."""
    return in_order([reading.placed(each) for each in (*reading.found, *_asked(reading))])


def _asked(reading: Reading) -> Iterator[Finding]:
    from libretexts_hub.hub.configuration import problems

    index = installed()
    site, own = _site(reading, index)
    for wrong in problems(reading.config):
        yield of_error(wrong)
    # The sections of our spawner were asked just now, by the class itself.
    yield from setting_findings(site.sections, index, apart=own)
    for rules in (hub_findings, ldap_findings, storage_findings, culler_findings, chart_findings):
        yield from rules(site)
    yield from _courses(reading, site)
    yield from _templates(site)


def _courses(reading: Reading, site: Site) -> Iterator[Finding]:
    from libretexts_hub.hub.course_check import read_courses, written_path

    path, where = written_path(reading.config)
    try:
        courses = read_courses(path) if path else None
    except ConfigurationError:
        return  # told above
    yield from course_findings(site, path, where, courses)


def site_of(reading: Reading) -> Site:
    """The configuration as the rules see it."""
    return _site(reading, installed())[0]


def _site(reading: Reading, index: TraitIndex) -> tuple[Site, tuple[str, ...]]:
    from libretexts_hub.hub.spawner import LibreTextsSpawner

    ours = tuple(each.__name__ for each in LibreTextsSpawner.__mro__ if hasattr(each, "class_own_traits"))
    chosen = reading.config.get("JupyterHub", {}).get("spawner_class")
    is_ours = _name_of("spawner_class", chosen) == "LibreTextsSpawner" or _is_below(chosen, LibreTextsSpawner)
    spawner = _lineage("spawner_class", chosen, index) if not is_ours else ours
    # The chart names a spawner of its own where hub.config has none, and plain JupyterHub another.
    if chosen is None:
        spawner = index.lineage("KubeSpawner" if reading.is_chart else "LocalProcessSpawner")
        spawner = ours if "LibreTextsSpawner" in reading.config and not reading.is_chart else spawner
    site = Site(
        sections={name: plain(section) for name, section in reading.config.items() if name[:1].isupper()},
        spawner=spawner or ("Spawner",),
        authenticator=_authenticators(reading, index) or ("Authenticator",),
        values=reading.values,
        is_chart=reading.is_chart,
        has_key=reading.has_key,
    )
    return site, tuple(name for name in ours if name in reading.config and name not in index.classes)


def _authenticators(reading: Reading, index: TraitIndex) -> tuple[str, ...]:
    """The sections of the authenticator; where people choose, those of all that they choose from."""
    chosen = reading.config.get("JupyterHub", {}).get("authenticator_class")
    found = _lineage("authenticator_class", chosen, index)
    if SEVERAL in found:
        providers = plain(reading.config.get(SEVERAL, {})).get("providers")
        each = providers.values() if isinstance(providers, Mapping) else mappings(providers)
        for entry in mappings(list(each)):
            found += _lineage("authenticator_class", entry.get("class"), index)
    return tuple(dict.fromkeys(found))


def _is_below(chosen: Any, cls: type) -> bool:
    return isinstance(chosen, type) and issubclass(chosen, cls)


def _name_of(trait: str, chosen: Any) -> str:
    """The class's name, of an entry point, of a path, or of a class."""
    if isinstance(chosen, type):
        return chosen.__name__
    if not isinstance(chosen, str):
        return ""
    for point in entry_points(group=GROUPS[trait]):
        if point.name.lower() == chosen.lower():
            return point.attr
    return chosen.rpartition(".")[2].rpartition(":")[2]


def _lineage(trait: str, chosen: Any, index: TraitIndex) -> tuple[str, ...]:
    if isinstance(chosen, type):
        return tuple(each.__name__ for each in chosen.__mro__ if hasattr(each, "class_own_traits"))
    return index.lineage(_name_of(trait, chosen))


def plain(section: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as values: of what is appended to, the part that is known."""
    from traitlets.config import DeferredConfig, LazyConfigValue

    found = {}
    for name, value in section.items():
        if isinstance(value, LazyConfigValue):
            parts = value._extend or value._prepend or value._update
            value = parts if parts else None
        if value is not None and not isinstance(value, DeferredConfig):
            found[name] = value
    return found


def _templates(site: Site) -> Iterator[Finding]:
    paths = site.get("JupyterHub", "template_paths")
    for folder in paths if isinstance(paths, list) else ():
        path = Path(str(folder))
        if not path.is_dir():
            if not site.is_chart:  # in the hub's image it may be there
                yield error("There is no such folder", "c.JupyterHub.template_paths", f"Make {folder}.")
            continue
        for page in sorted(path.rglob("*.html"))[:MOST_TEMPLATES]:
            try:
                text = page.read_text(encoding="utf-8", errors="replace")
            except OSError as failed:
                yield error(f"It can't be read: {failed.strerror}", str(page), "Correct its permissions.")
                continue
            for line, finding in template_findings(text):
                yield finding.at(str(page), line)
