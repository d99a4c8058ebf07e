"""`libretexts-hub demo`: a whole hub on this machine, in the browser within two minutes."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from libretexts_hub.errors import LibreTextsHubError, SetupError

if TYPE_CHECKING:
    from libretexts_hub.demo.commands import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument("--state-dir", type=Path, metavar="DIR", help="where homes, logins and logs stay")
    parser.add_argument("--port", type=int, default=0, help="for the browser; 0: a free one")
    parser.add_argument("--check", action="store_true", help="log in, run one cell, stop, look for leftovers")
    parser.add_argument(
        "--config",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="configuration, loaded last",
    )
    parser.add_argument(
        "--one-address", action="store_true", help="all servers on 127.0.0.1 (always so outside Linux)"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: served until stopped, or checked; 1: something failed; 2: set-up or configuration is wrong."""
    from libretexts_hub.demo.session import run as run_session
    from libretexts_hub.demo.state import default_folder
    from libretexts_hub.demo.supervisor import RefusedError

    folder = arguments.state_dir or default_folder()
    try:
        return run_session(folder.expanduser(), _settings(arguments), checking=arguments.check)
    except (SetupError, RefusedError) as error:
        return _fail(error, 2)
    except LibreTextsHubError as error:
        return _fail(error, 1)
    except KeyboardInterrupt:  # before anything was started
        return 130
    except OSError as error:
        place = error.filename or folder
        fix = "Free some space or correct the permissions, then start again."
        return _fail(SetupError(error.strerror or str(error), where=str(place), fix=fix), 2)


def _settings(arguments: argparse.Namespace) -> "Settings":
    from libretexts_hub.demo.commands import Settings

    if not 0 <= arguments.port < 65536:
        raise SetupError(f"{arguments.port} is not a port", where="--port", fix="Name one from 1 to 65535.")
    files = tuple(file.expanduser().absolute() for file in arguments.config)
    for file in files:
        if not file.is_file():
            raise SetupError("There is no such file", where=f"--config {file}", fix="Correct the path.")
    one_address = arguments.one_address or Settings.one_address
    return Settings(port=arguments.port, config_files=files, one_address=one_address)


def _fail(error: Exception, code: int) -> int:
    print(error, file=sys.stderr)
    return code
