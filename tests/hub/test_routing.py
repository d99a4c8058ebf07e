"""Does a route get into the start, and does nothing else get in?"""

import logging
from types import SimpleNamespace

import pytest
from jupyterhub import orm
from kubespawner import KubeSpawner
from tornado import web as tornado_web

from libretexts_hub.hub.route_seats import SEATS
from libretexts_hub.hub.routing import GroupRoutingMixin
from tests.hub.workshop import Record

IMAGES = {"lab": {"image": "x/lab:1"}, "r": {"image": "x/r:1"}}
SIZES = {
    "small": {"memory": {"limit": "2Gi"}, "default": True},
    "gpu": {"memory": {"guarantee": "8Gi", "limit": "32Gi"}, "cpu": {"limit": 8}},
}
PLACE = {
    "node_selector": {"pool": "hpc"},
    "node_affinity": {"required": {"zone": ["a"]}},
    "tolerations": [{"key": "hpc", "operator": "Exists", "effect": "NoSchedule"}],
    "priority_class": "research",
    "kueue_queue": "{group}",
    "gpu": {"count": 1},
    "service_account": "hpc-{username}",
    "environment": {"SCRATCH": "/scratch/{unescaped_username}", "ACCOUNT": "{unescaped_group}"},
    "volumes": {"shared": {"claim": "shared-{group}", "mount": "/shared/{group}"}},
    "caps": {"memory": "16Gi", "cpu": 16},
    "start_timeout": "30m",
}
ROUTES = {"hpc": {"name": "HPC", "match": {"groups": ["Physics"], "sizes": ["gpu"]}, "place": PLACE}}
GPU = {"size": "gpu"}


@pytest.fixture(autouse=True)
def empty_seats():
    """Servers of one test don't sit on the routes of another."""
    SEATS._taken.clear()


@pytest.fixture
async def make(offline):
    """`make(person, groups, **traits)`: a spawner with the menu and the routes above."""

    def made(person="alice", groups=("physics",), record=None, **traits):
        settings = {"images": IMAGES, "sizes": SIZES, "routes": ROUTES, "mem_limit": "1G"} | traits
        return offline.spawner(person, groups=groups, record=record, **settings)

    return made


async def decided(spawner, options):
    """As JupyterHub does it before a start."""
    spawner.user_options = spawner.orm_spawner.user_options = options
    spawner.clear_state()
    await spawner.run_auth_state_hook(getattr(spawner, "auth_state", None))
    await spawner.apply_group_overrides()
    await spawner._run_apply_user_options(spawner.user_options)


async def started(spawner, options):
    """As KubeSpawner does it before it creates the pod."""
    await decided(spawner, options)
    await spawner.load_user_options()
    return await spawner.get_pod_manifest()


def running():
    """What JupyterHub keeps of a server that runs."""
    return orm.Server(proto="http", ip="", port=0, base_url="/", cookie_name="")


def environment(pod):
    return {each.name: each.value for each in pod.spec.containers[0].env}


def as_json(spawner, pod):
    return spawner.api.api_client.sanitize_for_serialization(pod)


async def refused(coroutine):
    with pytest.raises(tornado_web.HTTPError) as error:
        await coroutine
    assert error.value.status_code == 400
    return error.value.jupyterhub_message


# What it does
# ---------------------------------------------------------------------------------------------


async def test_without_routes_nothing_is_different(offline):
    class Plain(KubeSpawner):
        pass

    class Routed(GroupRoutingMixin, KubeSpawner):
        pass

    routed, plain = (offline.spawner(groups=("physics",), cls=cls) for cls in (Routed, Plain))
    assert as_json(routed, await started(routed, {})) == as_json(plain, await started(plain, {}))
    assert routed.get_state() == plain.get_state()
    assert routed._decision is None


