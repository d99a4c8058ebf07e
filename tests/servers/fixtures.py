"""Which servers can a test ask for by name? Loaded as a pytest plugin by tests/conftest.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.servers.helm import find_helm
from tests.servers.kubectl import find_kubectl
from tests.servers.target import Target, embedded_cluster, fresh_namespace, real_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.slapd import Slapd


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One embedded cluster for the whole run."""
    with embedded_cluster(tmp_path_factory.mktemp("embedded") / "state") as target:
        yield target


@pytest.fixture(scope="session")
def real(pytestconfig: pytest.Config) -> Target:
    """The real cluster. Without one, `-m real_cluster` is a failure and anything else a skip."""
    target = real_target()
    if target is not None:
        return target
    asked_for = re.fullmatch(r"\s*real_cluster\b.*", pytestconfig.getoption("markexpr"))
    refuse = pytest.fail if asked_for else pytest.skip
    return refuse("no real cluster runs here; `make cluster` starts one")


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    """One LDAP directory for the whole run; who changes it changes it back."""
    from tests.servers.slapd import directory

    with directory() as running:
        yield running


@pytest.fixture(scope="session")
def kubectl_program() -> Path:
    """For tests with the marker kubectl: `make test` leaves them to `make test-cluster`, which built it."""
    return find_kubectl() or pytest.fail("no kubectl here: `make cluster` builds one, or install it")


@pytest.fixture(scope="session")
def helm_program() -> Path:
    """For tests with the marker helm: `make test` leaves them to `make test-cluster`, which built it."""
    return find_helm() or pytest.fail("no helm here: `python -m tests.cluster helm` builds one")


@pytest.fixture(
    scope="module",
    params=["embedded", pytest.param("real", marks=pytest.mark.real_cluster)],
    ids=lambda name: name,
)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The embedded and the real API server in turn, each with a namespace that only this test module uses."""
    prefix = request.module.__name__.rpartition(".")[2].replace("_", "-").lower()[:40]
    with fresh_namespace(request.getfixturevalue(request.param), prefix) as fresh:
        yield fresh
