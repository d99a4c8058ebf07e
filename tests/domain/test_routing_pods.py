"""What does a route make of a pod, and what is taken back from a hook?"""

from copy import deepcopy

import pytest

from libretexts_hub.domain.node_affinity import can_match_a_node
from libretexts_hub.domain.placed_pod import placed, placeholders_of
from libretexts_hub.domain.placement_check import excess
from libretexts_hub.domain.routing import decide
from tests.domain.sample_routes import CHART_TERM, CHART_TOLERATION, POD, asker, decided, parse, pod_at
from tests.golden_files import check_golden

HPC = {"key": "hpc", "operator": "Exists", "effect": "NoSchedule"}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def terms(pod):
    """The required terms of a pod's node affinity."""
    return pod["spec"]["affinity"]["nodeAffinity"][REQUIRED]["nodeSelectorTerms"]


def resources(pod):
    """Those of the notebook."""
    return pod["spec"]["containers"][0]["resources"]


def test_the_pod_that_was_given_is_not_changed():
    before = deepcopy(POD)
    pod_at({"node_selector": {"a": "b"}, "gpu": {}, "labels": {"x": "y"}, "tolerations": [HPC]})
    assert before == POD


def test_no_route_leaves_only_a_reason():
    pod = placed(POD, decide(parse({"r": {"match": {"groups": ["a"]}}}), asker()), {})
    reason = pod["metadata"]["annotations"].pop("libretexts.org/route-reason")
    assert reason == "no route: no route matches; r asks for a"
    assert pod == POD


@pytest.mark.parametrize(
    ("replace", "selector", "tolerations"),
    [
        pytest.param([], {"disk": "ssd", "pool": "hpc"}, [CHART_TOLERATION, HPC], id="merged"),
        pytest.param(["node_selector"], {"pool": "hpc"}, [CHART_TOLERATION, HPC], id="selector"),
        pytest.param(["tolerations"], {"disk": "ssd", "pool": "hpc"}, [HPC], id="tolerations"),
    ],
)
def test_merged_with_the_chart_unless_replaced(replace, selector, tolerations):
    place = {"node_selector": {"pool": "hpc"}, "tolerations": [HPC, CHART_TOLERATION], "replace": replace}
    spec = pod_at(place)["spec"]
    assert spec["nodeSelector"] == selector
    assert [each for each in spec["tolerations"] if each in tolerations] == tolerations


def test_nothing_of_the_chart_may_be_left():
    pod = pod_at({"replace": ["node_selector", "tolerations", "node_affinity"]})
    assert (pod["spec"]["nodeSelector"], pod["spec"]["tolerations"]) == ({}, [])
    assert pod["spec"]["affinity"] == {}


def test_both_the_charts_and_our_terms_must_hold():
    ours = {"required": [{"matchExpressions": [{"key": "z", "operator": "Exists"}]}] * 2}
    found = terms(pod_at({"node_affinity": ours}))
    assert found == [{"matchExpressions": [CHART_TERM, {"key": "z", "operator": "Exists"}]}] * 2


def test_a_short_form_of_required_labels():
    assert terms(pod_at({"node_affinity": {"required": {"zone": ["a", "b"], "gpu": "yes"}}})) == [
        {
            "matchExpressions": [
                CHART_TERM,
                {"key": "zone", "operator": "In", "values": ["a", "b"]},
                {"key": "gpu", "operator": "In", "values": ["yes"]},
            ]
        }
    ]


def test_cpu_and_memory_stay_when_devices_are_added():
    extra = {"resources": {"limits": {"example.org/fpga": 2}, "claims": [{"name": "gpu"}]}}
    place = {"gpu": {"count": 2}, "pod": {"containers": {"notebook": extra}}}
    assert resources(pod_at(place)) == {
        "limits": {"cpu": 2.0, "memory": 2147483648, "nvidia.com/gpu": "2", "example.org/fpga": "2"},
        "requests": {"cpu": 0.2, "memory": 536870912, "nvidia.com/gpu": "2"},
        "claims": [{"name": "gpu"}],
    }