async def test_a_route_is_in_the_pod_as_objects(make):
    spawner = make(node_selector={"disk": "ssd"}, extra_labels={"mine": "x"})
    pod = await started(spawner, GPU)

    assert pod.spec.node_selector == {"disk": "ssd", "pool": "hpc"}
    assert pod.spec.tolerations[-1].key == "hpc"
    required = pod.spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution
    assert required.node_selector_terms[0].match_expressions[0].values == ["a"]
    assert pod.spec.priority_class_name == "research"
    assert pod.spec.service_account_name == "hpc-alice"
    assert pod.spec.containers[0].resources.limits["nvidia.com/gpu"] == "1"
    assert pod.spec.containers[0].volume_mounts[-1].mount_path.startswith("/shared/physics---")
    assert pod.spec.volumes[-1].persistent_volume_claim.claim_name.startswith("shared-physics---")
    assert pod.metadata.labels["mine"] == "x"
    assert pod.metadata.labels["libretexts.org/route"] == "hpc"
    assert pod.metadata.labels["kueue.x-k8s.io/queue-name"].startswith("physics---")
    assert pod.metadata.annotations["libretexts.org/route-reason"] == "hpc: Physics, size gpu"


async def test_caps_and_variables_are_in_the_environment(make):
    pod = await started(make("Ann"), GPU)
    told = environment(pod)

    assert told["MEM_LIMIT"] == str(16 * 2**30)
    assert told["CPU_LIMIT"] == "8.0"
    assert told["MEM_GUARANTEE"] == str(8 * 2**30)
    assert (told["SCRATCH"], told["ACCOUNT"]) == ("/scratch/Ann", "Physics")
    assert pod.spec.containers[0].resources.limits["memory"] == 16 * 2**30


async def test_a_cap_without_a_limit_is_the_limit(make):
    routes = {"hpc": {"place": {"caps": {"cpu": 3}}}}
    spawner = make(routes=routes, images={}, sizes={})
    assert environment(await started(spawner, {}))["CPU_LIMIT"] == "3.0"


async def test_the_reason_is_in_the_log_once(make, caplog):
    caplog.set_level(logging.INFO)
    await started(make(), GPU)
    assert caplog.text.count("route hpc (Physics, size gpu)") == 1


async def test_the_start_timeout_counts_before_the_start(make):
    spawner = make(start_timeout=60)
    await decided(spawner, GPU)
    assert spawner.start_timeout == 1800
    await decided(spawner, {"size": "small"})
    assert spawner.start_timeout == 60


async def test_a_second_start_keeps_nothing_of_the_first(make):
    spawner = make()
    before = as_json(spawner, await started(spawner, {"size": "small"}))
    await started(spawner, GPU)
    after = as_json(spawner, await started(spawner, {"size": "small"}))

    assert after == before
    assert "hpc" not in str(after["spec"])
    assert spawner.mem_limit == 2 * 2**30


async def test_groups_of_the_moment_count(make):
    spawner = make(groups=())
    assert "pool" not in ((await started(spawner, GPU)).spec.node_selector or ())
    spawner.user.groups = [SimpleNamespace(name="PHYSICS")]
    assert "pool" in ((await started(spawner, GPU)).spec.node_selector or ())
    spawner.user.groups = []
    assert "pool" not in ((await started(spawner, GPU)).spec.node_selector or ())


async def test_profiles_and_group_overrides_come_first(make):
    spawner = make(
        images={},
        sizes={},
        routes={"r": {"match": {"groups": ["physics"]}, "place": {"node_selector": {"pool": "hpc"}}}},
        profile_list=[
            {"display_name": "P", "kubespawner_override": {"node_selector": {"pool": "p", "a": "b"}}}
        ],
        group_overrides={"g": {"groups": ["physics"], "spawner_override": {"tolerations": [{"key": "g"}]}}},
    )
    pod = await started(spawner, {})
    assert pod.spec.node_selector == {"pool": "hpc", "a": "b"}
    assert pod.spec.tolerations[0].key == "g"


