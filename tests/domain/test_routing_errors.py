"""Is a wrong route refused when the hub starts, with its place and a way out?"""

import pytest

from libretexts_hub.domain.placed_pod import placed, values_for
from libretexts_hub.domain.routing import decide
from libretexts_hub.errors import ConfigurationError
from tests.domain.sample_routes import asker, decided, parse

TERM = {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}
IN_GROUPS = {"groups": ["physics"]}


def refusal(routes, *args, **settings):
    with pytest.raises(ConfigurationError) as refused:
        parse(routes, *args, **settings)
    return refused.value


@pytest.mark.parametrize(
    ("route", "where", "words"),
    [
        pytest.param({"plase": {}}, "", "'place'", id="key"),
        pytest.param({"match": {"group": ["a"]}}, ".match", "'groups'", id="match-key"),
        pytest.param({"match": {"groups": "a"}}, ".match.groups", "list", id="text"),
        pytest.param({"match": {"sizes": []}}, ".match.sizes", "empty", id="no-size"),
        pytest.param({"match": {"admin": "yes"}}, ".match.admin", "true or false", id="admin"),
        pytest.param({"match": {"claims": {"idp": []}}}, ".match.claims", "no value", id="claim"),
        pytest.param({"choose": 1}, ".choose", "true or false", id="choose"),
        pytest.param({"order": "first"}, ".order", "whole number", id="order"),
    ],
)
def test_a_wrong_route(route, where, words):
    error = refusal({"r": route})
    assert error.where == f"c.X.routes['r']{where}"
    assert words in str(error)


