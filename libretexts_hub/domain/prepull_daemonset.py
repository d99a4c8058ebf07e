"""What does the DaemonSet look like that keeps the menu's images on every node where servers run?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libretexts_hub.domain.prepull import Pull, keyed

NAME = "libretexts-prepull"
# It does nothing, in 700 kB; the chart's own pullers end with it too.
PAUSE_IMAGE = "registry.k8s.io/pause:3.10"
# Within the restricted Pod Security Standard: https://kubernetes.io/docs/concepts/security/pod-security-standards/
CONFINED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": 65534,
    "runAsGroup": 65534,
    "seccompProfile": {"type": "RuntimeDefault"},
}
LEAST = {"requests": {"cpu": "1m", "memory": "8Mi"}}


@dataclass(frozen=True)
class Placement:
    """Where servers run, and so their images: namespace, nodes, and the Secrets that they are pulled with."""

    namespace: str = ""
    node_selector: Mapping[str, str] | None = None
    affinity_terms: Sequence[object] = ()
    tolerations: Sequence[object] = ()
    pull_secrets: Sequence[str] = ()
    pause_image: str = PAUSE_IMAGE


def daemonset(some: Sequence[Pull], placement: Placement) -> dict[str, object]:
    """A manifest of `apps/v1`, which says nothing that changes unless the menu or the placement does."""
    labels = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/part-of": "libretexts-hub"}
    namespace = {"namespace": placement.namespace} if placement.namespace else {}
    selected = {"app.kubernetes.io/name": NAME}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": NAME, **namespace, "labels": labels},
        "spec": {
            "selector": {"matchLabels": selected},
            # Nobody uses these pods: all of them may be replaced at once.
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%"}},
            "template": {"metadata": {"labels": labels}, "spec": _pod(some, placement)},
        },
    }


def _pod(some: Sequence[Pull], placement: Placement) -> dict[str, object]:
    spec: dict[str, object] = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        # One after the other, so a node's disk and network are not asked for everything at once.
        "initContainers": [_container(key, pull) for key, pull in keyed(some).items()],
        "containers": [
            {
                "name": "pause",
                "image": placement.pause_image,
                "resources": LEAST,
                "securityContext": CONFINED,
            }
        ],
    }
    if placement.node_selector:
        spec["nodeSelector"] = dict(placement.node_selector)
    if placement.affinity_terms:
        terms = {"nodeSelectorTerms": list(placement.affinity_terms)}
        spec["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms},
        }
    if placement.tolerations:
        spec["tolerations"] = list(placement.tolerations)
    if placement.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in placement.pull_secrets]
    return spec


def _container(key: str, pull: Pull) -> dict[str, object]:
    """It has been pulled when it runs. Images of servers and databases have a shell, as the chart expects."""
    policy = {"imagePullPolicy": pull.policy} if pull.policy else {}
    return {
        "name": key,
        "image": pull.reference,
        **policy,
        "command": ["/bin/sh", "-c", ":"],
        "resources": LEAST,
        "securityContext": CONFINED,
    }
