"""How does a hub without the chart run a folder of configuration files? By `load_folder(c, folder)`."""

import sys
import traceback
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from libretexts_hub.errors import ConfigurationError, LibreTextsHubError
from libretexts_hub.hub.collecting import is_collecting

# Folders that are being loaded: a file of one of them may name it again.
_loading: ContextVar[tuple[Path, ...]] = ContextVar("loading", default=())


def load_folder(config: Any, folder: str | Path) -> None:
    """Run every `*.py` of `folder` in the order of their names, in one namespace that holds `c`.

    That is what the Zero to JupyterHub chart does, so the same files work in both. A relative folder is
    looked for where the hub was started. What is wrong ends the hub, with one sentence and exit code 2;
    `libretexts-hub check` gets it as a ConfigurationError.
    """
    try:
        _run_all(config, Path(folder).expanduser().absolute())
    except LibreTextsHubError as error:
        if is_collecting():
            raise
        # The log is not set up while configuration is read.
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None


def _run_all(config: Any, folder: Path) -> None:
    if folder in _loading.get():
        raise ConfigurationError(
            "The folder loads itself", where=str(folder), fix="Take load_folder out of its files."
        )
    token = _loading.set((*_loading.get(), folder))
    namespace: dict[str, Any] = {"c": config, "get_config": lambda: config}
    try:
        for path in _files(folder):
            _run(path, namespace)
    finally:
        _loading.reset(token)


def _files(folder: Path) -> list[Path]:
    try:
        # A mounted ConfigMap has hidden entries beside the files; the package has its __init__.py.
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix == ".py" and not path.name.startswith((".", "__"))
        )
    except OSError as error:
        raise ConfigurationError(
            f"The folder can't be read: {error.strerror}", where=str(folder), fix="Correct its path."
        ) from None


def _run(path: Path, namespace: dict[str, Any]) -> None:
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), namespace)  # noqa: S102
    except LibreTextsHubError:
        raise
    except Exception as error:
        what, line = _in_words(error, path)
        where = f"{path}:{line}" if line else str(path)
        raise ConfigurationError(what, where=where, fix="Correct the file.") from None


def _in_words(error: Exception, path: Path) -> tuple[str, int | None]:
    """Only the kind of the error, not its text: that may repeat a value, and the value may be a secret."""
    if isinstance(error, SyntaxError):
        return f"The configuration is not Python: {error.msg}", error.lineno
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    if isinstance(error, OSError) and error.filename in (path, str(path)):
        return f"The file can't be read: {error.strerror}", None
    return f"The configuration raises {type(error).__name__}", frames[-1].lineno if frames else None
