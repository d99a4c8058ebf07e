"""Which settings of a pod are the privilege of a route?"""

from copy import deepcopy

import pytest

from libretexts_hub.domain.borrowed_places import Chart, borrowed
from libretexts_hub.domain.routing import decide
from libretexts_hub.domain.tolerations import tolerates_the_same
from tests.domain.sample_routes import CHART_TOLERATION, POD, asker, parse

HPC = {"key": "hpc", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}
ROUTES = {
    "hpc": {
        "match": {"groups": ["hpc"]},
        "place": {
            "node_selector": {"pool": "hpc"},
            "tolerations": [HPC],
            "priority_class": "research",
            "kueue_queue": "hpc",
        },
    },
    "near": {"match": {"groups": ["near"]}, "place": {"node_selector": {"pool": "hpc"}}},
}
CHART = Chart({"disk": "ssd"}, (CHART_TOLERATION,), namespace="hub")


def found(change, *groups, chart=CHART):
    """What a pod with this change has from other routes."""
    pod, routes = deepcopy(POD), parse(ROUTES)
    change(pod)
    return borrowed(pod, "hub", routes, decide(routes, asker(*groups)).route, chart)


def pool(pod):
    pod["spec"]["nodeSelector"]["pool"] = "hpc"


def taint(pod):
    pod["spec"]["tolerations"].append(HPC)


@pytest.mark.parametrize(
    ("change", "groups", "chart", "what"),
    [
        pytest.param(lambda pod: None, [], CHART, [], id="nothing"),
        pytest.param(pool, [], CHART, ["spec.nodeSelector: pool"], id="nodes"),
        pytest.param(pool, ["hpc"], CHART, [], id="own"),
        pytest.param(pool, ["near"], CHART, [], id="of-two-routes"),
        pytest.param(pool, [], Chart({"pool": "hpc"}, (CHART_TOLERATION,)), [], id="of-everybody"),
        pytest.param(taint, ["near"], CHART, ["spec.tolerations: hpc"], id="taint"),
        pytest.param(taint, ["hpc"], CHART, [], id="own-taint"),
        pytest.param(taint, [], Chart({}, (CHART_TOLERATION, HPC)), [], id="taint-of-everybody"),
        pytest.param(
            lambda pod: pod["spec"].update(priorityClassName="research"),
            [],
            CHART,
            ["spec.priorityClassName"],
            id="priority",
        ),
        pytest.param(lambda pod: pod["spec"].update(priorityClassName="low"), [], CHART, [], id="other"),
        pytest.param(
            lambda pod: pod["metadata"]["labels"].update({"kueue.x-k8s.io/queue-name": "hpc"}),
            ["near"],
            CHART,
            ["metadata.labels: kueue.x-k8s.io/queue-name"],
            id="queue",
        ),
        pytest.param(
            lambda pod: pod["spec"]["nodeSelector"].update(pool="x"), [], CHART, [], id="other-pool"
        ),
    ],
)
def test_what_is_borrowed(change, groups, chart, what):
    assert found(change, *groups, chart=chart) == what


@pytest.mark.parametrize(
    ("one", "same"),
    [
        pytest.param({"operator": "Exists"}, True, id="every-taint"),
        pytest.param({"key": "hpc", "operator": "Exists"}, True, id="key"),
        pytest.param({"key": "hpc", "value": "yes"}, True, id="equal"),
        pytest.param({"key": "hpc", "value": "no"}, False, id="other-value"),
        pytest.param({"key": "x", "operator": "Exists"}, False, id="other-key"),
        pytest.param({"key": "hpc", "operator": "Exists", "effect": "NoExecute"}, False, id="other-effect"),
        pytest.param({"operator": "Exists", "effect": "NoSchedule"}, True, id="same-effect"),
    ],
)
def test_which_tolerations_open_the_same_nodes(one, same):
    assert tolerates_the_same(one, HPC) is same
