"""Does the example that operators start from do what it says?"""

from libretexts_hub.domain.placed_pod import placed
from libretexts_hub.domain.routing import decide
from tests.domain.sample_routes import POD, asker, parse

HPC = {
    "match": {"groups": ["physics:gpu"], "sizes": ["gpu"]},
    "place": {
        "node_selector": {"libretexts.org/pool": "hpc"},
        "tolerations": [{"key": "hpc", "operator": "Exists", "effect": "NoSchedule"}],
        "kueue_queue": "physics",
        "priority_class": "research",
        "replace": ["node_selector"],
    },
}


def test_the_pod_lands_there_tagged_and_queued():
    routes = parse({"hpc": HPC}, images=["default"], sizes=["small", "gpu"])
    pod = placed(POD, decide(routes, asker("physics:gpu", size="gpu")), {})
    assert pod["spec"]["nodeSelector"] == {"libretexts.org/pool": "hpc"}
    assert pod["spec"]["priorityClassName"] == "research"
    assert pod["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "physics"


def test_nobody_elses_does():
    routes = parse({"hpc": HPC})
    for who in (asker("physics:gpu", size="small"), asker("physics", size="gpu"), asker()):
        assert placed(POD, decide(routes, who), {})["spec"] == POD["spec"]
