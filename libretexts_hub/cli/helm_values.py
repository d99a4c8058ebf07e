"""`libretexts-hub helm-values`: which values of the Zero to JupyterHub chart make this hub?"""

import argparse
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from libretexts_hub.domain.helm_values import SECRET, Written, helm_values
from libretexts_hub.errors import ConfigurationError

WIDTH = 110


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument(
        "config",
        nargs="*",
        type=Path,
        metavar="CONFIG",
        help="configuration, a folder of it, or a values file of the chart; the last wins "
        "(./jupyterhub_config.py, else that of the chart's hub)",
    )
    parser.add_argument(
        "--hub-image",
        metavar="NAME:TAG",
        help="the hub's image, with this package in it; examples/helm/Dockerfile makes one",
    )


def run(args: argparse.Namespace) -> int:
    """Print values as YAML; what is left out, and where it goes, in comments above them."""
    from libretexts_hub.cli.config_files import default_files
    from libretexts_hub.cli.render_yaml import as_yaml

    image = _image(args.hub_image)
    paths = args.config or default_files()
    config, values = _read(paths)
    sections, unwritable = _plain_sections(config)
    made = helm_values(sections, unwritable, values=values)
    if image:
        made.values.setdefault("hub", {})["image"] = image
    if pulled := _prepull(config):
        made.values.setdefault("prePuller", {}).setdefault("extraImages", pulled)
    print(_comments(made, paths), end="")
    print(as_yaml([made.values]), end="")
    return 0


def _image(named: str | None) -> dict[str, str]:
    if named is None:
        return {}
    name, _, tag = named.rpartition(":")
    if not name or "/" in tag or not tag:
        raise ConfigurationError(
            "The chart wants a name and a tag", where="--hub-image", fix="Write NAME:TAG, as in hub:4.4.0-1."
        )
    return {"name": name, "tag": tag}


def _read(paths: Sequence[Path]) -> tuple[Any, Mapping[str, Any]]:
    """Settings and values; snippets are not run, they stay what they are. Raises ConfigurationError."""
    from traitlets.config import Config

    from libretexts_hub.cli.config_files import add_python, files
    from libretexts_hub.cli.values_files import SUFFIXES, add_values, merged
    from libretexts_hub.hub.collecting import collecting

    config: Any = Config()
    values: Any = {}
    with collecting():
        for path in files(paths):
            if path.suffix in SUFFIXES:
                values = merged(values, add_values(config, path))
            else:
                add_python(config, path)
    return config, values


def _plain_sections(config: Any) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Settings as YAML has them, and the places of those that it can't have."""
    from libretexts_hub.cli.check_site import plain

    found: dict[str, dict[str, Any]] = {}
    unwritable = []
    for name, section in config.items():
        if not name[:1].isupper():
            continue
        for setting, value in plain(section).items():
            try:
                found.setdefault(name, {})[setting] = _writable(value)
            except TypeError:
                unwritable.append(f"c.{name}.{setting}")
    return found, unwritable


def _writable(value: Any) -> Any:
    """Raises TypeError for a function, and for anything else that no file can hold."""
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if value is None or isinstance(value, bool | int | float | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, bytes):
        return value.hex()  # a key; it is never printed
    if isinstance(value, date | Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _writable(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_writable(each) for each in value), key=str)
    if isinstance(value, list | tuple):
        return [_writable(each) for each in value]
    raise TypeError


def _prepull(config: Any) -> dict[str, Any]:
    """What is on the menu by a fixed name; no registry is asked. {} for no menu, or one that is not right."""
    from libretexts_hub.cli.config_files import spawner
    from libretexts_hub.cli.prepull_output import besides
    from libretexts_hub.domain.menu import Menu
    from libretexts_hub.domain.prepull import extra_images, once, pulls

    try:
        read = spawner(config)
        menu = Menu.parse(read.images, read.sizes, read.options) if read.images else None
    except ConfigurationError:
        return {}  # `libretexts-hub check` tells it
    fixed = pulls(menu, datetime.now(UTC)) if menu else ()
    return extra_images(once([*fixed, *besides(read)])) if menu else {}


def _comments(made: Written, paths: Sequence[Path]) -> str:
    return "".join(f"{line}\n" for line in _lines(made, paths))


def _lines(made: Written, paths: Sequence[Path]) -> Iterator[str]:
    yield from _wrapped(
        "Values for Zero to JupyterHub 4.4, made of "
        f"{', '.join(path.name for path in paths)} by libretexts-hub helm-values. "
        "What was not set there is as the chart has it: look at its uid, memory and storage. "
        "Run libretexts-hub check on this file, and libretexts-hub render to see a person's pod."
    )
    if made.keys:
        yield "#"
        yield from _wrapped("Secrets are not in here. Make this one in the namespace of the hub:")
        yield "#"
        yield f"#   kubectl create secret generic {SECRET} \\"
        ends = [" \\"] * (len(made.keys) - 1) + [""]
        for key, end in zip(sorted(made.keys), ends, strict=True):
            # A comment can't follow a backslash: which setting it is stands below.
            yield f"#     --from-literal={key}=...{end}"
        yield "#"
        for key, place in sorted(made.keys.items()):
            yield f"# {key}: was {place}"
    for note in made.notes:
        yield "#"
        yield from _wrapped(note)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH - 2, break_on_hyphens=False)]
