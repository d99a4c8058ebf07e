"""Which permissions does each part of the product need?

One table; the console verb and the docs are made from it.
"""

from dataclasses import dataclass

from libretexts_hub.domain.prepull_daemonset import NAME as PULLER

RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Permission:
    """Verbs on some resources of an API group ("" is the core one), and what they are for.

    `names`: only objects of these names; `is_cluster_wide`: no Role can give it, a ClusterRole can.
    """

    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    reason: str
    group: str = ""
    names: tuple[str, ...] = ()
    is_cluster_wide: bool = False

    @property
    def rule(self) -> dict:
        """As a Role says it."""
        rule = {"apiGroups": [self.group], "resources": list(self.resources), "verbs": list(self.verbs)}
        return rule | ({"resourceNames": list(self.names)} if self.names else {})


# The hub's needs are within what the Zero to JupyterHub chart grants (its Role `hub`).
HUB = (
    Permission(("pods",), ("get", "list", "watch", "create", "delete"), "one pod for each server, watched"),
    Permission(
        ("persistentvolumeclaims",), ("get", "create", "delete"), "one home claim for each person, databases"
    ),
    Permission(
        ("secrets", "services"), ("get", "create", "delete"), "internal_ssl, services_enabled, databases"
    ),
    Permission(("events",), ("list", "watch"), "progress in words"),
)
# A request that makes an object can't be limited to a name.
PREPULL = (
    Permission(("daemonsets",), ("create",), "libretexts-hub images --apply", "apps"),
    Permission(("daemonsets",), ("get", "patch"), "libretexts-hub images --apply", "apps", (PULLER,)),
)
PURGE = (Permission(("nodes",), ("get", "list"), "libretexts-hub images --purge", is_cluster_wide=True),)
# Beyond the chart's Role, for `grow: true` only.
HOMES = (Permission(("persistentvolumeclaims",), ("patch",), "homes that grow"),)
# Beyond the chart's Role: what a server that did not start wrote last.
WHY = (Permission(("pods/log",), ("get",), "libretexts-hub why"),)
# The chart's Secret; the hub itself has no need to write it.
ROTATE_KEY = (Permission(("secrets",), ("get", "patch"), "libretexts-hub rotate-key", names=("hub",)),)
# Beyond the chart's Role: patch (the mark), leases, events to create. A Role can't tell one claim from
# another; the policy of domain/culler_policy.py can.
CULLER = (
    Permission(("persistentvolumeclaims",), ("get", "list", "patch", "delete"), "marks, and what is deleted"),
    Permission(("pods",), ("list",), "who mounts a claim"),
    Permission(("secrets",), ("get", "delete"), "the Secret of a database, its metadata only"),
    Permission(("events",), ("create",), "what becomes of a claim, in kubectl describe"),
    Permission(
        ("leases",), ("get", "create", "update", "patch"), "one culler at a time", "coordination.k8s.io"
    ),
)
SNAPSHOTS = "snapshot.storage.k8s.io"
CULLER_SNAPSHOTS = (
    Permission(
        ("volumesnapshots",), ("get", "list", "create", "delete"), "a copy before a delete", SNAPSHOTS
    ),
    Permission(("persistentvolumeclaims",), ("create",), "libretexts-hub cull restore"),
)
CULLER_SNAPSHOT_CLASSES = (
    Permission(
        ("volumesnapshotcontents", "volumesnapshotclasses"),
        ("get",),
        "whether a snapshot outlives its claim",
        SNAPSHOTS,
        is_cluster_wide=True,
    ),
)
PARTS = {
    "hub": HUB,
    "homes": HOMES,
    "prepull": PREPULL,
    "purge": PURGE,
    "rotate-key": ROTATE_KEY,
    "why": WHY,
    "culler": CULLER,
    "culler-snapshots": CULLER_SNAPSHOTS,
    "culler-snapshot-classes": CULLER_SNAPSHOT_CLASSES,
}
# The scopes of JupyterHub that the culler's token needs, without a filter; no scope of an admin's.
CULLER_SCOPES = {
    "list:users": "who there is, without `admin:users`",
    "read:users": "groups, the last activity, when a record was made",
    "read:servers": "what runs",
    "admin:server_state": "the name of a claim, and the address for notices, from the spawner's state",
    "delete:servers": "idle servers are stopped, named ones forgotten",
    "delete:users": "the record of somebody whose home goes",
}

# The scopes of JupyterHub that a server's own token has (its default role `server`).
SERVER_SCOPES = ("users:activity!user", "access:servers!server")


def manifests(part: str, namespace: str, service_account: str | None = None) -> list[dict]:
    """A Role for one part, or a ClusterRole, and a binding where a service account is named.

    `service_account` is a name in the same namespace, or `NAMESPACE/NAME`.
    """
    name = f"libretexts-{part}"
    prefix = "Cluster" if any(each.is_cluster_wide for each in PARTS[part]) else ""
    metadata = {"name": name} if prefix else {"name": name, "namespace": namespace}
    rules = [each.rule for each in PARTS[part]]
    version = f"{RBAC}/v1"
    role = {"apiVersion": version, "kind": f"{prefix}Role", "metadata": metadata, "rules": rules}
    if service_account is None:
        return [role]
    home, _, account = service_account.rpartition("/")
    return [
        role,
        {
            "apiVersion": version,
            "kind": f"{prefix}RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC, "kind": f"{prefix}Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": home or namespace}],
        },
    ]
