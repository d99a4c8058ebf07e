"""Why does no start stop the hub for a tenth of a second? Modules are kept out of garbage collection.

A full collection walks every container object: with JupyterHub, KubeSpawner and the Kubernetes models loaded
these are 150,000, nearly all of them code that never goes, and the walk stops the event loop for 0.1 s, once
in every few dozen starts. `gc.freeze` (https://docs.python.org/3/library/gc.html#gc.freeze) takes what
exists at the first start out of it.
"""

import gc
from functools import cache


@cache
def set_loaded_code_aside() -> None:
    """Once in a process. What is garbage already is collected first, so that it isn't kept for ever."""
    gc.collect()
    gc.freeze()
