"""What does a pod see: variables, secrets, its own fields, its home?"""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from tests.contract.api_client import unique
from tests.contract.pod_samples import condition, container, is_ready, phase, pod, state, terminated, waiting
from tests.contract.samples import claim, config_map, secret

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOREVER = "while :; do sleep 0.2; done"
NOBODY = {"runAsUser": 0}  # a host-path claim belongs to root


def from_secret(name: str, key: str, **fields: object) -> dict:
    return {"secretKeyRef": {"name": name, "key": key, **fields}}


def field(path: str) -> dict:
    return {"fieldRef": {"fieldPath": path}}


def mounted(target, script: str, *volumes: dict, **fields: object) -> tuple[dict, list[dict]]:
    """A container that finds each volume below $D, by the volume's name."""
    mounts = [{"name": volume["name"], "mountPath": f"/data/{volume['name']}"} for volume in volumes]
    env = [{"name": volume["name"].upper(), "value": f"/data/{volume['name']}"} for volume in volumes]
    return container(target, script, volumeMounts=mounts, env=env, **fields), list(volumes)


def cast(target) -> list[dict]:
    """Every pod of this file that needs nothing to happen before it."""
    env = [
        {"name": "PLAIN", "value": "a b"},
        {"name": "TWICE", "value": "$(PLAIN)-$(PLAIN)"},
        {"name": "ESCAPED", "value": "$$(PLAIN) $(ABSENT)"},
        {"name": "PASSWORD", "valueFrom": from_secret("keys", "password")},
        {"name": "SETTING", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}},
        {"name": "OPTIONAL", "valueFrom": from_secret("absent", "k", optional=True)},
        {"name": "POD", "valueFrom": field("metadata.name")},
        {"name": "SPACE", "valueFrom": field("metadata.namespace")},
        {"name": "POD_UID", "valueFrom": field("metadata.uid")},
        {"name": "LABEL", "valueFrom": field("metadata.labels['app']")},
        {"name": "IP", "valueFrom": field("status.podIP")},
        {"name": "ACCOUNT", "valueFrom": field("spec.serviceAccountName")},
        {"name": "MEMORY", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}},
    ]
    names = [entry["name"] for entry in env]
    script = "; ".join(f'echo "{name}=${{{name}-unset}}"' for name in [*names, "all_password"])
    many = container(
        target,
        script,
        env=env,
        envFrom=[{"prefix": "all_", "secretRef": {"name": "keys"}}],
        resources={"limits": {"memory": "64Mi", "cpu": "500m"}},
    )
    many_pod = pod("variables", many)
    many_pod["metadata"]["labels"] = {"app": "lab"}
    reader, volumes = mounted(
        target,
        "cat $SECRETS/password; echo; cat $SOME/renamed; echo; cat $SETTINGS/a; echo; cat $ABOUT/note;"
        " echo; ls $SOME; touch $SETTINGS/x 2>/dev/null || echo read-only",
        {"name": "secrets", "secret": {"secretName": "keys"}},
        {"name": "some", "secret": {"secretName": "keys", "items": [{"key": "password", "path": "renamed"}]}},
        {"name": "settings", "configMap": {"name": "settings"}},
        {
            "name": "about",
            "downwardAPI": {"items": [{"path": "note", **field("metadata.annotations['note']")}]},
        },
    )
    volumes_pod = pod("volumes", reader, volumes=volumes)
    volumes_pod["metadata"]["annotations"] = {"note": "an annotation"}
    lacking = container(target, FOREVER, env=[{"name": "A", "valueFrom": from_secret("later", "password")}])
    keyless = container(target, FOREVER, env=[{"name": "A", "valueFrom": from_secret("keys", "nope")}])
    unmounted, no_secret = mounted(target, FOREVER, {"name": "v", "secret": {"secretName": "absent"}})
    home = {"name": "home", "persistentVolumeClaim": {"claimName": "later-home"}}
    homeless, no_home = mounted(target, FOREVER, home)
    registry = target.shell_image.rpartition("/")[0]
    return [
        many_pod,
        volumes_pod,
        pod("arguments", {"name": "main", "image": target.shell_image, "command": ["/bin/sh", "-c"],
                          "args": ["echo $(WHO) $$(WHO)"], "env": [{"name": "WHO", "value": "me"}]}),
        pod("lacks-secret", lacking),
        pod("lacks-key", keyless),
        pod("lacks-volume", unmounted, volumes=no_secret),
        pod("lacks-home", homeless, volumes=no_home),
        pod("lacks-image", {"name": "main", "image": f"{registry}/no-such-image:1"}),
        pod("lacks-local-image", {"name": "main", "image": f"{registry}/no-such-image:1",
                                  "imagePullPolicy": "Never"}),
        pod("bad-image", {"name": "main", "image": "UPPER//case"}),
        pod("lacks-program", {"name": "main", "image": target.shell_image, "command": ["/no/such/program"]}),
        pod("lacks-node", container(target, FOREVER), nodeSelector={"libretexts.org/pool": "nowhere"}),
        pod("too-big", container(target, FOREVER, resources={"limits": {"example.com/gpu": "1"}})),
        pod("gated", container(target, "exit 0"), schedulingGates=[{"name": "example.com/wait"}]),
    ]  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def started(api) -> None:
    (await api.create("secrets", secret("keys"))).ok()
    (await api.create("configmaps", config_map("settings"))).ok()
    for answer in await asyncio.gather(*(api.create("pods", body) for body in cast(api.target))):
        answer.ok(201)


