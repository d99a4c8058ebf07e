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
# The chart's Secret; the hub itself has no need to write it.
ROTATE_KEY = (Permission(("secrets",), ("get", "patch"), "libretexts-hub rotate-key", names=("hub",)),)
PARTS = {"hub": HUB, "homes": HOMES, "prepull": PREPULL, "purge": PURGE, "rotate-key": ROTATE_KEY}

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
