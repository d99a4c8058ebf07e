"""What does the database look like in the pod? Container, volumes, claim, Secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libretexts_hub.domain.database_download import PROGRAM, downloads
from libretexts_hub.domain.database_grace import GRACE_ANNOTATION
from libretexts_hub.domain.database_notes import probe_command
from libretexts_hub.domain.database_sources import Source
from libretexts_hub.domain.databases import Database
from libretexts_hub.domain.quantities import as_quantity
from libretexts_hub.domain.sizes import Limits
from libretexts_hub.domain.start_scripts import start_script

NAME = "database"
DOWNLOAD = "database-download"
# Of the container, where nothing else can be written.
TEMPORARY_PATH = "/tmp"  # noqa: S108
# Where a kubelet reads why a container ended, unless it is told otherwise.
MESSAGE_PATH = "/dev/termination-log"
VOLUME_PATH = "/var/lib/libretexts-database"
RUN_PATH = "/run/libretexts-database"
SHARED_PATH = "/run/libretexts-database-shared"
INITIAL_PATH = "/run/libretexts-database-initial"
DOWNLOADS_PATH = "/run/libretexts-database-downloads"
# The keys of the Secret.
PASSWORD, ROOT_PASSWORD = "password", "root-password"
DATABASE_ANNOTATION = "libretexts.org/database"
# The start script lets the notebook start after this, also when the engine still recovers.
START_SECONDS = 60
# A probe that gives up kills the database; the start has its own end, start_timeout.
PROBE_FAILURES = 3600


@dataclass(frozen=True)
class Place:
    """A database of one server: `objects` is the name of its claim and of its Secret, `account` that of the
    person's account and database; `has_root` gives the root account too. `folder` is where the notebook
    finds what the container tells."""

    database: Database
    objects: str
    account: str
    folder: str
    has_root: bool = False

    @property
    def data_folder(self) -> str:
        """On the volume: two databases of one server, for two images, don't meet."""
        return f"{VOLUME_PATH}/{self.database.slug}"


def container(place: Place, *, is_native: bool) -> dict[str, Any]:
    """The sidecar: an init container that goes on (Kubernetes 1.29 and later), else an ordinary one."""
    database = place.database
    ready = {"exec": {"command": probe_command(RUN_PATH)}, "periodSeconds": 1}
    script = ["/bin/sh", "-c", start_script(database.engine), NAME, *database.settings]
    made: dict[str, Any] = {
        "name": NAME,
        "image": database.image,
        # A kubelet replaces $(NAME) in a command, and $$ by $.
        "command": [text.replace("$", "$$") for text in script],
        "env": _environment(place),
        "resources": _resources(database.cpu, database.memory),
        "securityContext": {**_confined(), "runAsUser": database.uid, "runAsGroup": database.uid},
        "volumeMounts": [
            {"name": "database-data", "mountPath": VOLUME_PATH},
            {"name": "database-run", "mountPath": RUN_PATH},
            {"name": "database-tmp", "mountPath": TEMPORARY_PATH},
            {"name": "database-shared", "mountPath": SHARED_PATH},
            *_source_mounts(database.sources),
        ],
    }
    if is_native:
        return made | {
            "restartPolicy": "Always",
            "startupProbe": ready | {"failureThreshold": PROBE_FAILURES},
        }
    return made | {"readinessProbe": ready}


def download_container(
    place: Place, notebook_image: str, notebook_uid: int | None = None
) -> dict[str, Any] | None:
    """The init container that fetches first data; None where there is nothing to fetch."""
    wanted = downloads(place.database.sources)
    if not wanted:
        return None
    return {
        "name": DOWNLOAD,
        "image": notebook_image,
        "command": ["/bin/sh", "-c", 'python3 -c "$$DB_PROGRAM" || true'],
        "env": [
            {"name": "DB_PROGRAM", "value": PROGRAM.replace("$", "$$")},
            {"name": "DB_WANTED", "value": wanted.replace("$", "$$")},
            {"name": "DB_FOLDER", "value": place.data_folder},
            {"name": "DB_TARGET", "value": DOWNLOADS_PATH},
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
            **({} if notebook_uid is None else {"runAsUser": notebook_uid}),
        },
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "volumeMounts": [
            {"name": "database-data", "mountPath": VOLUME_PATH, "readOnly": True},
            {"name": "database-downloads", "mountPath": DOWNLOADS_PATH},
        ],
    }


