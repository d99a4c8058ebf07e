"""A pod as the chart's KubeSpawner makes it, and shorthands for routes."""

from copy import deepcopy

from libretexts_hub.domain.access import folded
from libretexts_hub.domain.placed_pod import placed, values_for
from libretexts_hub.domain.route_match import Asker
from libretexts_hub.domain.routes import Routes
from libretexts_hub.domain.routing import decide

CHART_TERM = {"key": "hub.jupyter.org/node-purpose", "operator": "In", "values": ["user"]}
CHART_TOLERATION = {"key": "hub.jupyter.org/dedicated", "operator": "Equal", "value": "user"}
NAMES = {"username": "alice", "unescaped_username": "Alice {x}", "user_server": "alice--lab"}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "jupyter-alice",
        "labels": {"component": "singleuser-server", "hub.jupyter.org/username": "alice"},
        "annotations": {"hub.jupyter.org/username": "alice"},
    },
    "spec": {
        "nodeSelector": {"disk": "ssd"},
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [CHART_TERM]}]
                }
            }
        },
        "tolerations": [CHART_TOLERATION],
        "containers": [
            {
                "name": "notebook",
                "resources": {
                    "limits": {"cpu": 2.0, "memory": 2147483648},
                    "requests": {"cpu": 0.2, "memory": 536870912},
                },
                "volumeMounts": [{"name": "home", "mountPath": "/home/jovyan"}],
            }
        ],
        "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "claim-alice"}}],
    },
}


def asker(*groups, **known):
    """A person in these groups, with what else is known of them."""
    return Asker(groups=folded(groups), **known)


def parse(routes, *args, **settings):
    """The routes of a hub whose menu is not known."""
    return Routes.parse(routes, *args, where="c.X", **settings)


def decided(place, *, groups=(), match=None):
    """The decision for one route with this place."""
    match = {"groups": list(groups)} if groups and match is None else match or {}
    return decide(parse({"r": {"match": match, "place": place}}), asker(*groups))


def pod_at(place, *, groups=(), pod=POD):
    """The sample pod on a route with this place."""
    decision = decided(place, groups=groups)
    return placed(deepcopy(pod), decision, values_for(decision, NAMES))
