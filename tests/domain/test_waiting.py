"""Is it told in plain words what a start waits for, and is nothing of the cluster told to the person?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.image_pull import why_no_image
from libretexts_hub.domain.pod_events import LONGEST_TEXT
from libretexts_hub.domain.unschedulable import why_no_place
from libretexts_hub.domain.waiting import how_long, step_of
from tests.domain.sample_pods import BEGAN, UID, at, event, pod, unschedulable, waiting

NODE = "node-7.internal"
CREATING = waiting("ContainerCreating")
PREEMPTION = " preemption: 0/9 nodes are available: 9 No preemption victims found for incoming pod."
PULLED = (
    'Successfully pulled image "quay.io/x:1" in 1m12.5s (1m12.5s including waiting). Image size: {} bytes.'
)


def words(seen, *events, seconds=5.0):
    return step_of(seen, events, BEGAN + seconds).words


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("0/3 nodes are available: 3 Insufficient cpu.", "too few processors are free"),
        ("0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient memory.", "memory is free and too few"),
        ("0/9 nodes are available: 1 Insufficient nvidia.com/gpu, 8 Insufficient cpu.", "no GPU or other"),
        (
            "0/9 nodes are available: 2 Insufficient memory, 7 node(s) had untolerated taint {hpc: true}.",
            "too little memory is free",
        ),
        ("0/2 nodes are available: 2 node(s) had untolerated taint {hpc: true}.", "kept for others"),
        (
            "0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
            "no machine is in service",
        ),
        ("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.", "of the kind"),
        ("no nodes available to schedule pods", "no machine is in service"),
        (
            "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            "home is not ready",
        ),
        ('0/1 nodes are available: persistentvolumeclaim "claim-a" not found.', "home is not ready"),
        ("0/2 nodes are available: 2 node(s) had volume node affinity conflict.", "near your files"),
        ("0/2 nodes are available: 2 node(s) exceed max volume count.", "no more disks"),
        ("0/2 nodes are available: 2 Too many pods.", "machines are full"),
        ("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.", "kept apart"),
        ("0/2 nodes are available: 2 cannot allocate all claims.", "no GPU or other device"),
        ("0/1 nodes are available: 1 Insufficient ephemeral-storage.", "too little disk"),
        ("0/1 nodes are available: 1 cosmic rays.", "no machine takes this server now"),
    ],
)
def test_a_pod_without_a_place(message, said):
    step = step_of(unschedulable(message + PREEMPTION), (), BEGAN + 5)
    assert said in step.words
    assert message in step.detail
    assert step.is_trouble


def test_what_the_scheduler_says_of_preemption_is_no_cause():
    assert "memory" not in why_no_place("0/1 nodes are available: 1 Insufficient cpu. preemption: memory")
    assert why_no_place("nothing that is known") == ""


@pytest.mark.parametrize(
    ("seen", "events", "said"),
    [
        pytest.param(pod(), [], "Looking for a machine", id="new"),
        pytest.param(
            pod(gates=["kueue.x-k8s.io/admission"], labels={"kueue.x-k8s.io/queue-name": "physics"}),
            [],
            "Waiting in the queue physics until there is room.",
            id="kueue",
        ),
        pytest.param(pod(gates=["example.org/approval"]), [], "until the cluster lets", id="other-gate"),
        pytest.param(
            unschedulable("0/1 nodes are available: 1 Insufficient cpu."),
            [event("TriggeredScaleUp", "pod triggered scale-up: [{g 1->2 (max: 5)}]")],
            "A new machine is being started",
            id="autoscaler",
        ),
        pytest.param(
            unschedulable("0/1 nodes are available: 1 Insufficient cpu."),
            [event("Nominated", "Pod should schedule on: nodeclaim/default-x")],
            "A new machine is being started",
            id="karpenter",
        ),
        pytest.param(
            unschedulable("0/1 nodes are available: 1 Insufficient cpu."),
            [
                event("TriggeredScaleUp", seconds=1),
                event("NotTriggerScaleUp", "1 max node group size reached", seconds=4),
            ],
            "processors are free. No machine can be added at the moment.",
            id="no-more-nodes",
        ),
        pytest.param(
            unschedulable("0/1 nodes are available: 1 Insufficient cpu."),
            [event("FailedScheduling", 'Failed to schedule pod, incompatible with nodepool "d"', seconds=4)],
            "No machine can be added",
            id="karpenter-no-more",
        ),
        pytest.param(pod(node=NODE), [], "A machine was found", id="scheduled"),
        pytest.param(
            CREATING,
            [event("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is already used')],
            "machine of your last server",
            id="multi-attach",
        ),
        pytest.param(
            CREATING,
            [event("FailedMount", "Unable to attach or mount volumes: timed out waiting for the condition")],
            "takes longer than usual",
            id="slow-mount",
        ),
        pytest.param(
            CREATING,
            [event("FailedMount", 'MountVolume.SetUp failed for volume "x": configmap "y" not found')],
            "configuration of your server is missing",
            id="missing-configmap",
        ),
        pytest.param(
            CREATING,
            [event("FailedMount", "nfs"), event("SuccessfulAttachVolume", seconds=2)],
            "Your files are attached",
            id="attached-after-all",
        ),
        pytest.param(
            CREATING, [event("Pulling", 'Pulling image "quay.io/x:1"')], "is being fetched", id="pulling"
        ),
        pytest.param(
            CREATING,
            [event("Pulling", path="spec.initContainers{git}")],
            "A part of your server is being fetched",
            id="pulling-for-init",
        ),
        pytest.param(
            CREATING,
            [event("Pulling"), event("Pulled", PULLED.format(2_400_000_000))],
            "fetched (2.4 GB in 72 seconds)",
            id="pulled",
        ),
        pytest.param(CREATING, [event("Pulled", PULLED.format(5))], "fetched (72 seconds)", id="small"),
        pytest.param(
            CREATING, [event("Pulled", 'Container image "x" already present')], "is there", id="present"
        ),
        pytest.param(
            waiting("ImagePullBackOff", 'Back-off pulling image "x"'),
            [
                event(
                    "Failed", 'Failed to pull image "x": code = NotFound desc = x: not found', kind="Warning"
                )
            ],
            "it does not exist",
            id="no-image",
        ),
        pytest.param(
            waiting("CreateContainerConfigError", 'secret "x" not found'),
            [],
            "make the container",
            id="config",
        ),
        pytest.param(
            CREATING,
            [event("FailedCreatePodSandBox", "plugin type=bridge failed", kind="Warning")],
            "network of your server",
            id="sandbox",
        ),
        pytest.param(
            CREATING,
            [event("Scheduled"), event("FailedPostStartHook", f"on {NODE}", kind="Warning", seconds=1)],
            "a difficulty (FailedPostStartHook)",
            id="unknown",
        ),
        pytest.param(pod(node=NODE, phase="Running"), [], "is starting", id="running"),
        pytest.param(
            pod(node=NODE, initContainerStatuses=[{"name": "pull", "state": {"running": {}}}]),
            [event("Pulled", path="spec.initContainers{pull}")],
            "prepared: pull",
            id="init",
        ),
        pytest.param(
            pod(
                node=NODE,
                initContainerStatuses=[
                    {"name": "pull", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
                ],
            ),
            [],
            "(pull) fails",
            id="init-crashes",
        ),
    ],
)
def test_each_kind_of_waiting(seen, events, said):
    told = words(seen, *events)
    assert said in told
    assert NODE not in told


def test_a_native_sidecar_is_waited_for_until_it_has_started():
    seen = pod(node=NODE, initContainerStatuses=[{"name": "database", "state": {"running": {}}}])
    seen["spec"]["initContainers"] = [{"name": "database", "restartPolicy": "Always"}]
    assert "beside the environment: database" in words(seen)
    seen["status"]["initContainerStatuses"][0]["started"] = True
    assert "database" not in words(seen)


def test_files_are_only_spoken_of_where_there_are_some():
    seen = pod(node=NODE)
    assert words(seen) == "A machine was found."
    seen["spec"]["volumes"] = [{"name": "home", "persistentVolumeClaim": {"claimName": "claim-alice"}}]
    assert words(seen, event("Scheduled")) == "A machine was found. Your files are being attached."


def test_of_no_pod_there_is_nothing_to_say():
    assert step_of(None, [], 0) is None


def test_events_of_an_earlier_pod_of_this_name_do_not_count():
    of_other = event("FailedMount", kind="Warning")
    of_other["involvedObject"]["uid"] = "another"
    assert "A machine was found" in words(CREATING, of_other)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-90, ""),
        (59, ""),
        (60, " (1 minute so far)"),
        (190, " (3 minutes so far)"),
        (860, " (10 minutes so far)"),
    ],
)
def test_how_long(seconds, said):
    assert how_long(seconds) == said


def test_a_pull_tells_how_long_it_takes():
    assert "(2 minutes so far)" in words(CREATING, event("Pulling", seconds=10), seconds=140)


def test_an_event_that_repeats_is_one_sentence():
    first = event("FailedMount", "nfs is away", kind="Warning")
    again = first | {"count": 17, "lastTimestamp": at(50)}
    assert words(CREATING, first, seconds=51) == words(CREATING, again, seconds=51)


@pytest.mark.parametrize(
    ("message", "said", "passes"),
    [
        ('failed to resolve reference "quay.io/x:1": quay.io/x:1: not found', "does not exist", False),
        ("429 Too Many Requests - toomanyrequests: You have reached your pull rate limit", "too often", True),
        ('Head "https://r.example/v2/x": unauthorized: access denied', "does not give it", False),
        ('Get "https://r.example/v2/": dial tcp 10.0.0.1:443: i/o timeout', "does not answer", True),
        ("dial tcp: lookup r.example: no such host", "name of its registry", False),
        ("no match for platform in manifest: not found", "not made for these", False),
        ("write layer: no space left on device", "disk of the machine", True),
        ("tls: failed to verify certificate: x509: unknown authority", "certificate", False),
        ('failed to pull "r/timeout:1": r/timeout:1: not found', "does not exist", False),
        ("something else", "can't be fetched", False),
    ],
)
def test_why_an_image_is_not_there(message, said, passes):
    trouble = why_no_image(message)
    assert said in trouble.words
    assert trouble.passes is passes


HOSTILE = "<script>alert(1)</script>\x1b[31m‮" + "A" * 100_000


@pytest.mark.parametrize("reason", ["FailedMount", "FailedScheduling", "Pulled", "Whatever", HOSTILE])
def test_hostile_messages_reach_no_person_and_no_line_of_the_log_is_long(reason):
    for seen in (
        CREATING,
        unschedulable(HOSTILE),
        waiting("ErrImagePull", HOSTILE),
        waiting(HOSTILE, HOSTILE),
    ):
        step = step_of(seen, [event(reason, HOSTILE, kind="Warning")], BEGAN)
        assert "<script>" not in step.words
        assert len(step.words) < 300
        assert len(step.detail) < 3 * LONGEST_TEXT
        assert (step.words + step.detail).isprintable()


texts = st.one_of(
    st.none(), st.text(max_size=60), st.sampled_from(["Pulled", "Pulling", "FailedMount", at(3)])
)


@given(reason=texts, message=texts, moment=texts, container=texts)
def test_no_text_breaks_it(reason, message, moment, container):
    told = event("Pulled") | {
        "reason": reason,
        "message": message,
        "lastTimestamp": moment,
        "eventTime": None,
    }
    seen = waiting(reason, message, container)
    assert seen["metadata"]["uid"] == UID
    assert step_of(seen, [told], BEGAN).words
