"""What do the chart's values say? The names that snippets in `hub.extraConfig` import from the real chart's module."""

import os
from functools import lru_cache
from pathlib import Path

import yaml

SECRET = Path(__file__).parent / "secret"
MISSING = object()


@lru_cache
def _values():
    return yaml.safe_load((SECRET / "values.yaml").read_text(encoding="utf-8"))


def get_config(key, default=None):
    """The value below a key with dots; unlike traitlets' function of this name it wants one."""
    value = _values()
    for part in key.split("."):
        value = value.get(part, MISSING) if isinstance(value, dict) else MISSING
    return default if value is MISSING or value is None else value


def get_secret_value(key, default=MISSING):
    """What the hub's Secret has below this key."""
    path = SECRET / key
    if path.exists():
        return path.read_text(encoding="utf-8")
    if default is MISSING:
        raise KeyError(key)
    return default


def get_name(name):
    """Of an object of this release."""
    return name


def get_name_env(name, suffix=""):
    """A variable that Kubernetes sets for a Service of this release."""
    return os.environ[name.upper().replace("-", "_") + suffix]


def set_config_if_not_none(section, name, key):
    """Set it only where the values say something."""
    value = get_config(key)
    if value is not None:
        setattr(section, name, value)
