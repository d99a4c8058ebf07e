"""Where does the test cluster keep what it builds and what it runs?"""

import os
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
RECIPES = HERE / "recipes"
# One for the whole machine: two runs in one cache would race, and two caches would fight for cores and
# memory.
LOCK = Path("/run/lock/libretexts-hub-cluster.lock")


def cache_dir() -> Path:
    """The folder for builds and runs: `$LIBRETEXTS_HUB_CACHE`, a system folder for root, else the person's
    cache."""
    named = os.environ.get("LIBRETEXTS_HUB_CACHE")
    if named:
        return Path(named).resolve()
    if os.geteuid() == 0:
        return Path("/var/cache/libretexts-hub")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "libretexts-hub"


def runs_dir() -> Path:
    """One folder per run, named by its run id; `down` looks at every one of them."""
    return cache_dir() / "cluster"


def module_version(go_mod: Path, module: str) -> str:
    """The version that `go_mod` pins for `module`, as in `v1.36.3`. Raises ValueError when it pins none."""
    found = re.search(rf"^(?:require|tool)?\s*{re.escape(module)}\s+(v\S+)", go_mod.read_text(), re.MULTILINE)
    if not found:
        raise ValueError(f"{go_mod} requires no {module}")
    return found[1]