@pytest.mark.parametrize(
    ("place", "where", "words"),
    [
        pytest.param({"node_selectr": {}}, "", "'node_selector'", id="key"),
        pytest.param({"node_selector": {"a": True}}, ".node_selector['a']", '"true"', id="yaml-true"),
        pytest.param({"node_selector": {"a": "x" * 64}}, ".node_selector['a']", "63", id="long"),
        pytest.param({"node_selector": {"a": "b c"}}, ".node_selector['a']", "not a label", id="space"),
        pytest.param({"node_selector": {"-": "b"}}, ".node_selector['-']", "not a key", id="label-key"),
        pytest.param({"node_selector": []}, ".node_selector", "mapping", id="list"),
        pytest.param({"tolerations": {"a": 1}}, ".tolerations", "mapping", id="toleration"),
        pytest.param({"tolerations": 1}, ".tolerations", "list", id="tolerations"),
        pytest.param({"tolerations": [{"value": "x"}]}, ".tolerations[0]", "'key'", id="no-key"),
        pytest.param(
            {"tolerations": [{"key": "a", "operator": "Is"}]}, ".tolerations[0].operator", "Exists", id="op"
        ),
        pytest.param(
            {"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]},
            ".tolerations[0].value",
            "no value",
            id="exists-value",
        ),
        pytest.param(
            {"tolerations": [{"key": "a", "efect": "NoSchedule"}]}, ".tolerations[0]", "'effect'", id="efect"
        ),
        pytest.param(
            {"tolerations": [{"key": "a", "effect": "Never"}]},
            ".tolerations[0].effect",
            "NoExecute",
            id="eff",
        ),
        pytest.param(
            {"tolerations": [{"key": "a", "tolerationSeconds": 3}]}, ".tolerations[0]", "NoExecute", id="sec"
        ),
        pytest.param({"node_affinity": {"require": []}}, ".node_affinity", "'required'", id="affinity"),
        pytest.param({"node_affinity": {"required": [{}]}}, ".node_affinity.required[0]", "empty", id="term"),
        pytest.param({"node_affinity": {"required": "x"}}, ".node_affinity.required", "list", id="terms"),
        pytest.param(
            {"node_affinity": {"required": {"a": []}}}, ".node_affinity.required['a']", "value", id="none"
        ),
        pytest.param(
            {"node_affinity": {"preferred": [{"weight": 0, "preference": TERM}]}},
            ".node_affinity.preferred[0]",
            "1 to 100",
            id="weight",
        ),
        pytest.param(
            {"node_selector": {"a": "c"}, "node_affinity": {"required": [TERM]}}, "", "exclude", id="no-node"
        ),
        pytest.param({"priority_class": "High"}, ".priority_class", "lower-case", id="priority"),
        pytest.param({"kueue_queue": "a b"}, ".kueue_queue", "label", id="queue"),
        pytest.param({"gpu": {"resource": "gpu"}}, ".gpu.resource", "nvidia.com/gpu", id="gpu"),
        pytest.param({"gpu": {"count": 0}}, ".gpu.count", "1 to 64", id="count"),
        pytest.param({"caps": {"memory": "2G"}}, ".caps.memory", "two readings", id="cap"),
        pytest.param({"caps": {"cpu": "lots"}}, ".caps.cpu", "quantity", id="cores"),
        pytest.param({"caps": {"cpus": 1}}, ".caps", "'cpu'", id="cap-key"),
        pytest.param({"start_timeout": 300}, ".start_timeout", "duration", id="timeout"),
        pytest.param({"start_timeout": "2d"}, ".start_timeout", "one day", id="long-timeout"),
        pytest.param({"servers": {"total": 0}}, ".servers.total", "nobody", id="servers"),
        pytest.param({"servers": 3}, ".servers", "mapping", id="servers-number"),
        pytest.param({"replace": ["labels"]}, ".replace", "node_selector", id="replace"),
        pytest.param({"namespace": "Hpc"}, ".namespace", "lower-case", id="namespace"),
        pytest.param({"service_account": "a_b"}, ".service_account", "name", id="account"),
        pytest.param({"network_class": "x" * 64}, ".network_class", "63", id="network"),
        pytest.param({"labels": {"app": "x"}}, ".labels['app']", "set by others", id="app"),
        pytest.param(
            {"labels": {"kueue.x-k8s.io/queue-name": "x"}},
            ".labels['kueue.x-k8s.io/queue-name']",
            "kueue_queue",
            id="queue-label",
        ),
        pytest.param({"labels": {"a": "{usrname}"}}, ".labels['a']", "'username'", id="placeholder"),
        pytest.param({"labels": {"a": "{"}}, ".labels['a']", "brace", id="brace"),
        pytest.param({"labels": {"a": "{username.x}"}}, ".labels['a']", "can't be filled", id="attribute"),
        pytest.param({"labels": {"a": "{unescaped_username}"}}, ".labels['a']", "filled in", id="unescaped"),
        pytest.param({"labels": {"a": "{group}"}}, ".labels['a']", "asks for no group", id="no-group"),
        pytest.param(
            {"annotations": {"hub.jupyter.org/username": "x"}},
            ".annotations['hub.jupyter.org/username']",
            "set by others",
            id="their-annotation",
        ),
        pytest.param(
            {"environment": {"JUPYTERHUB_API_TOKEN": "x"}},
            ".environment.JUPYTERHUB_API_TOKEN",
            "JupyterHub",
            id="their-variable",
        ),
        pytest.param({"environment": {"A": "{b}"}}, ".environment.A", "filled in", id="variable"),
        pytest.param({"pod": {"runtimeClass": "x"}}, ".pod", "'runtimeClassName'", id="pod-key"),
        pytest.param({"pod": {"runtimeClassName": 3}}, ".pod.runtimeClassName", "text", id="pod-text"),
        pytest.param({"pod": {"hostIPC": "yes"}}, ".pod.hostIPC", "true or false", id="pod-flag"),
        pytest.param({"pod": {"securityContext": 1}}, ".pod.securityContext", "mapping", id="pod-mapping"),
        pytest.param({"pod": {"resourceClaims": ["a"]}}, ".pod.resourceClaims", "list", id="pod-list"),
        pytest.param(
            {"pod": {"activeDeadlineSeconds": "1h"}}, ".pod.activeDeadlineSeconds", "whole", id="pod-number"
        ),
        pytest.param({"pod": {"tolerations": []}}, ".pod", "Write tolerations", id="pod-tolerations"),
        pytest.param(
            {"pod": {"affinity": {"nodeAffinity": {}}}}, ".pod.affinity", "node_affinity", id="pod-affinity"
        ),
        pytest.param(
            {"pod": {"containers": [{"name": "x"}]}}, ".pod.containers", "resources", id="container"
        ),
        pytest.param(
            {"pod": {"containers": {"notebook": {"image": "x"}}}},
            ".pod.containers.notebook",
            "'image'",
            id="container-image",
        ),
        pytest.param(
            {"pod": {"containers": {"notebook": {"resources": {"limits": {"cpu": 9}}}}}},
            ".pod.containers.notebook.resources.limits.cpu",
            "does not replace cpu",
            id="container-cpu",
        ),
        pytest.param(
            {"pod": {"containers": {"notebook": {"resources": {"limits": {"nvidia.com/gpu": 0.5}}}}}},
            ".pod.containers.notebook.resources.limits.nvidia.com/gpu",
            "whole number",
            id="half-a-device",
        ),
    ],
)
def test_a_wrong_place(place, where, words):
    error = refusal({"r": {"place": place}})
    assert error.where == f"c.X.routes['r'].place{where}"
    assert words in str(error)


@pytest.mark.parametrize(
    ("volume", "where", "words"),
    [
        pytest.param({"mount": "/x"}, "", "exactly one", id="no-source"),
        pytest.param({"mount": "/x", "claim": "a", "nfs": {}}, "", "exactly one", id="two-sources"),
        pytest.param({"claim": "a"}, ".mount", "missing", id="no-mount"),
        pytest.param({"claim": "a", "mount": "x"}, ".mount", "absolute", id="relative"),
        pytest.param({"claim": "a", "mount": "/"}, ".mount", "absolute", id="root"),
        pytest.param({"claim": "a", "mount": "/a/../b"}, ".mount", "without ..", id="up"),
        pytest.param({"claim": "a", "mount": "/x", "sub_path": "/y"}, ".sub_path", "below", id="sub-path"),
        pytest.param({"claim": "A", "mount": "/x"}, ".claim", "lower-case", id="claim"),
        pytest.param({"claim": "g-{unescaped_group}", "mount": "/x"}, ".claim", "filled in", id="unescaped"),
        pytest.param({"claim": "g-{group}", "mount": "/x"}, ".mount", "{group}", id="one-place"),
        pytest.param({"source": {"a": 1, "b": 2}, "mount": "/x"}, ".source", "one mapping", id="source"),
    ],
)
def test_a_wrong_volume(volume, where, words):
    error = refusal({"r": {"match": IN_GROUPS, "place": {"volumes": {"v": volume}}}})
    assert error.where == f"c.X.routes['r'].place.volumes['v']{where}"
    assert words in str(error)


def test_two_volumes_at_one_place():
    volumes = {"v": {"claim": "a", "mount": "/x"}, "w": {"claim": "b", "mount": "/x"}}
    assert "one place" in str(refusal({"r": {"place": {"volumes": volumes}}}))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, {"groups": ["a"]}, id="everybody"),
        pytest.param({"groups": ["a", "b"]}, {"groups": ["A"]}, id="more-groups"),
        pytest.param({"groups": ["a"]}, {"all_groups": ["a", "b"]}, id="all-groups"),
        pytest.param({"sizes": ["s", "l"]}, {"sizes": ["l"], "groups": ["a"]}, id="more-sizes"),
        pytest.param({"claims": {"x": ["a", "b"]}}, {"claims": {"x": ["A"]}, "admin": True}, id="claims"),
        pytest.param({"admin": False}, {"admin": False, "images": ["i"]}, id="admin"),
    ],
)
def test_a_route_to_which_nobody_ever_comes(before, after):
    error = refusal({"a": {"match": before}, "b": {"match": after}})
    assert error.where == "c.X.routes['b']"
    assert "'a' stands before it" in str(error)
    parse({"a": {"match": before, "choose": True}, "b": {"match": after, "choose": True}})
    assert len(parse({"a": {"match": before, "order": 1}, "b": {"match": after}}).ordered) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"groups": ["a"]}, {}, id="wider"),
        pytest.param({"groups": ["a"]}, {"groups": ["b"]}, id="others"),
        pytest.param({"groups": ["a"], "not_groups": ["x"]}, {"groups": ["a"]}, id="shut-out"),
        pytest.param({"sizes": ["s"]}, {"images": ["i"]}, id="sizes-and-images"),
        pytest.param({"claims": {"x": ["a"]}}, {"groups": ["a"]}, id="claim"),
        pytest.param({"admin": True}, {"groups": ["a"]}, id="admin"),
    ],
)
def test_routes_that_overlap_only(before, after):
    assert len(parse({"a": {"match": before}, "b": {"match": after}}).ordered) == 2


