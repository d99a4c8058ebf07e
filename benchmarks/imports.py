"""How long does it take to import the spawner class?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from .figures import OURS, PEER, sides_of_round

if TYPE_CHECKING:
    from .bench import Bench

MODULES = {OURS: "libretexts_hub.hub.spawner", PEER: "kubespawner"}
PROGRAM = "import time; began = time.perf_counter(); import {module}; print(time.perf_counter() - began)"


def measure_imports(bench: Bench, *, rounds: int) -> None:
    """Import time in a fresh process each."""
    for number in range(rounds):
        for side in sides_of_round(number):
            words = [sys.executable, "-c", PROGRAM.format(module=MODULES[side])]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            bench.add("import", "s", side, float(done.stdout))
