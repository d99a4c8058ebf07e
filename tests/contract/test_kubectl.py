"""Can an operator work with kubectl?"""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.contract.api_client import unique
from tests.contract.pod_samples import container, pod
from tests.contract.samples import claim, config_map, secret

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.kubectl]


@pytest.fixture(scope="module")
def kubectl(target, kubectl_program, tmp_path_factory):
    """Run kubectl in the target's namespace; its exit status, output and complaints."""
    cache = tmp_path_factory.mktemp("kubectl-cache")

    async def run(*words: str, given: object = None) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            str(kubectl_program),
            f"--kubeconfig={target.kubeconfig}",
            f"--namespace={target.namespace}",
            f"--cache-dir={cache}",
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(b"" if given is None else json.dumps(given).encode())
        return process.returncode or 0, out.decode(), err.decode()

    return run


def full(kind: str, body: dict) -> dict:
    return {"apiVersion": "v1", "kind": kind, **body}


async def test_get_shows_tables(api, kubectl) -> None:
    name = unique("k")
    (await api.create("secrets", secret(name))).ok()
    (await api.create("persistentvolumeclaims", claim(name))).ok()
    status, out, err = await kubectl("get", "pvc,secrets")
    assert (status, err) == (0, "")
    headings = [line.split() for line in out.splitlines() if line.startswith("NAME")]
    assert headings == [
        [
            "NAME",
            "STATUS",
            "VOLUME",
            "CAPACITY",
            "ACCESS",
            "MODES",
            "STORAGECLASS",
            "VOLUMEATTRIBUTESCLASS",
            "AGE",
        ],
        ["NAME", "TYPE", "DATA", "AGE"],
    ]
    assert f"persistentvolumeclaim/{name}" in out
    assert f"secret/{name}" in out


async def test_create_wait_log_delete(api, kubectl) -> None:
    name = unique("k")
    body = full("Pod", pod(name, container(api.target, "echo hello; while :; do sleep 0.2; done")))
    assert await kubectl("create", "-f", "-", given=body) == (0, f"pod/{name} created\n", "")
    status, out, err = await kubectl("create", "-f", "-", given=body)
    assert (status, out) == (1, "")
    assert "(AlreadyExists)" in err
    status, out, err = await kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
    assert (status, out) == (0, f"pod/{name} condition met\n"), err
    assert (await kubectl("logs", name))[:2] == (0, "hello\n")
    status, out, _ = await kubectl("get", "pods", name)
    assert out.splitlines()[1].split()[:3] == [name, "1/1", "Running"]
    status, out, _ = await kubectl("get", "pods", "-o", "name", f"--field-selector=metadata.name={name}")
    assert (status, out) == (0, f"pod/{name}\n")
    status, out, err = await kubectl("delete", "pod", name, "--wait", "--timeout=60s")
    assert (status, out.split()[:2]) == (0, ["pod", f'"{name}"']), err
    status, _, err = await kubectl("get", "pod", name)
    assert (status, err) == (1, f'Error from server (NotFound): pods "{name}" not found\n')


async def test_describe_tells_the_events(api, kubectl) -> None:
    name = unique("k")
    (await api.create("pods", pod(name, container(api.target, "exit 0"), nodeSelector={"no": "where"}))).ok()

    async def told() -> str:
        status, out, err = await kubectl("describe", "pod", name)
        assert status == 0, err
        return out

    for _ in range(30):
        if "FailedScheduling" in (out := await told()):
            break
    assert "FailedScheduling" in out
    assert "no=where" in out


async def test_label_and_patch(api, kubectl) -> None:
    name = unique("k")
    (await api.create("configmaps", config_map(name))).ok()
    status, _, err = await kubectl("label", "configmap", name, "a=b")
    assert status == 0, err
    status, _, err = await kubectl("patch", "configmap", name, "--type=merge", '--patch={"data": {"x": "y"}}')
    assert status == 0, err
    kept = (await api.get("configmaps", name)).ok()
    assert (kept["metadata"]["labels"]["a"], kept["data"]["x"]) == ("b", "y")


async def test_a_mistake_is_named(kubectl) -> None:
    wrong = full("Pod", {"metadata": {"name": "k"}, "spec": {"containers": [], "colour": "red"}})
    status, _, err = await kubectl("create", "-f", "-", given=wrong)
    assert status == 1
    assert 'unknown field "spec.colour"' in err
