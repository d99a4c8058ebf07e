"""Which programs make up the cluster, and how are they called?

Standard ports everywhere: the run has a network namespace of its own, so nothing can be in the way. etcd and
all health ports listen on that namespace's loopback, where neither pods nor other users of the machine come.
"""

import sys
from pathlib import Path

from tests.cluster.run import NODE, Run

CONTAINERD_SOCKET = "/run/containerd/containerd.sock"
KUBELET_FOLDER = "/var/lib/kubelet"


def commands(run: Run) -> dict[str, list[str]]:
    """The command line of every component, in the order in which they start."""
    keys = run.folder / "credentials"
    return {
        "etcd": _etcd(run),
        "registry": ["docker-registry", "serve", str(run.folder / "registry.yml")],
        "containerd": ["containerd", "--config", str(run.folder / "containerd.toml"), "--log-level", "warn"],
        "kube-apiserver": _api_server(run, keys),
        "kube-controller-manager": _controller_manager(run, keys),
        "kube-scheduler": [
            "kube-scheduler",
            f"--config={run.folder}/scheduler.json",
            "--bind-address=127.0.0.1",
        ],
        "kube-proxy": _proxy(run, keys),
        "kubelet": _kubelet(run, keys),
        "volumes": [sys.executable, "-m", "tests.cluster.volumes", str(run.folder)],
        "kwok": _kwok(run, keys),
    }


def _etcd(run: Run) -> list[str]:
    clients, peers = "http://127.0.0.1:2379", "http://127.0.0.1:2380"
    return [
        "etcd",
        f"--data-dir={run.folder}/etcd",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",  # the data dies with the run
        "--log-level=warn",
    ]


def _api_server(run: Run, keys: Path) -> list[str]:
    return [
        "kube-apiserver",
        "--etcd-servers=http://127.0.0.1:2379",
        f"--bind-address={run.node_address}",
        f"--advertise-address={run.node_address}",
        f"--service-cluster-ip-range={run.service_range}",
        f"--tls-cert-file={keys}/apiserver.crt",
        f"--tls-private-key-file={keys}/apiserver.key",
        f"--client-ca-file={keys}/ca.crt",
        f"--kubelet-client-certificate={keys}/kubelet-client.crt",
        f"--kubelet-client-key={keys}/kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={keys}/service-accounts.key",
        f"--service-account-signing-key-file={keys}/service-accounts.key",
        f"--token-auth-file={keys}/tokens.csv",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        # KWOK's nodes have no kubelet that would take the not-ready taint away fast enough for a load test.
        "--disable-admission-plugins=TaintNodesByCondition",
        "--allow-privileged=true",
        f"--audit-policy-file={run.folder}/audit-policy.json",
        f"--audit-log-path={run.folder}/audit.log",
        "--profiling=false",
    ]


def _controller_manager(run: Run, keys: Path) -> list[str]:
    return [
        "kube-controller-manager",
        f"--kubeconfig={keys}/kube-controller-manager.kubeconfig",
        f"--service-account-private-key-file={keys}/service-accounts.key",
        f"--root-ca-file={keys}/ca.crt",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        # A lost node is noticed while a test looks on, but not because a busy machine was late with a lease.
        "--node-monitor-period=2s",
        "--node-monitor-grace-period=20s",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]


def _proxy(run: Run, keys: Path) -> list[str]:
    return [
        "kube-proxy",
        f"--kubeconfig={keys}/kube-proxy.kubeconfig",
        f"--hostname-override={NODE}",
        "--proxy-mode=iptables",
        f"--cluster-cidr={run.pod_range}",
        # Without br_netfilter, which this machine may not have, an answer between two pods of one bridge
        # would miss the translation back; with the node as the request's source it comes by here.
        "--masquerade-all=true",
        # These limits belong to the machine's first network namespace; in ours they cannot be set.
        "--conntrack-max-per-core=0",
        "--conntrack-tcp-timeout-established=0s",
        "--conntrack-tcp-timeout-close-wait=0s",
        "--metrics-bind-address=127.0.0.1:10249",
        "--healthz-bind-address=127.0.0.1:10256",
    ]


def _kubelet(run: Run, keys: Path) -> list[str]:
    return [
        "kubelet",
        f"--config={run.folder}/kubelet.json",
        f"--kubeconfig={keys}/kubelet.kubeconfig",
        f"--hostname-override={NODE}",
        f"--node-ip={run.node_address}",
        # A folder of the run is mounted there. Below the run's own path, which a person chooses, the sockets
        # of plugins could get longer than the 108 bytes that unix(7) allows.
        f"--root-dir={KUBELET_FOLDER}",
    ]


def _kwok(run: Run, keys: Path) -> list[str]:
    return [
        str(run.folder / "kwok"),
        f"--kubeconfig={keys}/kwok.kubeconfig",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        f"--config={run.folder}/kwok-stages.yaml",
        f"--cidr={run.prefix}.128.0/18",
        "--node-lease-duration-seconds=40",
    ]
