"""Which kinds does the embedded cluster serve, and under which names?"""

from dataclasses import dataclass

CRUD = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class Resource:
    """One kind: how paths, lists and discovery call it, and what deleting it answers."""

    plural: str
    kind: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = CRUD
    subresources: tuple[str, ...] = ()
    # pkg/registry/core/*/storage: some kinds answer a delete with the object, the others with a Status.
    returns_deleted: bool = False
    # AllowCreateOnUpdate and AllowUnconditionalUpdate in the strategies of the real server.
    creates_on_update: bool = False
    needs_version: bool = False

    @property
    def api_version(self) -> str:
        """What `apiVersion` says: `v1` or `group/version`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        """The name of one, as discovery and kubectl use it."""
        return self.kind.lower()


ALL = (
    Resource("configmaps", "ConfigMap", short_names=("cm",)),
    Resource("events", "Event", short_names=("ev",), creates_on_update=True),
    Resource(
        "namespaces",
        "Namespace",
        namespaced=False,
        short_names=("ns",),
        verbs=tuple(verb for verb in CRUD if verb != "deletecollection"),
        returns_deleted=True,
    ),
    Resource("nodes", "Node", namespaced=False, short_names=("no",), verbs=("get", "list", "watch")),
    Resource(
        "persistentvolumeclaims",
        "PersistentVolumeClaim",
        short_names=("pvc",),
        subresources=("status",),
        returns_deleted=True,
    ),
    Resource(
        "pods",
        "Pod",
        short_names=("po",),
        categories=("all",),
        subresources=("log", "status"),
        returns_deleted=True,
    ),
    Resource("secrets", "Secret"),
    Resource("serviceaccounts", "ServiceAccount", short_names=("sa",), returns_deleted=True),
    Resource(
        "services",
        "Service",
        short_names=("svc",),
        categories=("all",),
        returns_deleted=True,
        creates_on_update=True,
    ),
    Resource("leases", "Lease", group="coordination.k8s.io", creates_on_update=True, needs_version=True),
)
RESOURCES = {resource.plural: resource for resource in ALL}
BY_KIND = {(resource.api_version, resource.kind): resource for resource in ALL}