@pytest.mark.parametrize(
    ("override", "words"),
    [
        pytest.param({"node_selector": {"pool": "hpc"}}, "nodeSelector: pool", id="nodes"),
        pytest.param({"tolerations": [{"operator": "Exists"}]}, "every taint", id="every-taint"),
        pytest.param({"tolerations": [{"key": "hpc", "operator": "Exists"}]}, "hpc", id="taint"),
        pytest.param({"priority_class_name": "research"}, "priorityClassName", id="priority"),
        pytest.param({"namespace": "hpc"}, "namespace", id="namespace"),
        pytest.param({"service_account": "hpc"}, "serviceAccountName", id="account"),
        pytest.param({"extra_labels": {"kueue.x-k8s.io/queue-name": "hpc"}}, "queue-name", id="queue"),
    ],
)
@pytest.mark.parametrize("by", ["profile", "group"])
async def test_no_profile_gives_what_another_route_gives(make, caplog, by, override, words):
    place = {"namespace": "hpc", "service_account": "hpc", "kueue_queue": "hpc"}
    routes = {"hpc": {"match": {"groups": ["physics"]}, "place": PLACE | place}}
    profile = {"profile_list": [{"display_name": "P", "kubespawner_override": override}]}
    group = {"group_overrides": {"g": {"groups": ["staff"], "spawner_override": override}}}
    settings = {"images": {}, "sizes": {}, "routes": routes} | (profile if by == "profile" else group)
    told = await refused(started(make("ben", groups=("staff",), **settings), {}))

    assert "Tell the operators" in told
    assert words in caplog.text
    if "namespace" not in override and "service_account" not in override:
        await started(make("ann", groups=("staff", "physics"), **settings), {})


async def test_a_namespace_that_an_override_gives_stays(make):
    group = {"g": {"groups": ["staff"], "spawner_override": {"namespace": "staff"}}}
    spawner = make(groups=("staff",), group_overrides=group)
    await started(spawner, {})
    assert spawner.namespace == "staff"
    assert ".staff." in spawner.dns_name
    spawner.user.groups = []
    await started(spawner, {})
    assert spawner.namespace == "default"


async def test_what_the_chart_gives_to_everybody_is_no_privilege(make):
    toleration = {"key": "hpc", "operator": "Exists", "effect": "NoSchedule"}
    spawner = make(groups=(), node_selector={"pool": "hpc"}, tolerations=[toleration])
    assert (await started(spawner, {})).spec.node_selector == {"pool": "hpc"}


async def test_a_claim_of_the_login(make):
    routes = {
        "e": {"match": {"claims": {"email_domain": ["example.edu"]}}, "place": {"network_class": "edu"}}
    }
    spawner = make(routes=routes)
    spawner.auth_state = {"google_user": {"email": "a@example.edu"}}
    assert (await started(spawner, {})).metadata.labels["libretexts.org/network-class"] == "edu"
    spawner.auth_state = None
    assert "libretexts.org/route" not in (await started(spawner, {})).metadata.labels


async def test_an_administrator(make):
    spawner = make(routes={"a": {"match": {"admin": True}}})
    spawner.user.admin = True
    assert (await started(spawner, {})).metadata.labels["libretexts.org/route"] == "a"


async def test_whom_no_route_takes_is_refused_and_keeps_the_last_choice(make):
    spawner = make(routes=ROUTES, refuse_unrouted=True)
    await started(spawner, GPU)
    words = await refused(decided(spawner, {"size": "small"}))

    assert "no place where this server may run" in words
    assert "hysics" not in words
    assert spawner.orm_spawner.user_options["size"] == "gpu"


async def test_the_default_route(make):
    spawner = make(routes={**ROUTES, "rest": {"place": {"priority_class": "low"}}}, default_route="rest")
    assert (await started(spawner, {})).spec.priority_class_name == "low"


async def test_a_hook_that_changes_the_choice_changes_the_route(make):
    spawner = make(groups=("physics",))
    await decided(spawner, {"size": "small"})
    spawner.user_options = GPU
    await spawner.load_user_options()
    assert (await spawner.get_pod_manifest()).spec.node_selector == {"pool": "hpc"}


async def test_an_operators_own_apply_user_options_changes_nothing(make):
    spawner = make(apply_user_options=lambda _spawner, _options: None)
    await started(spawner, GPU)
    await decided(spawner, {"size": "small"})
    assert spawner._decision.route is None


