"""Which API does this server offer? What clients read before they ask for anything."""

import platform
import sys
from typing import Any

from libretexts_hub.local_cluster.resources import ALL, Resource

GIT_VERSION = "v1.36.3+libretexts-local"
Answer = dict[str, Any]


def version() -> Answer:
    """/version: the Kubernetes release whose API this is."""
    return {
        "major": "1",
        "minor": "36",
        "gitVersion": GIT_VERSION,
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": f"python{platform.python_version()}",
        "compiler": sys.implementation.name,
        "platform": f"{sys.platform}/{platform.machine()}",
    }


def _group(name: str) -> Answer:
    entry = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [entry], "preferredVersion": entry}


GROUPS = ("authorization.k8s.io", "coordination.k8s.io")


def _resource(resource: Resource) -> list[Answer]:
    entry: Answer = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    return [entry, *(_subresource(resource, name) for name in resource.subresources)]


def _subresource(resource: Resource, name: str) -> Answer:
    return {
        "name": f"{resource.plural}/{name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": ["get"] if name == "log" else ["get", "patch", "update"],
    }


REVIEW = {
    "name": "selfsubjectaccessreviews",
    "singularName": "selfsubjectaccessreview",
    "namespaced": False,
    "kind": "SelfSubjectAccessReview",
    "verbs": ["create"],
}


def _resources(group: str) -> Answer:
    entries = [entry for resource in ALL if resource.group == group for entry in _resource(resource)]
    if group == "authorization.k8s.io":
        entries.append(REVIEW)
    entries.sort(key=lambda entry: str(entry["name"]))
    name = f"{group}/v1" if group else "v1"
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": entries}


def _openapi(group: str) -> Answer:
    """Just enough for kubectl to see that the server checks fields itself, so that it need not."""
    paths = {}
    for resource in ALL:
        if resource.group == group:
            kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
            operation = {
                "x-kubernetes-action": "patch",
                "x-kubernetes-group-version-kind": kind,
                "parameters": [
                    {"name": name, "in": "query", "schema": {"type": "string"}}
                    for name in ("dryRun", "fieldValidation")
                ],
                "responses": {"200": {"description": "OK"}},
            }
            paths[f"/{resource.plural}/{{name}}"] = {"patch": operation}
    info = {"title": "Kubernetes", "version": GIT_VERSION}
    return {"openapi": "3.0.0", "info": info, "paths": paths}


def documents() -> dict[str, Answer]:
    """Every document of discovery, by path."""
    answers: dict[str, Answer] = {
        "/version": version(),
        "/api": {
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}],
        },
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name) for name in GROUPS]},
        "/api/v1": _resources(""),
        "/openapi/v3/api/v1": _openapi(""),
    }
    for name in GROUPS:
        answers[f"/apis/{name}"] = {"kind": "APIGroup", "apiVersion": "v1"} | _group(name)
        answers[f"/apis/{name}/v1"] = _resources(name)
        answers[f"/openapi/v3/apis/{name}/v1"] = _openapi(name)
    prefix = "/openapi/v3"
    listed = {
        path.removeprefix(prefix + "/"): {"serverRelativeURL": path}
        for path in answers
        if path.startswith(prefix)
    }
    answers[prefix] = {"paths": listed}
    return answers
