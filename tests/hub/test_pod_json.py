"""Is a pod as JSON the same as the client would send it, and is nothing shared with the pod?"""

import datetime

import pytest
from kubernetes_asyncio.client import ApiClient, V1Container, V1EnvVar, V1ObjectMeta, V1Pod, V1PodSpec

from libretexts_hub.hub.pod_json import as_json, as_model

NOW = datetime.datetime(2026, 11, 1, 12, 0, tzinfo=datetime.UTC)


def pod():
    notebook = V1Container(
        name="notebook",
        env=[V1EnvVar("A", "1"), {"name": "B", "value": "2"}],
        args=[],
        resources={"limits": {"cpu": 1.5, "memory": 2}},
        tty=False,
    )
    metadata = V1ObjectMeta(name="x", labels={"a": "b"}, creation_timestamp=NOW)
    return V1Pod(metadata=metadata, spec=V1PodSpec(containers=[notebook, {"name": "raw"}]))


async def test_it_is_what_the_client_would_send():
    async with ApiClient() as client:
        assert as_json(pod()) == client.sanitize_for_serialization(pod())


def test_it_is_a_copy():
    made = pod()
    told = as_json(made)
    made.spec.containers[0].resources["limits"]["cpu"] = 8
    made.spec.containers[0].env.append(V1EnvVar("C", "3"))
    assert told["spec"]["containers"][0]["resources"]["limits"]["cpu"] == 1.5
    assert len(told["spec"]["containers"][0]["env"]) == 2


def test_a_model_from_json():
    made = as_model(V1Container, {"name": "x", "imagePullPolicy": "Always"})
    assert (made.name, made.image_pull_policy) == ("x", "Always")


def test_a_field_that_this_client_does_not_know_is_named():
    with pytest.raises(ValueError, match="V1Container has no imagePulPolicy"):
        as_model(V1Container, {"name": "x", "imagePulPolicy": "Always"})