async def test_alone_on_kubespawner(offline):
    class Campus(GroupRoutingMixin, KubeSpawner):
        pass

    routes = {
        "a": {"match": {"groups": ["a"]}, "choose": True},
        "b": {"match": {"groups": ["a"]}, "choose": True},
    }
    spawner = offline.spawner(groups=("a",), cls=Campus, routes=routes)
    assert (await started(spawner, {})).metadata.labels["libretexts.org/route"] == "a"
    assert (await started(spawner, {"route": "b"})).metadata.labels["libretexts.org/route"] == "b"
    assert "not a place" in await refused(decided(spawner, {"route": "c"}))


# A choice of routes
# ---------------------------------------------------------------------------------------------

CHOICE = {
    "fast": {"name": "Fast <nodes>", "choose": True, "match": {"groups": ["physics"]}},
    "cheap": {"choose": True, "place": {"network_class": "cheap"}},
}


async def test_the_page_shows_routes_to_whom_several_are_open(make):
    page = await make(routes=CHOICE).get_options_form()
    assert "<legend>Where it runs" in page
    assert "Fast &lt;nodes&gt;" in page
    assert 'name="route" value="cheap"' in page
    assert "<legend>Where it runs" not in await make(groups=(), routes=CHOICE).get_options_form()
    assert "<legend>Where it runs" not in await make().get_options_form()


async def test_the_form_and_the_api_choose_alike(make):
    spawner = make(routes=CHOICE)
    options = spawner._options_from_form({"image": ["r"], "size": ["small"], "route": ["cheap"]})
    assert options == {"image": "r", "size": "small", "route": "cheap"}
    pod = await started(spawner, options)
    assert pod.metadata.labels["libretexts.org/network-class"] == "cheap"
    assert pod.metadata.annotations["libretexts.org/route-reason"].startswith("cheap: chosen")
    assert 'value="cheap" checked' in await spawner.get_options_form()
    assert spawner._options_from_form({"image": ["r"], "size": ["small"], "route": [""]}) == {
        "image": "r",
        "size": "small",
    }


@pytest.mark.parametrize(
    ("groups", "routes"),
    [pytest.param((), CHOICE, id="one-only"), pytest.param(("physics",), ROUTES, id="no-choose")],
)
async def test_what_is_not_offered_is_no_option(make, groups, routes):
    spawner = make(groups=groups, routes=routes)
    assert "not an option" in await refused(decided(spawner, {"route": "cheap"}))
    with pytest.raises(tornado_web.HTTPError):
        spawner._options_from_form({"image": ["r"], "route": ["cheap"]})


async def test_a_profile_may_have_an_option_of_that_name(make):
    spawner = make(images={}, sizes={}, routes={"r": {}})
    assert (await started(spawner, {"route": "mine"})).metadata.labels["libretexts.org/route"] == "r"


# A limit of servers
# ---------------------------------------------------------------------------------------------


async def test_a_route_is_full_until_somebody_stops(make):
    routes = {"few": {"name": "Few", "place": {"servers": {"total": 2, "person": 1}}}}
    ann, ben, cay = (make(name, routes=routes) for name in ("ann", "ben", "cay"))
    await started(ann, {})
    await started(ann, {})  # the same server takes its own seat
    await started(ben, {})
    assert await refused(decided(cay, {})) == (
        "Few is full. Try again later, or choose another environment or size."
    )
    ben.clear_state()
    await started(cay, {})

    second = make("ann", routes=routes, record=Record(name="two"))
    cay.clear_state()
    assert "You may have one server on Few" in await refused(decided(second, {}))


async def test_a_hub_that_restarts_counts_those_that_run(make, offline):
    routes = {"few": {"place": {"servers": {"total": 1}}}}
    ann = make("ann", routes=routes)
    await started(ann, {})
    state = ann.get_state()
    SEATS._taken.clear()
    offline.spawner("ann", record=Record(state=state, server=running()), routes=routes)
    await refused(decided(make("ben", routes=routes), {}))


async def test_a_server_that_does_not_run_is_not_counted(make, offline):
    routes = {"few": {"place": {"servers": {"total": 1}}}}
    offline.spawner("ann", record=Record(state={"libretexts_route": {"version": 1, "slug": "few"}}))
    await decided(make("ben", routes=routes), {})


