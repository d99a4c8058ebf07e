"""With which rights does a hub run in the cluster? With those that Zero to JupyterHub gives it, and not one
more."""

from pathlib import Path

from tests.cluster.api import Api
from tests.cluster.credentials import kubeconfig, write_private

ACCOUNT = "hub"
# The Role of the chart's hub (zero-to-jupyterhub-k8s, jupyterhub/templates/hub/rbac.yaml).
RULES = [
    {
        "apiGroups": [""],
        "resources": ["pods", "persistentvolumeclaims", "secrets", "services"],
        "verbs": ["get", "watch", "list", "create", "delete"],
    },
    {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "watch", "list"]},
]
GROUP = "rbac.authorization.k8s.io"


def grant(api: Api, namespace: str) -> None:
    """Make the service account `hub`, its Role and the RoleBinding in `namespace`, unless they are there."""
    metadata = {"name": ACCOUNT, "namespace": namespace}
    api.create(
        f"/api/v1/namespaces/{namespace}/serviceaccounts",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        may_exist=True,
    )
    base = f"/apis/{GROUP}/v1/namespaces/{namespace}"
    role = {"apiVersion": f"{GROUP}/v1", "kind": "Role", "metadata": metadata, "rules": RULES}
    api.create(f"{base}/roles", role, may_exist=True)
    binding = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": GROUP, "kind": "Role", "name": ACCOUNT},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}],
    }
    api.create(f"{base}/rolebindings", binding, may_exist=True)


def token(api: Api, namespace: str, seconds: int = 12 * 3600) -> str:
    """A bearer token of the account, by the TokenRequest API."""
    answer = api.create(
        f"/api/v1/namespaces/{namespace}/serviceaccounts/{ACCOUNT}/token",
        {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds},
        },
    )
    return str(answer["status"]["token"])


def write_kubeconfig(api: Api, namespace: str, path: Path) -> Path:
    """A kubeconfig for the account at `path`, readable by its owner only."""
    authority = api.ca_file.read_bytes() if api.ca_file else b""
    write_private(path, kubeconfig(api.server, token(api, namespace), authority, namespace))
    return path
