"""What do the snippets in `hub.extraConfig` set? Run as the chart's hub does: sorted, in one namespace."""

import contextlib
import sys
import types
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from libretexts_hub.cli.config_files import in_words
from libretexts_hub.errors import ConfigurationError

MODULE = "z2jh"


def run_snippets(config: Any, values: Mapping[str, Any]) -> Iterator[ConfigurationError]:
    """Run each one on a `Config`; what is wrong with one does not keep the others from running."""
    snippets = _below(values, "hub.extraConfig", {})
    shared: dict[str, Any] = {"c": config, "get_config": partial(_below, values)}
    for name, text in sorted(snippets.items()) if isinstance(snippets, Mapping) else ():
        place = f"hub.extraConfig.{name}"
        if not isinstance(text, str):
            yield ConfigurationError("It is not a text", where=place, fix="Write Python below `|`.")
            continue
        try:
            with in_words(place), _chart_module(values), contextlib.redirect_stdout(sys.stderr):
                exec(compile(text, place, "exec"), shared)  # noqa: S102  the hub does the same
        except ConfigurationError as error:
            yield error


def _below(values: Any, key: str, default: Any = None) -> Any:
    for part in key.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return default if values is None else values


@contextlib.contextmanager
def _chart_module(values: Mapping[str, Any]) -> Iterator[None]:
    """The module that the hub's image has beside its configuration; snippets import it."""
    if MODULE in sys.modules:
        yield
        return
    module: Any = types.ModuleType(MODULE)
    module.get_config = partial(_below, values)
    # Values of Secrets are not here; a snippet that only passes one on gets a text in its place.
    module.get_secret_value = lambda key, default=None: default or "(a secret of the chart)"
    module.get_name = lambda name: name
    module.get_name_env = lambda name, suffix="": f"{name}{suffix}"
    module.set_config_if_not_none = lambda section, name, key: (
        None if _below(values, key) is None else setattr(section, name, _below(values, key))
    )
    sys.modules[MODULE] = module
    try:
        yield
    finally:
        sys.modules.pop(MODULE, None)