@pytest.mark.parametrize("saved", [{"version": 2, "slug": "few"}, ["few"], None])
async def test_a_later_record_is_left_alone(offline, saved):
    offline.spawner("ann", record=Record(state={"libretexts_route": saved}, server=running()))
    assert SEATS._taken == {}


async def test_the_route_is_in_the_state_while_the_server_runs(make, offline):
    spawner = make()
    await started(spawner, GPU)
    state = spawner.get_state()
    assert state["libretexts_route"] == {"version": 1, "slug": "hpc"}
    again = offline.spawner("alice", record=Record(state=state, server=running()), routes=ROUTES)
    assert again.get_state()["libretexts_route"] == state["libretexts_route"]
    spawner.clear_state()
    assert "libretexts_route" not in spawner.get_state()


# The last check
# ---------------------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch):
    """The bodies of the create requests; nothing leaves the process."""
    bodies = []

    async def keep(_api, _namespace, body, **_):
        bodies.append(body)

    monkeypatch.setattr("libretexts_hub.hub.pod_create.cluster.create_pod", keep)
    return bodies


async def test_a_pod_as_it_is_is_sent(make, sent):
    spawner = make()
    assert await spawner._make_create_pod_request(await started(spawner, GPU), 1)
    assert sent[0]["spec"]["nodeSelector"] == {"pool": "hpc"}


async def test_a_hook_may_do_its_own(make, sent):
    spawner = make(groups=())
    pod = await started(spawner, GPU)
    pod.metadata.labels["mine"] = "x"
    pod.spec.node_selector = {**(pod.spec.node_selector or {}), "arch": "arm64"}
    pod.spec.termination_grace_period_seconds = 5
    assert await spawner._make_create_pod_request(pod, 1)
    assert sent[0]["metadata"]["labels"]["mine"] == "x"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda spec: spec.node_selector.update(pool="hpc"), "nodeSelector: pool", id="nodes"),
        pytest.param(lambda spec: spec.tolerations.append({"operator": "Exists"}), "tolerations", id="taint"),
        pytest.param(
            lambda spec: spec.containers[0].resources.limits.update({"nvidia.com/gpu": 1}),
            "nvidia.com/gpu",
            id="gpu",
        ),
        pytest.param(
            lambda spec: setattr(spec, "priority_class_name", "research"), "priority", id="priority"
        ),
    ],
)
async def test_a_hook_gives_nothing_that_the_route_does_not(make, sent, caplog, change, words):
    spawner = make(groups=(), node_selector={"disk": "ssd"}, tolerations=[{"key": "user"}])
    pod = await started(spawner, GPU)
    change(pod.spec)
    told = await refused(spawner._make_create_pod_request(pod, 1))

    assert "Tell the operators" in told
    assert words in caplog.text
    assert "place of a route" in caplog.text
    assert sent == []


async def test_a_pod_made_elsewhere_is_not_sent(make):
    spawner = make()
    pod = await started(spawner, GPU)
    spawner._sealed = None
    await refused(spawner._make_create_pod_request(pod, 1))


async def test_what_the_client_does_not_know_is_told(make, caplog, monkeypatch):
    from kubernetes_asyncio.client import V1PodSpec

    known = {name: key for name, key in V1PodSpec.attribute_map.items() if key != "runtimeClassName"}
    monkeypatch.setattr(V1PodSpec, "attribute_map", known)
    await refused(started(make(routes={"r": {"place": {"pod": {"runtimeClassName": "x"}}}}), {}))
    assert "knows no runtimeClassName" in caplog.text


async def test_somebody_without_real_groups_is_in_none(make):
    spawner = make()
    spawner.user.groups = None
    assert spawner._asker().groups == frozenset()


async def test_a_label_that_is_too_long_for_one_person_is_told(make, caplog):
    routes = {"r": {"place": {"labels": {"who": "x-{username}-{user_server}"}}}}
    told = await refused(started(make("a" * 60, routes=routes), {}))
    assert "Tell the operators" in told
    assert "63 characters" in caplog.text
