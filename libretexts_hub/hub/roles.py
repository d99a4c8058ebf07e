"""Which permissions does each part of the product need?

One table; the console verb and the docs are made from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """Verbs on some resources of the core API group, and what they are for."""

    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    reason: str


# The hub's needs are within what the Zero to JupyterHub chart grants (its Role `hub`).
HUB = (
    Permission(("pods",), ("get", "list", "watch", "create", "delete"), "one pod for each server, watched"),
    Permission(("persistentvolumeclaims",), ("get", "create", "delete"), "one home claim for each person"),
    Permission(("secrets", "services"), ("get", "create", "delete"), "internal_ssl and services_enabled"),
    Permission(("events",), ("list", "watch"), "progress in words"),
)
PARTS = {"hub": HUB}

# The scopes of JupyterHub that a server's own token has (its default role `server`).
SERVER_SCOPES = ("users:activity!user", "access:servers!server")


def manifests(part: str, namespace: str, service_account: str | None = None) -> list[dict]:
    """A Role for one part, and a RoleBinding where a service account is named."""
    name = f"libretexts-{part}"
    metadata = {"name": name, "namespace": namespace}
    rules = [
        {"apiGroups": [""], "resources": list(each.resources), "verbs": list(each.verbs)}
        for each in PARTS[part]
    ]
    version = "rbac.authorization.k8s.io/v1"
    role = {"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": rules}
    if service_account is None:
        return [role]
    return [
        role,
        {
            "apiVersion": version,
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": service_account, "namespace": namespace}],
        },
    ]