def test_what_a_size_asked_for_stays():
    pod = deepcopy(POD)
    pod["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] = "4"
    assert resources(pod_at({"gpu": {"count": 1}}, pod=pod))["limits"]["nvidia.com/gpu"] == "4"


def test_the_rest_of_a_pod_is_merged():
    pod = deepcopy(POD)
    pod["spec"] |= {"securityContext": {"fsGroup": 100}, "priority": 0, "hostAliases": [{"ip": "1.1.1.1"}]}
    raw = {
        "runtimeClassName": "nvidia",
        "securityContext": {"runAsUser": 1000},
        "hostAliases": [{"ip": "2.2.2.2"}],
    }
    spec = pod_at({"pod": raw, "priority_class": "research"}, pod=pod)["spec"]
    assert spec["runtimeClassName"] == "nvidia"
    assert spec["securityContext"] == {"fsGroup": 100, "runAsUser": 1000}
    assert spec["hostAliases"] == [{"ip": "1.1.1.1"}, {"ip": "2.2.2.2"}]
    assert spec["priorityClassName"] == "research"
    assert "priority" not in spec


def test_names_are_filled_in_and_never_read_for_braces():
    place = {
        "kueue_queue": "q-{group}",
        "network_class": "lab",
        "labels": {"team": "{group}", "who": "{username}"},
        "annotations": {"example.org/note": "{unescaped_group} of {unescaped_username} {{x}}"},
    }
    metadata = pod_at(place, groups=["Physics:GPU/../x"])["metadata"]
    assert metadata["labels"]["team"].startswith("physics-gpu-x---")
    assert metadata["labels"]["kueue.x-k8s.io/queue-name"] == f"q-{metadata['labels']['team']}"
    assert metadata["labels"]["libretexts.org/network-class"] == "lab"
    assert metadata["labels"]["libretexts.org/route"] == "r"
    assert metadata["labels"]["component"] == "singleuser-server"
    assert metadata["annotations"]["example.org/note"] == "Physics:GPU/../x of Alice {x} {x}"
    assert "Physics:GPU" in metadata["annotations"]["libretexts.org/route-reason"]


def test_a_directory_for_each_group():
    volumes = {
        "shared": {
            "claim": "shared-{group}",
            "mount": "/shared/{group}",
            "sub_path": "all",
            "read_only": True,
        },
        "nfs": {"nfs": {"server": "nas", "path": "/x"}, "mount": "/nas"},
        "tmp": {"source": {"emptyDir": {"medium": "Memory"}}, "mount": "/fast"},
    }
    spec = pod_at({"volumes": volumes}, groups=["a", "b"])["spec"]
    assert spec["volumes"][1:] == [
        {
            "name": "route-shared-0",
            "persistentVolumeClaim": {"claimName": "shared-a", "readOnly": True},
        },
        {
            "name": "route-shared-1",
            "persistentVolumeClaim": {"claimName": "shared-b", "readOnly": True},
        },
        {"name": "route-nfs", "nfs": {"server": "nas", "path": "/x"}},
        {"name": "route-tmp", "emptyDir": {"medium": "Memory"}},
    ]
    assert [each["mountPath"] for each in spec["containers"][0]["volumeMounts"]] == [
        *("/home/jovyan", "/shared/a", "/shared/b", "/nas", "/fast")
    ]


def test_names_of_volumes_never_meet():
    volumes = {
        "a": {"claim": "a-{group}", "mount": "/a/{group}"},
        "a-0": {"claim": "b", "mount": "/b"},
        "a.0": {"claim": "c", "mount": "/c"},
    }
    spec = pod_at({"volumes": volumes}, groups=["g"])["spec"]
    assert len({each["name"] for each in spec["volumes"]}) == 4


@pytest.mark.parametrize("group", ["../../etc", "a/b", "..", "ÄÖÜ", "x" * 300, "{username}", "\u202e"])
def test_a_group_of_any_name_stays_in_its_place(group):
    place = {"volumes": {"v": {"claim": "g-{group}", "mount": "/shared/{group}", "sub_path": "{group}"}}}
    [mount] = pod_at(place, groups=[group])["spec"]["containers"][0]["volumeMounts"][1:]
    assert mount["mountPath"].count("/") == 2
    assert mount["subPath"].replace("-", "").isalnum()
    assert mount["subPath"].isascii()
    assert len(mount["subPath"]) <= 63


def test_only_names_that_are_needed_are_asked_for():
    decision = decided({"environment": {"A": "{pod_name}"}, "labels": {"b": "{username}"}})
    assert placeholders_of(decision.route) == {"pod_name", "username"}


@pytest.mark.parametrize(
    ("expressions", "possible"),
    [
        pytest.param([("a", "In", ["x"])], True, id="in"),
        pytest.param([("a", "In", ["y"])], False, id="another"),
        pytest.param([("a", "NotIn", ["x"])], False, id="not-in"),
        pytest.param([("a", "DoesNotExist", [])], False, id="absent"),
        pytest.param([("b", "Exists", []), ("b", "DoesNotExist", [])], False, id="both"),
        pytest.param([("b", "NotIn", ["x"]), ("c", "Gt", ["3"])], True, id="others"),
        pytest.param([("b", "In", ["x"]), ("b", "In", ["y"])], False, id="no-value-left"),
    ],
)
def test_whether_any_node_could_match(expressions, possible):
    listed = [{"key": key, "operator": operator, "values": values} for key, operator, values in expressions]
    node = {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": listed}]}}
    assert can_match_a_node({"nodeSelector": {"a": "x"}, "affinity": {"nodeAffinity": node}}) is possible


# The last check
# ---------------------------------------------------------------------------------------------

ROUTES = {
    "hpc": {
        "match": {"groups": ["hpc"]},
        "place": {
            "node_selector": {"pool": "hpc"},
            "node_affinity": {"preferred": [{"weight": 1, "preference": {"matchExpressions": [
                {"key": "rack", "operator": "Exists"}]}}]},
            "tolerations": [HPC],
            "labels": {"account": "hpc"},
            "caps": {"cpu": 4, "memory": "4Gi"},
            "volumes": {"v": {"claim": "shared-{group}", "mount": "/{group}"}},
            "pod": {"hostIPC": True},
        },
    }
}  # fmt: skip


def checked(change, *groups):
    """What the check says of the sample pod once `change` was made to it after its route was applied."""
    routes = parse(ROUTES)
    decision = decide(routes, asker(*groups))
    sealed = placed(POD, decision, {"group": "hpc"})
    final = deepcopy(sealed)
    change(final)
    return excess(sealed, final, routes, decision.route, "hub")


def test_a_pod_as_it_was_placed_may_be_made():
    assert checked(lambda pod: None) == []
    assert checked(lambda pod: None, "hpc") == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(lambda pod: pod["spec"]["nodeSelector"].update(pool="hpc"), "pool", id="node"),
        pytest.param(lambda pod: pod["spec"]["nodeSelector"].update(rack="1"), "rack", id="steering-label"),
        pytest.param(lambda pod: pod["spec"]["nodeSelector"].clear(), "disk", id="less-selected"),
        pytest.param(lambda pod: pod["spec"]["tolerations"].append(HPC), "hpc", id="toleration"),
        pytest.param(
            lambda pod: pod["spec"]["tolerations"].append({"operator": "Exists"}), "Exists", id="all-taints"
        ),
        pytest.param(lambda pod: pod["spec"].pop("affinity"), "affinity", id="affinity"),
        pytest.param(lambda pod: pod["spec"].update(priorityClassName="x"), "priorityClass", id="priority"),
        pytest.param(lambda pod: pod["spec"].update(nodeName="n"), "nodeName", id="node-name"),
        pytest.param(lambda pod: pod["spec"].update(runtimeClassName="n"), "runtimeClass", id="runtime"),
        pytest.param(lambda pod: pod["spec"].update(serviceAccountName="a"), "serviceAccount", id="account"),
        pytest.param(lambda pod: pod["spec"].update(hostIPC=True), "hostIPC", id="what-a-route-has"),
        pytest.param(
            lambda pod: pod["metadata"]["labels"].update({"kueue.x-k8s.io/queue-name": "q"}),
            "queue",
            id="queue",
        ),
        pytest.param(lambda pod: pod["metadata"]["labels"].update(account="hpc"), "account", id="label"),
        pytest.param(lambda pod: pod["metadata"]["annotations"].clear(), "route-reason", id="reason"),
        pytest.param(lambda pod: pod["metadata"].update(namespace="other"), "namespace", id="namespace"),
        pytest.param(lambda pod: resources(pod)["limits"].update({"x.org/gpu": 1}), "x.org/gpu", id="gpu"),
        pytest.param(
            lambda pod: pod["spec"].update(
                initContainers=[{"resources": {"limits": {"nvidia.com/gpu": "1"}}}]
            ),
            "nvidia.com/gpu",
            id="gpu-elsewhere",
        ),
        pytest.param(lambda pod: resources(pod).update(claims=[{"name": "g"}]), "claims: g", id="claim"),
        pytest.param(
            lambda pod: pod["spec"]["volumes"].append(
                {"name": "v", "persistentVolumeClaim": {"claimName": "shared-hpc"}}
            ),
            "shared-hpc",
            id="volume",
        ),
    ],
)
def test_what_a_hook_can_not_give(change, what):
    [found] = checked(change)
    assert what in found


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pod: pod["spec"]["nodeSelector"].update(arch="arm64"), id="other-label"),
        pytest.param(lambda pod: pod["spec"]["tolerations"].clear(), id="fewer-tolerations"),
        pytest.param(lambda pod: pod["metadata"]["labels"].update(mine="x"), id="own-label"),
        pytest.param(lambda pod: resources(pod)["limits"].update(cpu="8", memory="1Ti"), id="no-cap"),
        pytest.param(lambda pod: pod["spec"]["containers"].append({"name": "x"}), id="container"),
        pytest.param(
            lambda pod: pod["spec"]["volumes"].append(
                {"name": "v", "persistentVolumeClaim": {"claimName": "class-data"}}
            ),
            id="own-volume",
        ),
    ],
)
def test_what_a_hook_may_do(change):
    assert checked(change) == []


