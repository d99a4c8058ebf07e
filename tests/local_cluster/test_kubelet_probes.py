"""When is a container started, ready, or restarted because a probe says so?"""

import pytest

from libretexts_hub.local_cluster.kubelet.prober import Thresholds
from libretexts_hub.local_cluster.kubelet.probes import port_number, probe_url
from tests.local_cluster.node_harness import Harness, sh, until

SERVER = """
import http.server, os, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(self.path.strip("/") or 200))
        self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(("0.0.0.0", 8123), Handler).serve_forever()
"""
PORTS = [{"name": "web", "containerPort": 8123}]


def _server(**more: object) -> dict:
    return {"name": "main", "image": "example.org/python:1", "args": ["-c", SERVER], "ports": PORTS, **more}


@pytest.mark.parametrize(
    "probe",
    [
        pytest.param({"httpGet": {"path": "/204", "port": "web"}}, id="http by port name"),
        pytest.param({"httpGet": {"path": "/200", "port": 8123, "scheme": "HTTP"}}, id="http"),
        pytest.param({"tcpSocket": {"port": 8123}}, id="tcp"),
        pytest.param({"exec": {"command": ["true"]}}, id="exec"),
    ],
)
async def test_readiness(node: Harness, probe: dict) -> None:
    node.pod("web", _server(readinessProbe={**probe, "periodSeconds": 1}))
    status = await node.ready("web")
    assert status["containerStatuses"][0]["ready"]


async def test_two_pods_listen_on_the_same_port_of_all_interfaces(node: Harness) -> None:
    probe = {"httpGet": {"path": "/", "port": 8123}, "periodSeconds": 1}
    for name in ("one", "two"):
        node.pod(name, _server(readinessProbe=probe))
    for name in ("one", "two"):
        await node.ready(name)


async def test_a_container_becomes_unready_and_ready_again(node: Harness) -> None:
    folder = node.claim("switch")
    ready = {"exec": {"command": ["test", "-e", "/data/ready"]}, "periodSeconds": 1, "failureThreshold": 1}
    node.pod(
        "switch",
        sh("exec sleep 60", readinessProbe=ready, volumeMounts=[{"name": "v", "mountPath": "/data"}]),
        volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "switch"}}],
    )
    await until(lambda: "Unhealthy" in node.reasons("switch"))
    assert node.condition("switch", "Ready")["message"] == "containers with unready status: [main]"
    assert node.phase("switch") == "Running"
    (folder / "ready").touch()
    await node.ready("switch")
    (folder / "ready").unlink()
    await until(lambda: not node.is_ready("switch"))


async def test_a_failing_liveness_probe_restarts_the_container(node: Harness) -> None:
    live = {"httpGet": {"path": "/503", "port": "web"}, "periodSeconds": 1, "failureThreshold": 1}
    node.pod("ill", _server(livenessProbe=live), restartPolicy="Always", terminationGracePeriodSeconds=1)
    await until(lambda: node.container("ill").get("restartCount", 0) >= 1)
    messages = {item["message"] for item in node.events("ill")}
    assert "Container main failed liveness probe, will be restarted" in messages
    assert any("statuscode: 503" in text or "connection refused" in text for text in messages)


async def test_a_startup_probe_holds_readiness_back(node: Harness) -> None:
    folder = node.claim("slow")
    started = {"exec": {"command": ["test", "-e", "/data/up"]}, "periodSeconds": 1, "failureThreshold": 30}
    node.pod(
        "slow",
        sh("exec sleep 60", startupProbe=started, volumeMounts=[{"name": "v", "mountPath": "/data"}]),
        volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "slow"}}],
    )
    await until(lambda: "Unhealthy" in node.reasons("slow"))
    assert node.container("slow")["started"] is False
    assert not node.is_ready("slow")
    (folder / "up").touch()
    await node.ready("slow")
    assert node.container("slow")["started"] is True


async def test_an_exec_probe_is_ended_after_its_timeout(node: Harness) -> None:
    ready = {"exec": {"command": ["sleep", "60"]}, "periodSeconds": 1, "timeoutSeconds": 1}
    node.pod("hang", sh("exec sleep 60", readinessProbe=ready))
    await until(lambda: any("timed out after 1s" in item["message"] for item in node.events("hang")))


async def test_hooks(node: Harness) -> None:
    folder = node.claim("hooks")
    lifecycle = {
        "postStart": {"exec": {"command": ["sh", "-c", "echo started >> /data/words"]}},
        "preStop": {"exec": {"command": ["sh", "-c", "echo stopping >> /data/words"]}},
    }
    node.pod(
        "hooks",
        sh("exec sleep 60", lifecycle=lifecycle, volumeMounts=[{"name": "v", "mountPath": "/data"}]),
        volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "hooks"}}],
    )
    await node.ready("hooks")
    node.store.delete("pods", "default", "hooks", grace_seconds=5)
    await node.gone("hooks")
    assert (folder / "words").read_text() == "started\nstopping\n"


async def test_a_failed_post_start_hook_ends_the_container(node: Harness) -> None:
    node.pod("bad", sh("exec sleep 60", lifecycle={"postStart": {"exec": {"command": ["false"]}}}))
    await node.finished("bad")
    assert {"FailedPostStartHook", "Killing"} <= node.reasons("bad")


@pytest.mark.parametrize(
    ("results", "verdicts"),
    [
        ([False, False, False], [None, None, False]),
        ([False, True, True, False], [None, None, True, None]),
    ],
    ids=["failure", "mixed"],
)
def test_thresholds(results: list[bool], verdicts: list[bool | None]) -> None:
    thresholds = Thresholds(success=2, failure=3)
    assert [thresholds.judge(result) for result in results] == verdicts


def test_where_a_probe_goes() -> None:
    container = {"name": "c", "ports": PORTS}
    url = probe_url({"path": "user/ada/api", "port": "web", "scheme": "HTTPS"}, container, "127.1.2.3")
    assert str(url) == "https://127.1.2.3:8123/user/ada/api"
    with pytest.raises(LookupError, match="couldn't find port"):
        port_number("other", container)
