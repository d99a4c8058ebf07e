"""Which values of the Zero to JupyterHub chart make a hub with these settings?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libretexts_hub.domain import helm_secrets as secrets
from libretexts_hub.domain.chart_keys import CHART_MAKES, CHART_SETS, SPAWNERS, Keys, key_of
from libretexts_hub.domain.helm_volumes import split_volumes
from libretexts_hub.domain.python_secrets import code_has_secret

SECRET = "libretexts-hub"  # noqa: S105  the name of an object, not what is in it
SNIPPET = "10-secrets"
CHECK = "90-check"
CHECK_LINES = "from libretexts_hub.hub.configuration import check_or_exit\ncheck_or_exit(c)\n"
ORDER = ("cull", "hub", "singleuser", "proxy", "rbac", "prePuller")
# KubeSpawner's own name for a home, which the chart's differs from: a claim's name must never change.
CLAIM = "claim-{user_server}"


@dataclass
class Written:
    """`values`, what is said about them, and the keys of the Secret that they read, with what each is."""

    values: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)


def helm_values(
    sections: Mapping[str, Mapping[str, Any]],
    unwritable: Sequence[str] = (),
    *,
    values: Mapping[str, Any] | None = None,
) -> Written:
    """Of settings as plain values, and of values that there are already, which hold what `sections` does not.

    `unwritable`: settings that no YAML can hold. A secret is in none of them: it is named, and read from a
    Secret of the operator's.
    """
    made = _Making(Written())
    made.begin(values or {})
    for section in sorted(
        sections, key=lambda name: (SPAWNERS.index(name) if name in SPAWNERS else -1, name)
    ):
        for name, value in sections[section].items():
            made.add(section, name, value)
    made.homes(sections)
    made.finish()
    made.written.notes += [
        f"{place} is a program, which values can't hold: write it into hub.extraConfig, or into a file in "
        "jupyterhub_config.d of the hub's image."
        for place in unwritable
    ]
    return made.written


@dataclass
class _Making:
    written: Written
    lines: list[str] = field(default_factory=list)

    def begin(self, values: Mapping[str, Any]) -> None:
        """With values that there are: all but hub.config, which comes with the settings, and secrets."""
        kept = {key: each for key, each in values.items() if key not in ("Chart", "Release")}
        if isinstance(hub := kept.get("hub"), Mapping):
            kept["hub"] = {key: each for key, each in hub.items() if key != "config"}
        snippets = _at(kept, "hub", "extraConfig")
        kept = secrets.without(kept, ("hub", "extraConfig")) if snippets else kept
        places = list(secrets.secret_places(kept))
        for path in reversed(places):  # from the end: a list's places stay
            kept = secrets.without(kept, path)
        self.written.notes += [
            f"{'.'.join(map(str, path))} was a secret and is left out: {_way_of(path)}" for path in places
        ]
        self.written.values = kept
        for name, code in snippets.items() if isinstance(snippets, Mapping) else ():
            if code_has_secret(str(code)):
                self.written.notes.append(
                    f"The snippet hub.extraConfig.{name} is left out: a secret is written out in it. Let "
                    "it read the secret with os.environ, from hub.extraEnv with a secretKeyRef."
                )
            else:
                self._set(("hub", "extraConfig", str(name)), code)

    def add(self, section: str, name: str, value: Any) -> None:
        """One setting, under the chart's own key where it has one."""
        place = f"c.{section}.{name}"
        if (section, name) in CHART_MAKES:
            self.written.notes.append(
                f"{place} is left out: the chart makes one and keeps it in its Secret `hub`, as "
                f"{CHART_MAKES[section, name]}. To keep yours, put it there, or into hub.existingSecret."
            )
        elif name in CHART_SETS.get(section, ()):
            self.written.notes.append(f"{place} is left out: in its pod the chart sets it.")
        elif (section, name) == ("JupyterHub", "services"):
            self._services(value)
        elif (section, name) == ("JupyterHub", "load_roles"):
            self._load_roles(value)
        elif (section, name) == ("JupyterHub", "db_url"):
            self._db_url(str(value))
        elif section in SPAWNERS and name == "image" and _has_tag(value):
            repository, _, tag = value.rpartition(":")
            self._set(("singleuser", "image"), {"name": repository, "tag": tag})
        elif section in SPAWNERS and name in ("volumes", "volume_mounts", "storage_pvc_ensure"):
            return
        else:
            keys = key_of(section, name)
            self._set(
                keys or ("hub", "config", section, name), self._open(_owner(section, keys), name, value)
            )

    def homes(self, sections: Mapping[str, Mapping[str, Any]]) -> None:
        """Storage as a whole: the chart makes the volume of a home itself."""
        found: dict[str, Any] = {}
        for section in SPAWNERS:
            found |= sections.get(section, {})
        if not {"volumes", "volume_mounts", "storage_pvc_ensure", "pvc_name_template"} & found.keys():
            return
        template = found.get("pvc_name_template", CLAIM)
        home, volumes, mounts = split_volumes(
            found.get("volumes", ()), found.get("volume_mounts", ()), template
        )
        has_claims = bool(found.get("storage_pvc_ensure"))
        storage = ("singleuser", "storage")
        self._set((*storage, "type"), None if has_claims or home else "none")
        if has_claims:
            self._set((*storage, "dynamic", "pvcNameTemplate"), template)
        self._set((*storage, "homeMountPath"), home or None)
        self._set((*storage, "extraVolumes"), volumes or None)
        self._set((*storage, "extraVolumeMounts"), mounts or None)

    def finish(self) -> None:
        """The snippets that bring secrets and check the whole, and an order that reads well."""
        if self.lines:
            self._set(("hub", "extraConfig", SNIPPET), "\n".join(["import os", *self.lines, ""]))
        said = self.written.values.get("hub", {}).get("extraConfig")
        if not (isinstance(said, Mapping) and any("check_or_exit" in str(text) for text in said.values())):
            self._set(("hub", "extraConfig", CHECK), CHECK_LINES)
        now = self.written.values
        self.written.values = {key: now[key] for key in (*ORDER, *now) if key in now}

    def _open(self, section: str, name: str, value: Any) -> Any:
        """The value without its secrets, which a snippet puts back from the environment."""
        for path in secrets.secret_places({name: value}):
            variable = secrets.variable_of(section, path)
            place = f"c.{section}.{'.'.join(map(str, path))}"
            self.written.keys[secrets.key_in_secret(variable)] = place
            reference = {"name": SECRET, "key": secrets.key_in_secret(variable)}
            self._set(("hub", "extraEnv", variable), {"valueFrom": {"secretKeyRef": reference}})
            if line := secrets.assignment(section, path, variable):
                self.lines.append(line)
            value = None if len(path) == 1 else secrets.without(value, path[1:])
        return value

    def _services(self, value: Any) -> None:
        """A list there, here a mapping by name, so that two files of values merge. The chart makes tokens."""
        for service in value if isinstance(value, list) else ():
            name = str(service.get("name", "service"))
            if "api_token" in service:
                self.written.notes.append(
                    f"The token of the service {name!r} is left out: the chart makes one, in its Secret "
                    f"`hub` as hub.services.{name}.apiToken."
                )
            rest = {key: each for key, each in service.items() if key not in ("name", "api_token")}
            self._set(("hub", "services", name), _masked(rest, f"hub.services.{name}", self.written.notes))

    def _load_roles(self, value: Any) -> None:
        for role in value if isinstance(value, list) else ():
            rest = {key: each for key, each in role.items() if key != "name"}
            self._set(("hub", "loadRoles", str(role.get("name", "role"))), rest)

    def _db_url(self, value: str) -> None:
        kind = value.partition(":")[0].partition("+")[0]
        if kind == "sqlite":
            self.written.notes.append(
                "c.JupyterHub.db_url is left out: the chart keeps SQLite on its own disk."
            )
            return
        known = {"mysql": "mysql", "postgresql": "postgres", "postgres": "postgres"}
        self._set(("hub", "db", "type"), known.get(kind, "other"))
        bare = _without_password(value)
        self._set(("hub", "db", "url"), bare)
        if bare != value:
            self.written.notes.append(
                "The password in c.JupyterHub.db_url is left out: put it into the Secret that "
                "hub.existingSecret names, as hub.db.password."
            )

    def _set(self, keys: Keys, value: Any) -> None:
        if value is None:
            return
        below = self.written.values
        for key in keys[:-1]:
            inner = below.get(key)
            below[key] = dict(inner) if isinstance(inner, Mapping) else {}
            below = below[key]
        below[keys[-1]] = value


