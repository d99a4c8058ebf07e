"""Can tests make the real cluster misbehave, and does it recover: no API server, no history, more nodes?"""

import pytest

from tests.cluster import faults, pods
from tests.cluster.info import ClusterInfo
from tests.cluster.processes import wait_until
from tests.cluster.running import running_cluster
from tests.cluster.simulated_nodes import TAINT, simulated_nodes

# Each of these stops the API server or adds nodes: only for the cluster that is ours.
pytestmark = [pytest.mark.real_cluster, pytest.mark.own_cluster, pytest.mark.timeout(300)]


@pytest.fixture
def cluster() -> ClusterInfo:
    found = running_cluster()
    if found is None or found.run is None:
        pytest.skip("no cluster of our own: run make cluster")
    return found


def test_a_pod_lives_through_an_absent_api_server(cluster):
    api = cluster.api()
    with pods.namespace(api) as space:
        pod = pods.shell_pod("stays", cluster.shell_image, "exec sleep 600")
        api.create(f"/api/v1/namespaces/{space}/pods", pod)
        before = pods.wait_for_pod(api, space, "stays", pods.phase_is("Running"))
        with faults.api_server_down(cluster), pytest.raises(OSError, match="refused"):
            api.get("/version")
        after = api.get(f"/api/v1/namespaces/{space}/pods/stays")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["status"]["phase"] == "Running"


def test_a_watch_from_before_a_compaction_is_gone(cluster):
    api = cluster.api()
    old = api.get("/api/v1/namespaces")["metadata"]["resourceVersion"]
    with pods.namespace(api):
        faults.compact(cluster)
    event = next(api.watch("/api/v1/namespaces", old, seconds=20))
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


def test_pods_become_ready_on_simulated_nodes(cluster):
    api = cluster.api()
    toleration = {"key": TAINT["key"], "operator": "Exists"}
    with simulated_nodes(cluster, 3, ready_seconds=0.1) as names, pods.namespace(api) as space:
        path = f"/api/v1/namespaces/{space}/pods"
        for number in range(20):
            placed = {"nodeSelector": {"type": "kwok"}, "tolerations": [toleration]}
            api.create(path, pods.shell_pod(f"pod-{number}", "example.org/none:1", "true", **placed))

        def all_run() -> bool:
            return all(pod["status"].get("phase") == "Running" for pod in api.get(path)["items"])

        assert wait_until(all_run, 30, pause=0.2)
        found = api.get(path)["items"]
        assert {pod["status"]["podIP"] for pod in found} == {cluster.hub_ip}
        assert {pod["spec"]["nodeName"] for pod in found} <= set(names)
        assert all(is_ready(pod) for pod in found)
    assert not any(pods.exists(api, f"/api/v1/nodes/{name}") for name in names)


def is_ready(pod: dict) -> bool:
    return any(part["type"] == "Ready" and part["status"] == "True" for part in pod["status"]["conditions"])
