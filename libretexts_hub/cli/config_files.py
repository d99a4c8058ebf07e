"""Which settings would a hub of these configuration files have? Read as the hub reads them."""

import argparse
import contextlib
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from libretexts_hub.cli.values_files import SUFFIXES, add_values, merged
from libretexts_hub.errors import ConfigurationError

# Where the Zero to JupyterHub chart mounts the hub's configuration; jupyterhub's own command takes the other.
CHART_FILE = Path("/usr/local/etc/jupyterhub/jupyterhub_config.py")
OWN_FILE = Path("jupyterhub_config.py")


def add_argument(parser: argparse.ArgumentParser, what: str = "", without: str = "") -> None:
    """`--config`, for a verb that reads configuration: `what` it is, and what is read `without` it."""
    parser.add_argument(
        "--config",
        type=Path,
        action="append",
        metavar="FILE",
        help=(what or "configuration, a folder of it, or a values file of the chart")
        + "; may be repeated, the last wins "
        + (without or f"(./{OWN_FILE}, else {CHART_FILE})"),
    )


def default_files() -> list[Path]:
    """The one in this folder, as `jupyterhub` takes it, else the chart's. Raises ConfigurationError."""
    for path in (OWN_FILE, CHART_FILE):
        if path.is_file():
            return [path]
    raise ConfigurationError(
        "There is no configuration file here",
        where=f"./{OWN_FILE} or {CHART_FILE}",
        fix="Name one with --config.",
    )


def load(paths: Sequence[Path]) -> Any:
    """The `Config` that these files and folders of files make, the later winning: Python as the hub runs it,
    and values of the chart. Raises ConfigurationError.

    What a file prints goes to stderr: the verb's own output may be read by a program.
    """
    from traitlets.config import Config

    # One object for all of them, as inside the chart: a later file sees what an earlier one has set.
    config = Config()
    values: Any = {}
    for path in files(paths):
        if path.suffix in SUFFIXES:
            values = merged(values, add_values(config, path))
        else:
            add_python(config, path)
    if values:
        # The chart's hub runs the snippets in its values last.
        from libretexts_hub.cli.chart_snippets import run_snippets

        for wrong in run_snippets(config, values):
            raise wrong
    return config


def add_python(config: Any, path: Path) -> None:
    """Run one file on a `Config`, as the hub does. Raises ConfigurationError."""
    from traitlets.config.loader import PyFileConfigLoader

    loader = PyFileConfigLoader(path.name, path=str(path.parent))
    with in_words(path), contextlib.redirect_stdout(sys.stderr):
        # load_config would begin with an empty Config; these two lines are all else that it does.
        loader.config = config
        loader._find_file()
        loader._read_file_as_dict()


def spawner(config: Any) -> Any:
    """A spawner that has these settings and nothing else: no person, no hub, no cluster.

    Raises ConfigurationError for the first line that is wrong.
    """
    from traitlets.config import LoggingConfigurable

    from libretexts_hub.hub.configuration import check
    from libretexts_hub.hub.spawner import LibreTextsSpawner

    check(config)
    chosen = config.get("JupyterHub", {}).get("spawner_class")
    is_ours = isinstance(chosen, type) and issubclass(chosen, LibreTextsSpawner)
    read: Any = (chosen if is_ours else LibreTextsSpawner).__new__(chosen if is_ours else LibreTextsSpawner)
    # Not its own __init__, which wants a user and a cluster; this one is what fills the traits.
    LoggingConfigurable.__init__(read, config=config)
    return read


def files(paths: Sequence[Path]) -> Iterator[Path]:
    """Those that are read, a folder's in their order. Raises ConfigurationError."""
    for path in paths:
        path = path.expanduser().absolute()
        if path.is_dir():
            with in_words(path):
                listed = sorted(each for each in path.iterdir() if _is_read(each))
            yield from listed
        elif path.is_file():
            yield path
        else:
            raise ConfigurationError(
                "There is no such file", where=f"--config {path}", fix="Correct the path."
            )


def _is_read(path: Path) -> bool:
    """Of a folder; a mounted ConfigMap has hidden ones beside them."""
    return path.suffix in (".py", *SUFFIXES) and not path.name.startswith((".", "__"))


@contextlib.contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What a configuration file raises, as one sentence with the line of the file."""
    try:
        yield
    except ConfigurationError:
        raise
    except SyntaxError as error:
        what, line = f"The configuration is not Python: {error.msg}", error.lineno
    except OSError as error:
        # Of this very file, or of one that it opens.
        is_own = error.filename in (None, str(path), path)
        what, line = (f"It can't be read: {error.strerror}", None) if is_own else _raised(error, path)
    except RecursionError:
        what, line = "It loads itself, directly or by another file", None
    except SystemExit as ended:
        if ended.code == 2:  # check_or_exit has said why
            raise
        what, line = f"The configuration ends with {ended.code!r:.80}", None
    except Exception as error:
        what, line = _raised(error, path)
    else:
        return
    raise ConfigurationError(what, where=f"{path}:{line}" if line else str(path), fix="Correct the file.")


def _raised(error: Exception, path: Path) -> tuple[str, int | None]:
    """Without the text of the error: it may repeat a value, and that may be a secret."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"The configuration raises {type(error).__name__}", frames[-1].lineno if frames else None
