"""Which fixtures does every test have?"""

import pytest

from tests.golden_files import Golden

pytest_plugins = ["tests.servers.fixtures"]


def pytest_addoption(parser):
    """`--update-golden` writes what is made now into tests/golden."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden manifests")


@pytest.fixture
def golden(pytestconfig):
    """`golden.check(name, value)` compares with tests/golden/NAME.yaml."""
    return Golden(update=pytestconfig.getoption("--update-golden"))