async def test_variables(api) -> None:
    ended = await api.pod_until("variables", phase("Succeeded"))
    lines = dict(line.split("=", 1) for line in (await api.log("variables")).splitlines())
    assert lines == {
        "PLAIN": "a b",
        "TWICE": "a b-a b",
        "ESCAPED": "$(PLAIN) $(ABSENT)",
        "PASSWORD": "long and secret",
        "SETTING": "1",
        "OPTIONAL": "unset",
        "POD": "variables",
        "SPACE": api.namespace,
        "POD_UID": ended["metadata"]["uid"],
        "LABEL": "lab",
        "IP": ended["status"]["podIP"],
        "ACCOUNT": "default",
        "MEMORY": str(64 * 2**20),
        "CPU": "500",
        "all_password": "long and secret",
    }


async def test_arguments_are_expanded(api) -> None:
    await api.pod_until("arguments", phase("Succeeded"))
    # $$(WHO) reaches the shell as $(WHO), a command that is not there.
    assert "me" in [line.strip() for line in (await api.log("arguments")).splitlines()]


async def test_volumes(api) -> None:
    await api.pod_until("volumes", phase("Succeeded"))
    said = (await api.log("volumes")).splitlines()
    assert said[:5] == ["long and secret", "long and secret", "1", "an annotation", "renamed"]


async def test_a_home_outlives_its_pod(api) -> None:
    name = unique("home")
    (await api.create("persistentvolumeclaims", claim(name))).ok()
    volume = {"name": "home", "persistentVolumeClaim": {"claimName": name}}
    writer, volumes = mounted(api.target, "echo kept > $HOME/file", volume, securityContext=NOBODY)
    (await api.create("pods", pod(f"{name}-1", writer, volumes=volumes))).ok()
    await api.pod_until(f"{name}-1", phase("Succeeded"))
    bound = (await api.get("persistentvolumeclaims", name)).ok()
    assert bound["status"]["phase"] == "Bound"
    assert bound["status"]["capacity"] == {"storage": "1Gi"}
    assert bound["spec"]["volumeName"]
    (await api.delete("pods", f"{name}-1")).ok()
    await api.gone("pods", f"{name}-1")
    reader, volumes = mounted(api.target, "cat $HOME/file", volume, securityContext=NOBODY)
    (await api.create("pods", pod(f"{name}-2", reader, volumes=volumes))).ok()
    await api.pod_until(f"{name}-2", phase("Succeeded"))
    assert await api.log(f"{name}-2") == "kept\n"


async def test_a_secret_that_comes_late(api) -> None:
    seen = await api.pod_until(
        "lacks-secret", lambda pod: waiting(pod).get("reason") == "CreateContainerConfigError"
    )
    assert waiting(seen)["message"] == 'secret "later" not found'
    assert seen["status"]["phase"] == "Pending"
    (await api.create("secrets", secret("later"))).ok()
    await api.pod_until("lacks-secret", is_ready, seconds=100)


