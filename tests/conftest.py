"""Which fixtures does every test have?"""

pytest_plugins = ["tests.servers.fixtures"]


def pytest_addoption(parser):
    """`--update-golden` writes what is made now into tests/golden."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden manifests")
