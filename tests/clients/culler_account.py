"""As whom does the culler act on a real cluster? With the rights that are printed, and under the policy."""

from __future__ import annotations

import contextlib
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from libretexts_hub.clients.kube_access import Access, find_access, fixed
from libretexts_hub.clients.kube_api import Kind, KubeApi
from libretexts_hub.clients.polite_requests import PoliteClient
from libretexts_hub.domain.culler_policy import policy
from libretexts_hub.domain.culling_errors import CullingError
from libretexts_hub.hub import roles
from tests.clients.culler_hub import QUICK
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from tests.servers.target import Target

ADMISSION, RBAC = "admissionregistration.k8s.io", "rbac.authorization.k8s.io"
KINDS = {
    "Role": Kind("roles", RBAC),
    "RoleBinding": Kind("rolebindings", RBAC),
    "ClusterRole": Kind("clusterroles", RBAC, is_namespaced=False),
    "ClusterRoleBinding": Kind("clusterrolebindings", RBAC, is_namespaced=False),
    "ValidatingAdmissionPolicy": Kind("validatingadmissionpolicies", ADMISSION, is_namespaced=False),
    "ValidatingAdmissionPolicyBinding": Kind(
        "validatingadmissionpolicybindings", ADMISSION, is_namespaced=False
    ),
}


@dataclass(frozen=True)
class Held:
    """A namespace of its own, who made it, and the culler's account in it."""

    target: Target
    access: Access
    admin: KubeApi
    token: str

    @property
    def namespace(self) -> str:
        return self.target.namespace

    @asynccontextmanager
    async def as_culler(self) -> AsyncIterator[KubeApi]:
        async with _asking(self.access, self.token) as api:
            yield api

    def write_kubeconfig(self, path: Path) -> None:
        """Of the culler's account."""
        cluster = {"server": self.target.server, "certificate-authority": str(self.target.ca_file)}
        context = {"cluster": "real", "user": "culler", "namespace": self.namespace}
        known = {
            "clusters": [{"name": "real", "cluster": cluster}],
            "contexts": [{"name": "real", "context": context}],
            "users": [{"name": "culler", "user": {"token": self.token}}],
            "current-context": "real",
        }
        path.write_text(json.dumps(known))


@asynccontextmanager
async def _asking(access: Access, token: str = "") -> AsyncIterator[KubeApi]:
    authorization = fixed(f"Bearer {token}") if token else access.authorization
    client = PoliteClient(access.server, authorization, patience=QUICK, tls=access.tls, concurrency=4)
    async with client:
        yield KubeApi(client)


@asynccontextmanager
async def held_to_rights(real: Target, prefix: str, parts: Iterable[str]) -> AsyncIterator[Held]:
    """An account `culler` with what `libretexts-hub roles` prints for these parts, and the policy, which is
    in force some seconds later."""
    with fresh_namespace(real, prefix) as own:
        access = find_access(environment={"KUBECONFIG": str(own.kubeconfig)})
        async with _asking(access) as admin:
            namespace = own.namespace
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "culler"}}
            await admin.create(Kind("serviceaccounts"), namespace, account)
            documents = [each for part in parts for each in roles.manifests(part, namespace, "culler")]
            documents += policy(namespace, "culler")
            try:
                for each in documents:
                    await replace_object(admin, each, namespace)
                asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
                told = await admin.create(Kind("serviceaccounts/culler/token"), namespace, asked)
                yield Held(own, access, admin, told["status"]["token"])
            finally:
                for each in documents:
                    if not KINDS[each["kind"]].is_namespaced:
                        await remove_object(admin, KINDS[each["kind"]], each["metadata"]["name"])


async def replace_object(admin: KubeApi, document: dict[str, Any], namespace: str) -> None:
    """Make it; what an ended run left of that name goes first."""
    kind = KINDS[document["kind"]]
    if not kind.is_namespaced:
        await remove_object(admin, kind, document["metadata"]["name"])
    await admin.create(kind, namespace if kind.is_namespaced else "", document)


async def remove_object(admin: KubeApi, kind: Kind, name: str) -> None:
    """One without a namespace, if it is there."""
    with contextlib.suppress(CullingError):
        if found := await admin.read(kind, "", name):
            metadata = found["metadata"]
            await admin.delete(kind, "", name, metadata["uid"], metadata["resourceVersion"])
