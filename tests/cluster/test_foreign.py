"""Can the tests use a cluster that somebody else runs? Ours is handed to them by its kubeconfig alone."""

import urllib.parse

import pytest

from tests.cluster import __main__ as command
from tests.cluster import pods
from tests.cluster.foreign import VARIABLE
from tests.cluster.info import ClusterInfo
from tests.cluster.running import running_cluster

pytestmark = pytest.mark.real_cluster


@pytest.fixture(scope="module")
def known() -> ClusterInfo:
    """The cluster as it is known without the variable, or with it where a person has set it."""
    found = running_cluster()
    if found is None:
        pytest.fail("no cluster: run make cluster")
    return found


@pytest.fixture
def named(known: ClusterInfo, monkeypatch: pytest.MonkeyPatch) -> ClusterInfo:
    """The same one, by the variable."""
    monkeypatch.setenv(VARIABLE, str(known.kubeconfig))
    monkeypatch.setenv("LIBRETEXTS_HUB_SHELL_IMAGE", known.shell_image)
    found = running_cluster()
    assert found is not None
    return found


def test_its_kubeconfig_is_enough(known: ClusterInfo, named: ClusterInfo) -> None:
    assert named.run is None
    assert (named.server, named.shell_image) == (known.server, known.shell_image)
    assert named.api().get("/api/v1/namespaces/default")["metadata"]["name"] == "default"


def test_a_hub_here_can_be_reached_from_its_network(known: ClusterInfo, named: ClusterInfo) -> None:
    assert named.hub_ip == known.hub_ip
    assert named.hub_ip != urllib.parse.urlsplit(named.server).hostname


def test_a_namespace_of_our_own_is_made_and_goes(named: ClusterInfo) -> None:
    with pods.namespace(named.api()) as name:
        assert named.api().get(f"/api/v1/namespaces/{name}")["status"]["phase"] == "Active"
    assert named.api().get(f"/api/v1/namespaces/{name}")["status"]["phase"] == "Terminating"


def test_up_and_down_leave_it_as_it_is(named: ClusterInfo, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["up"]) == 0
    assert named.server in capsys.readouterr().out
    assert command.main(["down"]) == 0
    assert "left as it is" in capsys.readouterr().out
    assert named.api().get("/api/v1/namespaces/default")["status"]["phase"] == "Active"