def volumes(place: Place) -> list[dict[str, Any]]:
    """The volumes of the pod. What holds a password for a moment is in memory."""
    database = place.database
    data: dict[str, Any] = {"persistentVolumeClaim": {"claimName": place.objects}}
    if database.storage is None:
        data = {"emptyDir": {"sizeLimit": as_quantity(database.scratch or 0)}}
    made: list[dict[str, Any]] = [
        {"name": "database-data", **data},
        {"name": "database-run", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
        {"name": "database-tmp", "emptyDir": {}},
        {"name": "database-shared", "emptyDir": {"sizeLimit": "16Mi"}},
    ]
    if downloads(database.sources):
        made.append({"name": "database-downloads", "emptyDir": {}})
    return made + [_source_volume(source) for source in database.sources if source.kind != "url"]


def notebook_mount(place: Place) -> dict[str, Any]:
    """Where the notebook reads what the container tells: how to connect, and what is wrong."""
    return {"name": "database-shared", "mountPath": place.folder, "readOnly": True}


def annotations(place: Place) -> dict[str, str]:
    """What the pod says of its database: whoever deletes it reads the grace period there."""
    return {DATABASE_ANNOTATION: place.database.slug, GRACE_ANNOTATION: str(place.database.grace)}


def claim_manifest(
    place: Place, labels: Mapping[str, str], notes: Mapping[str, str]
) -> dict[str, Any] | None:
    """The claim; None for a scratch database."""
    database = place.database
    if database.storage is None:
        return None
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": as_quantity(database.storage)}},
    }
    if database.storage_class:
        spec["storageClassName"] = database.storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _metadata(place, labels, notes),
        "spec": spec,
    }


def secret_manifest(
    place: Place, labels: Mapping[str, str], notes: Mapping[str, str], passwords: tuple[str, str]
) -> dict[str, Any]:
    """The Secret, which outlives the pod as the data does: the person's password, and that of root."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": _metadata(place, labels, notes),
        "stringData": {PASSWORD: passwords[0], ROOT_PASSWORD: passwords[1]},
    }


def _metadata(place: Place, labels: Mapping[str, str], notes: Mapping[str, str]) -> dict[str, Any]:
    component = {"app.kubernetes.io/component": "database", "component": "database"}
    # Whose alone it is: a claim of the server may hold several databases.
    own = {DATABASE_ANNOTATION: place.database.suffix} if place.database.suffix else {}
    return {"name": place.objects, "labels": {**labels, **component}, "annotations": {**notes, **own}}


def from_secret(place: Place, name: str, key: str) -> dict[str, Any]:
    """A variable whose value is in the Secret, and never in the pod's own text."""
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": place.objects, "key": key}}}


def _environment(place: Place) -> list[dict[str, Any]]:
    database = place.database
    plain = {
        "DB_ENGINE": database.engine,
        "DB_NAME": place.account,
        "DB_FOLDER": place.data_folder,
        "DB_RUN": RUN_PATH,
        "DB_SHARED": SHARED_PATH,
        "DB_INITIAL": INITIAL_PATH,
        "DB_DOWNLOADS": DOWNLOADS_PATH,
        "DB_SOURCES": " ".join(source.key for source in database.sources),
        "DB_PORT": str(database.port),
        "DB_LOG_BYTES": str(database.log_bytes),
        "DB_START_SECONDS": str(START_SECONDS),
        "DB_MESSAGE": MESSAGE_PATH,
        "HOME": TEMPORARY_PATH,
        "TMPDIR": TEMPORARY_PATH,
    }
    root = (
        from_secret(place, "DB_ROOT_PASSWORD", ROOT_PASSWORD)
        if place.has_root
        else {"name": "DB_ROOT_PASSWORD", "value": ""}
    )
    return [
        *({"name": name, "value": value} for name, value in plain.items()),
        from_secret(place, "DB_PASSWORD", PASSWORD),
        root,
    ]


def _confined() -> dict[str, Any]:
    return {
        "runAsNonRoot": True,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _resources(cpu: Limits, memory: Limits) -> dict[str, dict[str, str]]:
    made: dict[str, dict[str, str]] = {}
    for key, part in (("requests", "guarantee"), ("limits", "limit")):
        cores, size = getattr(cpu, part), getattr(memory, part)
        values = {
            "cpu": f"{round(cores * 1000)}m" if cores else "",
            "memory": as_quantity(size) if size else "",
        }
        made[key] = {name: value for name, value in values.items() if value}
    return {key: values for key, values in made.items() if values}


def _source_mounts(sources: tuple[Source, ...]) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = []
    if downloads(sources):
        mounts.append({"name": "database-downloads", "mountPath": DOWNLOADS_PATH, "readOnly": True})
    for source in sources:
        if source.kind != "url":
            path = {"subPath": source.path} if source.path else {}
            where = f"{INITIAL_PATH}/{source.key}{_end_of(source)}"
            mounts.append({"name": source.key, "mountPath": where, "readOnly": True, **path})
    return mounts


def _end_of(source: Source) -> str:
    """A single file keeps its suffix, which says whether it is compressed."""
    name = source.path.rpartition("/")[2]
    return f"/{name}" if name.endswith((".sql", ".sql.gz")) else ""


def _source_volume(source: Source) -> dict[str, Any]:
    if source.kind == "config_map":
        return {"name": source.key, "configMap": {"name": source.name, "optional": True}}
    if source.kind == "secret":
        return {"name": source.key, "secret": {"secretName": source.name, "optional": True}}
    return {"name": source.key, "persistentVolumeClaim": {"claimName": source.name, "readOnly": True}}
