"""Does the client library that KubeSpawner uses read the answers, and the errors?"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from kubernetes_asyncio import client, config, watch

from tests.contract.api_client import unique
from tests.contract.pod_samples import container, pod
from tests.contract.samples import claim, config_map, secret

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def core(target):
    """CoreV1Api from the target's kubeconfig, as a hub outside the cluster makes it."""
    async with await config.new_client_from_config(config_file=str(target.kubeconfig)) as connection:
        yield client.CoreV1Api(connection)


async def test_a_pod_is_read(api, core) -> None:
    name = unique("c")
    body = client.V1Pod(
        metadata=client.V1ObjectMeta(name=name, labels={"app": "lab"}),
        spec=client.V1PodSpec(
            restart_policy="Never",
            automount_service_account_token=False,
            containers=[
                client.V1Container(
                    name="main", image=api.target.shell_image, command=["/bin/sh", "-c", "exit 0"]
                )
            ],
        ),
    )
    made = await core.create_namespaced_pod(api.namespace, body)
    assert made.metadata.name == name
    assert abs((datetime.now(UTC) - made.metadata.creation_timestamp).total_seconds()) < 120

    await api.pod_until(name, lambda pod: pod["status"]["phase"] == "Succeeded")
    read = await core.read_namespaced_pod(name, api.namespace)
    over = read.status.container_statuses[0].state.terminated
    assert (over.exit_code, over.started_at <= over.finished_at) == (0, True)
    assert {entry.type for entry in read.status.conditions} >= {"Ready", "PodScheduled"}
    events = await core.list_namespaced_event(api.namespace, field_selector="involvedObject.kind=Pod")
    mine = [event for event in events.items if event.involved_object.uid == read.metadata.uid]
    assert {"Scheduled", "Started"} <= {event.reason for event in mine}
    assert all(event.last_timestamp or event.event_time for event in mine)


async def test_an_error_is_read(api, core) -> None:
    with pytest.raises(client.ApiException) as caught:
        await core.read_namespaced_pod("absent", api.namespace)
    assert (caught.value.status, caught.value.reason) == (404, "Not Found")
    assert json.loads(caught.value.body)["reason"] == "NotFound"
    await core.create_namespaced_secret(api.namespace, secret("twice"))
    with pytest.raises(client.ApiException) as caught:
        await core.create_namespaced_secret(api.namespace, secret("twice"))
    assert (caught.value.status, caught.value.reason) == (409, "Conflict")


async def test_a_watch_is_read(api, core) -> None:
    run = unique("run")
    listed = await core.list_namespaced_config_map(api.namespace, label_selector=f"run={run}")
    await core.create_namespaced_config_map(api.namespace, config_map(run, {"run": run}))
    query = {
        "namespace": api.namespace,
        "label_selector": f"run={run}",
        "resource_version": listed.metadata.resource_version,
        "timeout_seconds": 2,
    }
    async with watch.Watch() as watching:
        told = [
            (event["type"], event["object"].metadata.name)
            async for event in watching.stream(core.list_namespaced_config_map, **query)
        ]
    assert told == [("ADDED", run)]


async def test_the_first_list_of_a_reflector_is_read_raw(api, core) -> None:
    (await api.create("pods", pod(unique("c"), container(api.target, "exit 0")))).ok()
    answer = await core.list_namespaced_pod(api.namespace, _preload_content=False, _request_timeout=10)
    listed = json.loads(await answer.read())
    assert listed["kind"] == "PodList"
    assert all(item["metadata"]["name"] for item in listed["items"])


async def test_a_delete_is_read(api, core) -> None:
    name = unique("c")
    made = await core.create_namespaced_persistent_volume_claim(api.namespace, claim(name))
    assert made.spec.resources.requests == {"storage": "1Gi"}
    options = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=made.metadata.uid))
    await core.delete_namespaced_persistent_volume_claim(name, api.namespace, body=options)
    await api.gone("persistentvolumeclaims", name)
    owner = await core.create_namespaced_secret(api.namespace, secret(name))
    status = await core.delete_namespaced_secret(name, api.namespace, grace_period_seconds=0)
    assert (status.status, owner.metadata.name) == ("Success", name)


async def test_a_log_is_read(api, core) -> None:
    name = unique("c")
    (await api.create("pods", pod(name, container(api.target, "echo one; echo two")))).ok()
    await api.pod_until(name, lambda pod: pod["status"]["phase"] == "Succeeded")
    assert await core.read_namespaced_pod_log(name, api.namespace, tail_lines=1) == "two\n"
