"""Can this JupyterHub read the database that the last run left?"""

import re
from importlib.metadata import version

from libretexts_hub.demo.state import State, write_private
from libretexts_hub.errors import SetupError


def require_readable(state: State, installed: str | None = None) -> None:
    """A newer JupyterHub upgrades the database, and no way leads back. Raises SetupError then.

    See https://jupyterhub.readthedocs.io/en/stable/howto/upgrading.html
    """
    installed = installed or version("jupyterhub")
    file = state.hub / "version"
    last = file.read_text().strip() if file.exists() else ""
    if _release(last) > _release(installed):
        what = f"JupyterHub {last} wrote the database, and {installed} is older"
        fix = f"Install JupyterHub {last} or newer, or name another folder with --state-dir."
        raise SetupError(what, where=str(state.hub), fix=fix)
    if last != installed:
        write_private(file, f"{installed}\n")


def _release(text: str) -> tuple[int, ...]:
    """Major and minor: the schema stays the same within them."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])
