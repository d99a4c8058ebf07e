"""Which fixtures does every test have?"""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers.fixtures"]

# A busy machine is slow, and no test is about that: neither a deadline of an example nor one of making it.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Many times as much of tests/security: `make security`.
settings.register_profile("long", settings.get_profile("patient"), max_examples=1000)
settings.load_profile("patient")


def pytest_addoption(parser):
    """`--update-golden` writes what is made now into tests/golden."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden manifests")