def _at(values: Any, *keys: str) -> Any:
    for key in keys:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def _owner(section: str, keys: Keys) -> str:
    """The section in which the chart sets it: what a snippet changes has to be there."""
    if not keys or section not in SPAWNERS:
        return section
    return "Spawner" if keys[-1] in ("cmd", "defaultUrl", "consecutiveFailureLimit") else "KubeSpawner"


def _has_tag(value: Any) -> bool:
    return isinstance(value, str) and "@" not in value and ":" in value.rpartition("/")[2]


def _masked(value: dict[str, Any], place: str, notes: list[str]) -> dict[str, Any]:
    for path in reversed(list(secrets.secret_places(value))):
        value = secrets.without(value, path)
        notes.append(
            f"{place}.{'.'.join(map(str, path))} was a secret and is left out: "
            "let the service read it from a file that hub.extraVolumes mounts from a Secret."
        )
    return value


def _without_password(url: str) -> str:
    """`scheme://user:password@host` without the password; SQLAlchemy takes it from the environment."""
    before, at, after = url.rpartition("@")
    scheme, slashes, person = before.partition("://")
    return f"{scheme}{slashes}{person.partition(':')[0]}{at}{after}" if at else url


def _way_of(path: tuple[str | int, ...]) -> str:
    """Where a secret of the chart's own values may stand."""
    if path[:2] in (("proxy", "secretToken"), ("hub", "cookieSecret")) or path[-1] == "apiToken":
        return "the chart makes one and keeps it in its Secret `hub`."
    if path[:2] == ("hub", "db"):
        return "put it into the Secret that hub.existingSecret names, as hub.db.password."
    if path[:2] == ("hub", "extraEnv"):
        return "write valueFrom with a secretKeyRef in its place."
    return (
        "keep it in a file of values of its own that is encrypted, or mount a Secret with hub.extraVolumes."
    )
