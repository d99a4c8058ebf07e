"""In which order do init containers, sidecars and main containers start and end?"""

from tests.local_cluster.node_harness import Harness, sh, until

MOUNT = {"volumeMounts": [{"name": "shared", "mountPath": "/shared"}]}
VOLUMES = [{"name": "shared", "emptyDir": {}}]


def _sidecar(name: str, before: str = "", **more: object) -> dict:
    script = (
        f"trap 'echo {name}-end >> /shared/order; exit 0' TERM; {before} echo {name} >> /shared/order; "
        "touch /shared/started; while :; do sleep 0.05; done"
    )
    return sh(script, name=name, restartPolicy="Always", **MOUNT, **more)


async def test_init_containers_then_sidecars_then_main_and_back(node: Harness) -> None:
    order = node.claim("order") / "order"
    volumes = [{"name": "shared", "persistentVolumeClaim": {"claimName": "order"}}]
    started = {"exec": {"command": ["sh", "-c", "test -e /shared/started"]}, "periodSeconds": 1}
    node.pod(
        "app",
        sh("echo main >> /shared/order; sleep 0.2", **MOUNT),
        initContainers=[
            sh("echo init >> /shared/order", name="init", **MOUNT),
            _sidecar("first", "sleep 0.3;", startupProbe=started),
            _sidecar("second"),
            sh("echo last >> /shared/order; sleep 0.2", name="last", **MOUNT),
        ],
        volumes=volumes,
    )
    assert (await node.finished("app"))["phase"] == "Succeeded"
    lines = order.read_text().split()
    assert sorted(lines[:4]) == ["first", "init", "last", "second"]
    assert lines.index("init") < lines.index("first") < lines.index("second")
    assert lines[4:] == ["main", "second-end", "first-end"]
    assert node.condition("app", "Initialized")["reason"] == "PodCompleted"


async def test_a_sidecar_ends_after_the_main_container_on_deletion(node: Harness) -> None:
    order = node.claim("order") / "order"
    node.pod(
        "app",
        sh(
            "trap 'sleep 0.3; echo main-end >> /shared/order; exit' TERM; while :; do sleep 0.05; done",
            **MOUNT,
        ),
        initContainers=[_sidecar("db")],
        restartPolicy="Always",
        volumes=[{"name": "shared", "persistentVolumeClaim": {"claimName": "order"}}],
    )
    await node.ready("app")
    await until(lambda: order.exists() and "db" in order.read_text())
    statuses = node.status("app")["initContainerStatuses"]
    assert (statuses[0]["ready"], statuses[0]["started"]) == (True, True)
    node.store.delete("pods", "default", "app", grace_seconds=10)
    await node.gone("app")
    assert order.read_text().split() == ["db", "main-end", "db-end"]


async def test_a_sidecar_that_dies_is_restarted_whatever_the_policy(node: Harness) -> None:
    node.pod(
        "app",
        sh("exec sleep 60"),
        initContainers=[
            sh(
                "test -e /shared/seen || { touch /shared/seen; exit 1; }; exec sleep 60",
                name="db",
                restartPolicy="Always",
                **MOUNT,
            )
        ],
        volumes=VOLUMES,
    )
    await until(lambda: node.container("app", "db").get("restartCount") == 1)
    await node.ready("app")
    assert node.phase("app") == "Running"


async def test_a_failing_init_container_fails_the_pod_or_is_tried_again(node: Harness) -> None:
    node.pod("never", sh("true"), initContainers=[sh("exit 4", name="init")])
    node.pod("always", sh("true"), initContainers=[sh("exit 4", name="init")], restartPolicy="Always")
    assert (await node.finished("never"))["phase"] == "Failed"
    assert node.waiting("never") == "PodInitializing"
    await until(lambda: node.waiting("always", "init") == "CrashLoopBackOff")
    assert node.phase("always") == "Pending"
    assert node.condition("always", "Initialized")["message"] == "containers with incomplete status: [init]"