async def test_a_key_that_is_missing(api) -> None:
    seen = await api.pod_until(
        "lacks-key", lambda pod: waiting(pod).get("reason") == "CreateContainerConfigError"
    )
    assert waiting(seen)["message"] == f"couldn't find key nope in Secret {api.namespace}/keys"


async def test_a_volume_that_is_missing(api) -> None:
    async def told() -> bool:
        return any(reason == "FailedMount" for _, reason, _ in await api.events_of("lacks-volume"))

    seen = await api.pod_until("lacks-volume", lambda pod: waiting(pod).get("reason") == "ContainerCreating")
    assert seen["status"]["phase"] == "Pending"
    for _ in range(300):
        if await told():
            break
        await asyncio.sleep(0.1)
    texts = [text for _, reason, text in await api.events_of("lacks-volume") if reason == "FailedMount"]
    assert any('secret "absent" not found' in text for text in texts), texts


async def test_a_home_that_is_missing(api) -> None:
    seen = await api.pod_until(
        "lacks-home", lambda pod: condition(pod, "PodScheduled").get("status") == "False"
    )
    scheduled = condition(seen, "PodScheduled")
    assert scheduled["reason"] == "Unschedulable"
    assert 'persistentvolumeclaim "later-home" not found' in scheduled["message"]
    (await api.create("persistentvolumeclaims", claim("later-home"))).ok()
    await api.pod_until("lacks-home", is_ready)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lacks-node", "didn't match Pod's node affinity/selector"),
        ("too-big", "Insufficient example.com/gpu"),
    ],
)
async def test_a_pod_that_fits_nowhere(api, name: str, words: str) -> None:
    seen = await api.pod_until(
        name, lambda pod: condition(pod, "PodScheduled").get("reason") == "Unschedulable"
    )
    assert words in condition(seen, "PodScheduled")["message"]
    assert "nodeName" not in seen["spec"]

    told = await api.events_of(name)
    assert any(
        (kind, reason) == ("Warning", "FailedScheduling") and words in text for kind, reason, text in told
    )


async def test_a_gate_holds_a_pod(api) -> None:
    seen = await api.pod_until("gated", lambda pod: condition(pod, "PodScheduled"))
    assert condition(seen, "PodScheduled")["reason"] == "SchedulingGated"
    (await api.patch("pods", "gated", {"spec": {"schedulingGates": None}})).ok()
    await api.pod_until("gated", phase("Succeeded"))


async def test_an_image_that_is_missing(api) -> None:
    reasons = {"ErrImagePull", "ImagePullBackOff"}
    seen = await api.pod_until("lacks-image", lambda pod: waiting(pod).get("reason") in reasons)
    assert seen["status"]["phase"] == "Pending"
    seen = await api.pod_until("lacks-image", lambda pod: waiting(pod).get("reason") == "ImagePullBackOff")
    assert waiting(seen)["message"].startswith("Back-off pulling image")
    told = await api.events_of("lacks-image")
    assert any(
        (kind, reason) == ("Warning", "Failed") and "no-such-image:1" in text for kind, reason, text in told
    )


@pytest.mark.parametrize(
    ("name", "reason"), [("lacks-local-image", "ErrImageNeverPull"), ("bad-image", "InvalidImageName")]
)
async def test_an_image_that_cannot_be(api, name: str, reason: str) -> None:
    seen = await api.pod_until(name, lambda pod: waiting(pod).get("reason") == reason)
    assert seen["status"]["phase"] == "Pending"


async def test_a_program_that_is_missing(api) -> None:
    seen = await api.pod_until("lacks-program", lambda pod: terminated(pod))
    assert terminated(seen)["reason"] in {"StartError", "ContainerCannotRun"}
    assert terminated(seen)["exitCode"] in {127, 128}
    assert "/no/such/program" in terminated(seen)["message"]
    assert state(await api.pod_until("lacks-program", phase("Failed")))["ready"] is False
