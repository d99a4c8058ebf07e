"""What does a server get of courses, beside its image? Mounts, and where nbgrader exchanges."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from libretexts_hub.domain.courses import Course

VOLUME_PREFIX = "course-"
CONFIG_VOLUME = "course-nbgrader"
CONFIG_FOLDER = "/opt/libretexts-hub/course"
CONFIG_FILE = "nbgrader_config.py"
CONFIG_ANNOTATION = "libretexts.org/nbgrader-config"
COURSES_ANNOTATION = "libretexts.org/courses"
# Jupyter looks there before its own folders (https://docs.jupyter.org/en/latest/use/jupyter-directories.html).
CONFIG_PATH = "JUPYTER_CONFIG_PATH"
# What a server may ask the hub for, beside what every server may; JupyterHub gives it no more of these than
# its owner has.
GRADER_SCOPES = ("read:users:name!user", "read:users:groups!user", "list:services")
SERVER_SCOPES = ("users:activity!user", "access:servers!server")


def courses_here(
    courses: Iterable[Course], member_of: Collection[str], images: Collection[str], today: date
) -> tuple[Course, ...]:
    """The courses of a member of these folded groups that belong to a server with an image of these slugs.

    What a course brings goes with its own entry of the menu; without one, with every server of its people.
    """
    return tuple(
        course
        for course in courses
        if course.group in member_of
        and not course.is_over(today)
        and (not course.entry or course.entry in images)
    )


def mounts_of(
    courses: Sequence[Course], member_of: Collection[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The `volumes` of the pod, one for each claim, and the `volumeMounts` of the notebook.

    A kubelet may wait for ever for a claim that stands twice in one pod, so it never does. Of two courses
    that mount something at one place the first has it.
    """
    claims: dict[str, bool] = {}
    mounts: dict[str, dict[str, Any]] = {}
    for course in courses:
        is_instructor = course.instructor_group in member_of
        for mount in course.mounts:
            if mount.at in mounts:
                continue
            may_write = mount.writable_by(instructor=is_instructor)
            claims[mount.claim] = claims.get(mount.claim, False) or may_write
            made: dict[str, Any] = {"name": _volume(mount.claim, claims), "mountPath": mount.at}
            made |= {"subPath": mount.path} if mount.path else {}
            mounts[mount.at] = made | ({} if may_write else {"readOnly": True})
    volumes = [
        {
            "name": _volume(claim, claims),
            "persistentVolumeClaim": {"claimName": claim, **({} if may_write else {"readOnly": True})},
        }
        for claim, may_write in claims.items()
    ]
    return volumes, list(mounts.values())


def _volume(claim: str, claims: Mapping[str, bool]) -> str:
    """A name of a volume is shorter than that of a claim may be, and has no dots."""
    return f"{VOLUME_PREFIX}{list(claims).index(claim)}"


def grader_config(courses: Sequence[Course], exchange: str, *, is_service: bool = False) -> str:
    """nbgrader's configuration for a server of these courses; empty where none has a grader.

    ngshare is the exchange (https://ngshare.readthedocs.io/): on a shared volume all servers have one uid,
    and students would read each other's work. In a server of several courses nbgrader lists them all. A
    service (`is_service`) is no person of the hub, so nbgrader can't look up its courses: it has but one.
    """
    graded = [course.id for course in courses if course.has_grader]
    if not graded:
        return ""
    address = json.dumps(exchange) if exchange else "None"
    by_groups = ("from nbgrader.auth import JupyterHubAuthPlugin",) if not is_service else ()
    plugin = ("c.Authenticator.plugin_class = JupyterHubAuthPlugin",) if not is_service else ()
    return "\n".join(
        (
            *by_groups,
            "from ngshare_exchange import configureExchange",
            "",
            "c = get_config()",
            f"configureExchange(c, {address})",
            *plugin,
            f"c.CourseDirectory.course_id = {json.dumps(graded[0] if len(graded) == 1 else '*')}",
            "",
        )
    )


def server_scopes(courses: Sequence[Course], exchange_service: str) -> list[str]:
    """What the token of such a server asks for; empty leaves it to JupyterHub's role `server`."""
    graded = [course.id for course in courses if course.has_grader]
    if not graded:
        return []
    services = [scope for name in graded for scope in service_scopes(name)]
    exchange = [f"access:services!service={exchange_service}"] if exchange_service else []
    return [*SERVER_SCOPES, *GRADER_SCOPES, *services, *exchange]


def service_scopes(name: str) -> tuple[str, str]:
    """To find a service and to use it."""
    return f"read:services!service={name}", f"access:services!service={name}"


def config_volume() -> dict[str, Any]:
    """The configuration as a file: it is the pod's own annotation."""
    item = {"path": CONFIG_FILE, "fieldRef": {"fieldPath": f"metadata.annotations['{CONFIG_ANNOTATION}']"}}
    return {"name": CONFIG_VOLUME, "downwardAPI": {"items": [item]}}


def config_mount() -> dict[str, Any]:
    """Where the notebook finds it."""
    return {"name": CONFIG_VOLUME, "mountPath": CONFIG_FOLDER, "readOnly": True}


def config_path(written: str) -> str:
    """The variable with our folder: what the operator wrote comes first, and wins."""
    return ":".join(filter(None, (written, CONFIG_FOLDER)))


def annotations(courses: Sequence[Course], config: str) -> dict[str, str]:
    """What the pod says of its courses."""
    made = {COURSES_ANNOTATION: ",".join(course.id for course in courses)} if courses else {}
    return made | ({CONFIG_ANNOTATION: config} if config else {})