@pytest.mark.parametrize(
    ("match", "words"),
    [
        pytest.param({"sizes": ["smal"]}, "Did you mean 'small'", id="size"),
        pytest.param({"images": ["x"]}, "Write the images first", id="image"),
    ],
)
def test_what_is_not_on_the_menu(match, words):
    assert words in str(refusal({"r": {"match": match}}, images=[], sizes=["small", "large"]))


@pytest.mark.parametrize(
    ("default", "settings", "words"),
    [
        pytest.param("hpcc", {}, "Did you mean 'hpc'", id="unknown"),
        pytest.param("hpc", {}, "has a match", id="with-a-match"),
        pytest.param("rest", {"refuse_unrouted": True}, "nobody is left", id="both"),
    ],
)
def test_a_wrong_default(default, settings, words):
    routes = {"hpc": {"match": {"groups": ["a"]}}, "rest": {}}
    assert words in str(refusal(routes, default, **settings))


def test_a_label_that_gets_too_long_is_found_at_the_spawn():
    decision = decided({"labels": {"a": "{username}-{user_server}"}})
    names = {"username": "x" * 48, "user_server": "y" * 48}
    with pytest.raises(ConfigurationError, match="63 characters"):
        placed({"metadata": {}, "spec": {"containers": [{}]}}, decision, values_for(decision, names))


def test_a_mount_where_something_is_mounted_is_found_at_the_spawn():
    decision = decide(
        parse({"r": {"place": {"volumes": {"v": {"claim": "a", "mount": "/home/jovyan/"}}}}}), asker()
    )
    spec = {"containers": [{"volumeMounts": [{"name": "home", "mountPath": "/home/jovyan"}]}]}
    with pytest.raises(ConfigurationError, match="mounted at"):
        placed({"metadata": {}, "spec": spec}, decision, {})
