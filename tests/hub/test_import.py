"""Does importing our spawner load little more than KubeSpawner does? A hub's start waits for it."""

import subprocess
import sys

# Every hub loads it anyway: jupyterhub.metrics does. Metrics exist from the start, so that a counter shows 0.
ALSO = {"libretexts_hub", "prometheus_client"}
PROGRAM = """
import sys
import kubespawner
before = set(sys.modules)
import libretexts_hub.hub.spawner
print(*{name.partition(".")[0] for name in set(sys.modules) - before})
"""


def test_nothing_is_loaded_that_a_hub_has_no_use_for():
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    added = {name for name in told.split() if name not in sys.stdlib_module_names}
    assert added == ALSO


def test_what_only_some_hubs_need_is_not_loaded():
    program = "import sys; import libretexts_hub.hub.spawner; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    optional = {"routes", "placement", "databases", "sidecar", "tag_policy", "tag_schemes", "pattern_cost"}
    assert optional.isdisjoint(name.removeprefix("libretexts_hub.domain.") for name in told.split())


def test_a_command_that_reads_the_pages_loads_no_hub():
    """`check` and `render` of a configuration with `install(c)` need not wait for it."""
    program = (
        "import sys; from traitlets.config import Config; from libretexts_hub.hub.pages import install\n"
        "install(Config()); print(*sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "jupyterhub.app" not in told.split()
