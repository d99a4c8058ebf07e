"""How does the formgrader of a course run in a cluster? As a service of the hub, with a disk of its own.

A chart's hub can't start it: it runs as nobody in particular, in a pod without the files of a course. So each
is a Deployment, and the hub knows it by its address (https://jupyterhub.readthedocs.io/en/stable/reference/services.html).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from libretexts_hub.domain.course_pod import CONFIG_FILE, grader_config
from libretexts_hub.domain.course_roles import course_roles, service_roles
from libretexts_hub.domain.courses import Course
from libretexts_hub.domain.placeholders import group_slug

PORT = 8888
HOME = "/home/jovyan"
CONFIG_FOLDER = "/etc/libretexts-hub/nbgrader"
UID, GID = 1000, 100
# JupyterHub's own header lets no page show it in a frame, and formgrader is one: from 4.1 on it stays blank.
FRAMES = "frame-ancestors 'self'"


@dataclass(frozen=True)
class GraderSetting:
    """What all formgraders of a hub have in common: their image, with nbgrader and ngshare_exchange in it,
    the size of each disk, the namespace and address of the hub, the Secret with the services' tokens."""

    image: str
    storage: str = "5Gi"
    namespace: str = ""
    hub_api: str = "http://hub:8081/hub/api"
    base_url: str = "/"
    secret: str = "hub"  # noqa: S105 (the name of the chart's Secret)
    exchange: str = ""


def graded(courses: Iterable[Course]) -> list[Course]:
    """Those with a grader. One that is over keeps it: work is graded after the last day."""
    return [course for course in courses if course.has_grader]


def chart_values(courses: Iterable[Course], *, with_roles: bool = True) -> dict[str, Any]:
    """`hub.services` and `hub.loadRoles` for the chart, which makes the tokens. `with_roles` False: people
    get theirs by the login, and only the services' own are written."""
    listed = list(courses)
    services = {
        course.id: {"name": course.id, "url": f"http://{_name(course)}:{PORT}", "oauth_no_confirm": True}
        for course in graded(listed)
    }
    roles = [*(course_roles(listed) if with_roles else ()), *service_roles(listed)]
    return {"hub": {"services": services, "loadRoles": {role["name"]: role for role in roles}}}


def manifests(courses: Iterable[Course], setting: GraderSetting) -> list[dict[str, Any]]:
    """A claim, a ConfigMap, a Service and a Deployment for each course with a grader."""
    made = []
    for course in graded(courses):
        made += [
            _claim(course, setting),
            _config(course, setting),
            _service(course, setting),
            _deployment(course, setting),
        ]
    return made


def _name(course: Course) -> str:
    """Of all four objects; a Service has at most 63 letters."""
    return f"formgrader-{group_slug(course.id)}"


def _labels(course: Course) -> dict[str, str]:
    return {"app.kubernetes.io/name": "formgrader", "app.kubernetes.io/instance": _name(course)}


def _metadata(course: Course, setting: GraderSetting) -> dict[str, Any]:
    place = {"namespace": setting.namespace} if setting.namespace else {}
    return {"name": _name(course), **place, "labels": _labels(course)}


def _claim(course: Course, setting: GraderSetting) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": setting.storage}}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _metadata(course, setting),
        "spec": spec,
    }


def _config(course: Course, setting: GraderSetting) -> dict[str, Any]:
    root = f"c.CourseDirectory.root = {json.dumps(f'{HOME}/{course.id}')}\n"
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(course, setting),
        "data": {CONFIG_FILE: grader_config([course], setting.exchange, is_service=True) + root},
    }


def _service(course: Course, setting: GraderSetting) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(course, setting),
        "spec": {"selector": _labels(course), "ports": [{"name": "http", "port": PORT, "targetPort": PORT}]},
    }


def _deployment(course: Course, setting: GraderSetting) -> dict[str, Any]:
    # The chart's hub takes connections of pods with this label only.
    labels = {**_labels(course), "hub.jupyter.org/network-access-hub": "true"}
    volumes = [
        {"name": "home", "persistentVolumeClaim": {"claimName": _name(course)}},
        {"name": "config", "configMap": {"name": _name(course)}},
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(course, setting),
        "spec": {
            "replicas": 1,
            # Its disk can be mounted once.
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": _labels(course)},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "automountServiceAccountToken": False,
                    "securityContext": {"runAsUser": UID, "runAsGroup": GID, "fsGroup": GID},
                    "containers": [_container(course, setting)],
                    "volumes": volumes,
                },
            },
        },
    }


def _container(course: Course, setting: GraderSetting) -> dict[str, Any]:
    headers = json.dumps({"headers": {"Content-Security-Policy": FRAMES}})
    return {
        "name": "formgrader",
        "image": setting.image,
        "command": ["jupyterhub-singleuser", f"--ServerApp.tornado_settings={headers}"],
        "workingDir": HOME,
        "env": _environment(course, setting),
        "ports": [{"name": "http", "containerPort": PORT}],
        "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {
            "runAsNonRoot": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [
            {"name": "home", "mountPath": HOME},
            {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
        ],
    }


def _environment(course: Course, setting: GraderSetting) -> list[dict[str, Any]]:
    """What the hub would give a service that it starts itself."""
    base = f"/{setting.base_url.strip('/')}/".replace("//", "/")
    prefix = f"{base}services/{course.id}/"
    access = json.dumps([f"access:services!service={course.id}"])
    plain = {
        "JUPYTERHUB_SERVICE_NAME": course.id,
        "JUPYTERHUB_SERVICE_PREFIX": prefix,
        "JUPYTERHUB_SERVICE_URL": f"http://0.0.0.0:{PORT}{prefix}",
        "JUPYTERHUB_API_URL": setting.hub_api,
        "JUPYTERHUB_BASE_URL": base,
        "JUPYTERHUB_CLIENT_ID": f"service-{course.id}",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{prefix}oauth_callback",
        "JUPYTERHUB_OAUTH_SCOPES": access,
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": access,
        # nbgrader asks for the name of whoever runs it.
        "JUPYTERHUB_USER": course.id,
        "JUPYTERHUB_DEFAULT_URL": "/formgrader",
        "JUPYTER_CONFIG_PATH": CONFIG_FOLDER,
    }
    token = {"secretKeyRef": {"name": setting.secret, "key": f"hub.services.{course.id}.apiToken"}}
    return [
        *({"name": name, "value": value} for name, value in plain.items()),
        {"name": "JUPYTERHUB_API_TOKEN", "valueFrom": token},
    ]