@pytest.mark.parametrize(
    ("limits", "over"),
    [
        pytest.param({"cpu": "4", "memory": "4Gi"}, [], id="at-the-cap"),
        pytest.param({"cpu": "4001m", "memory": "1Gi"}, ["cpu"], id="cpu"),
        pytest.param({"cpu": 1, "memory": "4.1Gi"}, ["memory"], id="memory"),
        pytest.param({}, ["cpu", "memory"], id="none"),
        pytest.param({"cpu": "lots", "memory": 1}, ["cpu"], id="unreadable"),
    ],
)
def test_a_hook_does_not_lift_a_cap(limits, over):
    found = checked(lambda pod: resources(pod).update(limits=limits), "hpc")
    assert [each.split()[2] for each in found] == over


# Whole manifests
# ---------------------------------------------------------------------------------------------

EVERYTHING = {
    "node_selector": {"libretexts.org/pool": "hpc"},
    "node_affinity": {
        "required": {"topology.kubernetes.io/zone": ["a", "b"]},
        "preferred": [
            {"weight": 10, "preference": {"matchExpressions": [{"key": "new", "operator": "Exists"}]}}
        ],
    },
    "tolerations": [HPC],
    "priority_class": "research",
    "kueue_queue": "physics",
    "gpu": {"count": 2},
    "pod": {
        "runtimeClassName": "nvidia",
        "schedulerName": "binpack",
        "resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "gpu"}],
        "containers": {"notebook": {"resources": {"claims": [{"name": "gpu"}]}}},
    },
    "labels": {"example.org/account": "{group}"},
    "annotations": {"example.org/who": "{unescaped_username}"},
    "network_class": "physics",
    "volumes": {"shared": {"claim": "shared-{group}", "mount": "/shared/{group}"}},
}


@pytest.mark.parametrize(
    ("name", "keys", "replace"),
    [
        pytest.param("everything", list(EVERYTHING), [], id="everything"),
        pytest.param("replaced", list(EVERYTHING), ["node_selector", "tolerations", "node_affinity"], id="r"),
        pytest.param("queue", ["kueue_queue", "labels"], [], id="queue"),
        pytest.param("devices", ["gpu", "pod"], [], id="devices"),
        pytest.param("nodes", ["node_selector", "node_affinity", "tolerations"], [], id="nodes"),
        pytest.param("shared", ["volumes", "network_class"], [], id="shared"),
        pytest.param("nothing", [], [], id="nothing"),
    ],
)
def test_whole_manifests(request, name, keys, replace):
    place = {key: EVERYTHING[key] for key in keys} | {"replace": replace}
    check_golden(request.config, f"routing/{name}", pod_at(place, groups=["physics:gpu", "astro"]))
