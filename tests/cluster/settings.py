"""What stands in the configuration files that the components read?"""

import json

from tests.cluster.components import CONTAINERD_SOCKET, KUBELET_FOLDER
from tests.cluster.run import Run

# Who did what, once per request, when it is answered. What the cluster itself does all day is left out, so
# that a test can count the requests of a hub by verb and kind
# (kubernetes.io/docs/tasks/debug/debug-cluster/audit).
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "userGroups": ["system:nodes", "system:serviceaccounts:kube-system"]},
        {
            "level": "None",
            "users": [
                "system:apiserver",
                "system:kube-controller-manager",
                "system:kube-scheduler",
                "system:kube-proxy",
                "test-cluster:volumes",
                "test-cluster:kwok",
            ],
        },
        {"level": "Metadata"},
    ],
}


def write_settings(run: Run) -> None:
    """Write the configuration files that the command lines name."""
    for name, text in {
        "containerd.toml": _containerd_settings(run),
        "registry.yml": json.dumps(_registry_settings(run)),
        "kubelet.json": json.dumps(_kubelet_settings(run)),
        "scheduler.json": json.dumps(_scheduler_settings(run)),
        "audit-policy.json": json.dumps(AUDIT_POLICY),
        "cni/10-pods.conflist": json.dumps(_cni_settings(run)),
        f"registries/{run.registry}/hosts.toml": _registry_host(run),
        # No name server runs here. One that refuses at once beats the machine's own, which pods cannot reach.
        "resolv.conf": f"nameserver {run.node_address}\n",
    }.items():
        path = run.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _kubelet_settings(run: Run) -> dict:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        # Only the API server's certificate opens the kubelet: whoever may exec here is root in every pod.
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": False},
            "x509": {"clientCAFile": f"{run.folder}/credentials/ca.crt"},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "address": run.node_address,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{run.cgroup}",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "podLogsDir": f"{run.folder}/pod-logs",
        "volumePluginDir": f"{KUBELET_FOLDER}/volume-plugins",
        "clusterDNS": [run.node_address],
        "clusterDomain": "cluster.local",
        "resolvConf": f"{run.folder}/resolv.conf",
        "failSwapOn": False,
        "failCgroupV1": False,
        "enforceNodeAllocatable": [],
        "makeIPTablesUtilChains": False,
        "serializeImagePulls": False,
        "nodeLeaseDurationSeconds": 8,
        # Disk of a laptop may be full; that is no reason to evict a test's pod.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "0%", "imagefs.available": "0%"},
        # Fast enough that a probe or a stop is not waited for twice.
        "syncFrequency": "10s",
        "kubeAPIQPS": 100,
        "kubeAPIBurst": 200,
        "registryPullQPS": 50,
    }


def _scheduler_settings(run: Run) -> dict:
    return {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "leaderElection": {"leaderElect": False},
        "clientConnection": {
            "kubeconfig": f"{run.folder}/credentials/kube-scheduler.kubeconfig",
            "qps": 300,
            "burst": 600,
        },
    }


def _registry_settings(run: Run) -> dict:
    return {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": f"{run.folder}/registry"},
            "delete": {"enabled": True},
        },
        "http": {"addr": run.registry},
    }


def _registry_host(run: Run) -> str:
    # Without the host table containerd 1.6 asks over HTTPS, whatever `server` says.
    url = f"http://{run.registry}"
    return f'server = "{url}"\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n'


def _cni_settings(run: Run) -> dict:
    addresses = {
        "type": "host-local",
        "ranges": [[{"subnet": run.pod_range}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    # No masquerading: the machine has a route back, so a hub outside sees the pods' own addresses.
    bridge = {"type": "bridge", "bridge": "pods0", "isGateway": True, "ipMasq": False, "ipam": addresses}
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [bridge, ports]}


def _containerd_settings(run: Run) -> str:
    # restrict_oom_score_adj: without CAP_SYS_RESOURCE, as in many containers and virtual machines, runc may
    # not lower the score, and the sandbox fails with "can't get final child's PID from pipe".
    return f"""version = 2
root = "{run.folder}/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{run.registry}/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{run.cni_plugins}"
    conf_dir = "{run.folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{run.folder}/registries"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
"""
