"""What does an image run? An images file says what an image's OCI configuration would say."""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from libretexts_hub.errors import ConfigurationError

# The grammar of github.com/distribution/reference, which the kubelet uses.
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_HOST}/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?P<tag>:[\w][\w.-]{0,127})?(?P<digest>@[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
_KEYS = {"entrypoint", "cmd", "env", "working_dir", "simulated"}


@dataclass(frozen=True)
class Simulated:
    """A container without a process, as KWOK makes them: running and ready after `ready_after` seconds."""

    ready_after: float = 0.0
    pod_ip: str | None = None


@dataclass(frozen=True)
class Image:
    """What an image's configuration says."""

    reference: str
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    working_dir: str | None = None
    simulated: Simulated | None = None

    def command(self, container: Mapping[str, Any]) -> list[str]:
        """What runs: `command` replaces entrypoint and cmd, `args` replaces cmd.

        Source: https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
        """
        command, args = container.get("command") or [], container.get("args") or []
        if command:
            return [*command, *args]
        return [*self.entrypoint, *(args or self.cmd)]

    @property
    def image_id(self) -> str:
        """A stable stand-in for the digest that a registry would give."""
        text = json.dumps([self.entrypoint, self.cmd, dict(self.env)], sort_keys=True)
        return f"{self.reference.partition('@')[0]}@sha256:{sha256(text.encode()).hexdigest()}"

    @property
    def names(self) -> list[str]:
        """By digest and by tag, as a node's status names an image."""
        found = _REFERENCE.fullmatch(self.reference)
        if found is None:
            return [self.reference]
        digest = found["digest"] or f"@{self.image_id.rpartition('@')[2]}"
        tag = found["tag"] or ("" if found["digest"] else ":latest")
        return [found["name"] + digest, *([found["name"] + tag] if tag else [])]


def is_reference(text: str) -> bool:
    """True when a registry could know an image by this name."""
    return len(text) <= 1024 and _REFERENCE.fullmatch(text) is not None


def pull_policy(container: Mapping[str, Any]) -> str:
    """Always, IfNotPresent or Never; the default depends on the tag (pkg/apis/core/v1/defaults.go)."""
    stated = container.get("imagePullPolicy")
    if stated:
        return str(stated)
    found = _REFERENCE.fullmatch(container.get("image", ""))
    if found is None or found["digest"] or (found["tag"] or ":latest") != ":latest":
        return "IfNotPresent"
    return "Always"


class Images:
    """The images that this cluster can run, by reference or fnmatch pattern.

    An exact reference wins, then the first match.
    """

    def __init__(self, entries: Mapping[str, Any] | None = None, *, where: str = "images") -> None:
        if not isinstance(entries or {}, Mapping):
            raise _wrong("is not a mapping of image patterns", where)
        self._entries = {str(key): _parse(value, f"{where}: {key}") for key, value in (entries or {}).items()}

    @classmethod
    def load(cls, source: "Images | Mapping[str, Any] | Path | str | None") -> "Images":
        """From a mapping, or a JSON or YAML file. ConfigurationError when it cannot be read or is wrong."""
        if isinstance(source, Images):
            return source
        if source is None or isinstance(source, Mapping):
            return cls(source)
        try:
            return cls(yaml.safe_load(Path(source).read_text(encoding="utf-8")), where=str(source))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is neither JSON nor YAML"
            raise ConfigurationError(
                f"The images file cannot be read: {reason}",
                where=str(source),
                fix="Give a JSON or YAML file with image patterns as keys.",
            ) from error

    def exact(self) -> list[Image]:
        """The images that are named in full, without a pattern: they are there before anybody asks."""
        return [_named(name, image) for name, image in self._entries.items() if is_reference(name)]

    def find(self, reference: str) -> Image | None:
        """The image, or None when no pattern matches. A reference without tag means `:latest`."""
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            return None
        names = [reference] if found["tag"] or found["digest"] else [reference, f"{reference}:latest"]
        for name in names:
            if name in self._entries:
                return _named(reference, self._entries[name])
        for pattern, entry in self._entries.items():
            if any(fnmatchcase(name, pattern) for name in names):
                return _named(reference, entry)
        return None


def _named(reference: str, image: Image) -> Image:
    return Image(reference, image.entrypoint, image.cmd, image.env, image.working_dir, image.simulated)


def _parse(value: Any, where: str) -> Image:
    if not isinstance(value, Mapping) or set(value) - _KEYS:
        raise _wrong(f"is not a mapping with keys of {', '.join(sorted(_KEYS))}", where)
    env = value.get("env") or {}
    if not isinstance(env, Mapping):
        raise _wrong("has an env that is not a mapping", where)
    directory = value.get("working_dir")
    return Image(
        "",
        _words(value.get("entrypoint"), where),
        _words(value.get("cmd"), where),
        {str(name): _python(str(text)) for name, text in env.items()},
        None if directory is None else str(directory),
        _simulated(value.get("simulated"), where),
    )


def _words(value: Any, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise _wrong("has a command that is not a list of words", where)
    return tuple(_python(word) for word in value)


def _python(text: str) -> str:
    return text.replace("{python}", sys.executable)


def _simulated(value: Any, where: str) -> Simulated | None:
    if value is None or value is False:
        return None
    settings = {} if value is True else value
    if not isinstance(settings, Mapping) or set(settings) - {"ready_after", "pod_ip"}:
        raise _wrong("has a `simulated` that is not {ready_after: seconds, pod_ip: address}", where)
    delay = settings.get("ready_after", 0)
    if isinstance(delay, bool) or not isinstance(delay, int | float) or not 0 <= delay < 1e6:
        raise _wrong("has a ready_after that is not a number of seconds", where)
    address = settings.get("pod_ip")
    return Simulated(float(delay), None if address is None else str(address))


def _wrong(what: str, where: str) -> ConfigurationError:
    fix = 'Write, for example, {"example.org/lab:*": {"cmd": ["{python}", "-m", "jupyterhub.singleuser"]}}.'
    return ConfigurationError(f"The images file {what}", where=where, fix=fix)
