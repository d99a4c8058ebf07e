"""Does a person's user, home and git come with the server, and cost nobody else anything?"""

import json
import os
from types import SimpleNamespace

import pytest
from kubespawner import KubeSpawner
from tornado import web as tornado_web

from libretexts_hub.domain.provision import parse_provision
from libretexts_hub.hub.git_handler import GitCredentialHandler, digest_of, own_server
from libretexts_hub.hub.notices import NOTICES
from libretexts_hub.hub.provision import ProvisionMixin
from tests.golden_files import check_golden
from tests.hub.workshop import Record

STATE = {
    "access_token": "a-token-that-stays-in-the-hub",
    "scope": ["repo"],
    "github_user": {"id": 5001, "login": "ada", "name": "Ada Lovelace", "email": "ada@example.org"},
    "teams": [{"id": 7, "slug": "gpu", "organization": {"login": "physics"}}],
}
TEAMS = {
    "from": "teams",
    "name": ["organization.login", "slug"],
    "offset": 1_000_000_000,
    "minimum": 1_000_000_000,
}
EVERYTHING = {
    "uid": {"from": "github_user.id", "maximum": 999_999_999},
    "groups": TEAMS,
    "take_over": [1000],
    "git": {"host": "github.com"},
    "pulls": {"course": {"repository": "https://github.com/nyu/db101", "groups": ["db101"]}},
    "requirements": ["okpy"],
}
HOME = {
    "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
    "volume_mounts": [{"name": "home", "mountPath": "/home/jovyan"}],
}
CHART = HOME | {"uid": 1000, "fs_gid": 100}


class Alone(ProvisionMixin, KubeSpawner):
    """Our mixin on the stock spawner, as an operator may use it."""


async def manifest(spawner, state=STATE):
    """What would be sent, after the login was looked at."""
    await spawner.run_auth_state_hook(state)
    await spawner.load_user_options()
    return spawner.api.api_client.sanitize_for_serialization(await spawner.get_pod_manifest())


def ours_of(pod):
    """Without what the releases of JupyterHub write each in their own way, and without programs."""
    spec = pod["spec"]
    made = {"volumes": spec["volumes"], "securityContext": spec["securityContext"]}
    for kind in ("initContainers", "containers"):
        made[kind] = [dict(each) for each in spec[kind]]
        for each in made[kind]:
            each["env"] = [
                one for one in each.get("env", ()) if not one["name"].startswith(("JUPYTER", "JPY"))
            ]
            each["command"] = each.get("command", [])[3:]
            each.pop("lifecycle", None)
    notes = pod["metadata"]["annotations"]
    made["annotations"] = {key: text for key, text in notes.items() if key.startswith("libretexts.org/")}
    made["annotations"].pop("libretexts.org/person-git-credential", None)
    return made


def named(listed):
    return {each["name"]: each for each in listed}


def variables(pod):
    return {each["name"]: each.get("value") for each in pod["spec"]["containers"][0]["env"]}


async def test_without_provision_a_pod_and_its_state_are_what_they_were(offline):
    ours = await manifest(offline.spawner(**CHART))
    stock = offline.spawner(cls=KubeSpawner, **CHART)
    theirs = stock.api.api_client.sanitize_for_serialization(await stock.get_pod_manifest())
    assert ours["spec"] == theirs["spec"]
    assert "libretexts_provision" not in offline.spawner().get_state()


async def test_everything_at_once(offline, request):
    pod = await manifest(offline.spawner("ada", groups=("db101",), provision=EVERYTHING, **CHART))
    check_golden(request.config, "provision/everything", ours_of(pod))
    assert STATE["access_token"] not in json.dumps(pod)


async def test_the_mixin_alone_on_the_stock_spawner(offline, request):
    spawner = offline.spawner("ada", cls=Alone, provision={"uid": "github_user.id", "gid": 100}, **CHART)
    pod = await manifest(spawner)
    check_golden(request.config, "provision/numbers", ours_of(pod))


async def test_git_alone_needs_no_container_and_no_number(offline):
    pod = await manifest(offline.spawner("ada", provision={"git": {"host": "github.com"}}, **CHART))
    assert "initContainers" not in pod["spec"]
    assert pod["spec"]["containers"][0]["securityContext"]["runAsUser"] == 1000
    assert "HOME" not in variables(pod)
    assert pod["metadata"]["annotations"]["libretexts.org/person-gitconfig"].endswith(
        '[user]\n\tname = "Ada Lovelace"\n\temail = "ada@example.org"\n'
    )


@pytest.mark.parametrize(
    "traits",
    [
        pytest.param({"uid": 0, "gid": 0}, id="as a profile sets it"),
        pytest.param({"container_security_context": {"runAsUser": 0, "runAsGroup": 0}}, id="as a context"),
    ],
)
async def test_nobody_runs_as_somebody_else(offline, traits):
    pod = await manifest(offline.spawner(provision={"uid": "github_user.id"}, **traits))
    context = pod["spec"]["containers"][0]["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (5001, 5001)


@pytest.mark.parametrize(
    ("traits", "wanted", "group", "groups"),
    [
        pytest.param({}, {}, 5001, None, id="nothing set"),
        pytest.param({"fs_gid": 100}, {}, 100, None, id="the chart's group stays"),
        pytest.param({"fs_gid": 100}, {"fs_gid": "person"}, 5001, [100], id="the person's group"),
        pytest.param(
            {"supplemental_gids": [44]}, {"groups": {"also": [45, 44]}}, 5001, [44, 45], id="both lists"
        ),
        pytest.param(
            {"pod_security_context": {"fsGroup": 7, "supplementalGroups": [8]}},
            {"groups": {"also": [9]}},
            7,
            [8, 9],
            id="the operator's context",
        ),
    ],
)
async def test_groups(offline, traits, wanted, group, groups):
    pod = await manifest(offline.spawner(provision={"uid": "github_user.id"} | wanted, **traits))
    context = pod["spec"]["securityContext"]
    assert (context["fsGroup"], context.get("supplementalGroups")) == (group, groups)


async def test_what_the_operator_has_set_stays(offline):
    spawner = offline.spawner(
        provision=EVERYTHING,
        init_containers=[{"name": "first", "image": "x"}],
        environment={"HOME": "/elsewhere", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b"},
        **CHART,
    )
    pod = await manifest(spawner)
    assert [each["name"] for each in pod["spec"]["initContainers"]] == [
        *("first", "person-take-over", "person-accounts", "person-start-up")
    ]
    assert variables(pod)["HOME"] == "/elsewhere"
    assert variables(pod)["GIT_CONFIG_KEY_0"] == "a.b"
    assert variables(pod)["GIT_CONFIG_COUNT"] == "3"


async def test_only_the_container_that_takes_over_is_root(offline):
    pod = await manifest(offline.spawner(provision=EVERYTHING, **CHART))
    users = {each["name"]: each["securityContext"]["runAsUser"] for each in pod["spec"]["initContainers"]}
    assert users == {"person-take-over": 0, "person-accounts": 5001, "person-start-up": 5001}
    take_over = named(pod["spec"]["initContainers"])["person-take-over"]
    assert take_over["volumeMounts"] == [{"name": "home", "mountPath": "/home/jovyan"}]
    assert take_over["securityContext"]["capabilities"] == {
        "drop": ["ALL"],
        "add": ["CHOWN", "DAC_OVERRIDE"],
    }


async def test_with_a_route_and_a_database(offline):
    """All three write the same pod."""
    place = {"volumes": {"shared": {"claim": "shared", "mount": "/shared"}}, "environment": {"A": "b"}}
    spawner = offline.spawner(
        provision=EVERYTHING,
        routes={"hpc": {"place": place}},
        databases={"db": {"engine": "mariadb", "image": "mariadb:11.4", "everybody": True}},
        database_sidecar="native",
        **CHART,
    )
    spawner._stored = spawner._stored.with_namespace("db-alice", spawner.namespace, claim=True)
    await spawner._run_apply_user_options({})
    pod = await manifest(spawner)
    assert [each["name"] for each in pod["spec"]["initContainers"]] == [
        *("person-take-over", "person-accounts", "person-start-up", "database")
    ]
    assert {"home", "person", "person-made", "database-data"} <= set(named(pod["spec"]["volumes"]))
    assert pod["spec"]["securityContext"]["fsGroup"] == 100
    spawner._check_placement(pod)


async def test_a_home_in_the_image_is_not_taken_over(offline, caplog):
    pod = await manifest(offline.spawner(provision=EVERYTHING))
    assert "no volume is mounted at /home/jovyan" in caplog.text
    assert "person-take-over" not in named(pod["spec"]["initContainers"])


async def test_a_home_by_name(offline):
    provision = {"uid": "github_user.id", "home": "/home/{username}", "take_over": [1000]}
    mounts = HOME | {"volume_mounts": [{"name": "home", "mountPath": "/home/{username}", "subPath": "x"}]}
    pod = await manifest(offline.spawner("ada", provision=provision, **mounts))
    assert variables(pod)["HOME"] == "/home/ada"
    assert named(pod["spec"]["initContainers"])["person-take-over"]["volumeMounts"][0]["subPath"] == "x"
    assert ":/home/ada:" in pod["metadata"]["annotations"]["libretexts.org/person-passwd"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(None, "says no number", id="no auth_state"),
        pytest.param({"github_user": {"id": 33}}, "has the number 33", id="of the system"),
    ],
)
async def test_who_has_no_good_number_reads_why(offline, caplog, state, words):
    spawner = offline.spawner(provision=EVERYTHING)
    await spawner.run_auth_state_hook(state)  # also runs for the page, which must not break
    with pytest.raises(tornado_web.HTTPError) as refused:
        await spawner.load_user_options()
    assert refused.value.status_code == 400
    assert words in refused.value.jupyterhub_message
    assert words in caplog.text
    assert ("enable_auth_state" in caplog.text) == (state is None)


async def test_pulls_alone_need_nothing_of_the_login(offline, caplog):
    pulls = {"a": {"repository": "https://example.org/a"}}
    pod = await manifest(offline.spawner(provision={"pulls": pulls}), None)
    assert list(named(pod["spec"]["initContainers"])) == ["person-start-up"]
    assert "auth_state" not in caplog.text


async def test_a_start_without_a_look_at_the_login_is_refused(offline):
    with pytest.raises(tornado_web.HTTPError):
        await offline.spawner(provision=EVERYTHING).load_user_options()


async def test_nothing_secret_is_kept_on_the_spawner(offline):
    spawner = offline.spawner(provision=EVERYTHING)
    await manifest(spawner)
    kept = repr({key: value for key, value in vars(spawner).items() if key != "_trait_values"})
    assert STATE["access_token"] not in kept + json.dumps(spawner.get_state())


# By which token a server is known ---------------------------------------------------------------------------


def running(workshop, name, token, **record):
    spawner = workshop.spawner(provision={"git": {"host": "github.com"}}, record=Record(name=name, **record))
    spawner.api_token = token
    return spawner


async def test_a_server_is_known_by_its_own_token(offline):
    first, second = running(offline, "", "one"), running(offline, "second", "two")
    first.user.spawners = {"": first, "second": second}
    assert own_server(first.user, "one") is first
    assert own_server(first.user, "two") is second
    assert own_server(first.user, "three") is None
    assert own_server(first.user, "") is None


async def test_a_server_is_known_after_the_hub_has_restarted(offline):
    before = running(offline, "", "one")
    state = before.get_state()
    assert "one" not in json.dumps(state)
    after = running(offline, "", "", state=state)
    after.user.spawners = {"": after}
    assert own_server(after.user, "one") is after
    after.clear_state()
    assert own_server(after.user, "one") is None
    assert "libretexts_provision" not in after.get_state()


@pytest.mark.parametrize(("name", "goes"), [("github-ada", True), ("campus-ada", False), ("of-none", False)])
def test_git_gets_no_token_of_another_provider(name, goes):
    """As `SeveralAuthenticator.one_of` answers."""
    logins = {
        "github-ada": SimpleNamespace(one=SimpleNamespace(slug="github"), github_url="https://github.com"),
        "campus-ada": SimpleNamespace(one=SimpleNamespace(slug="campus")),
    }
    handler = SimpleNamespace(authenticator=SimpleNamespace(one_of=logins.get))
    rules = parse_provision({"git": {"host": "github.com", "scopes": []}}, where="c").git
    assert GitCredentialHandler._is_of_host(handler, name, rules) is goes
    alone = SimpleNamespace(authenticator=object())
    assert GitCredentialHandler._is_of_host(alone, name, rules), "one provider needs no such rule"


async def test_a_record_of_a_later_version_is_left_alone(offline):
    state = {"libretexts_provision": {"version": 2, "token": digest_of("one")}}
    assert running(offline, "", "", state=state).own_token_digest == ""


async def test_a_token_is_worth_nothing_when_git_is_not_set_up(offline):
    spawner = offline.spawner(provision={"uid": "github_user.id"})
    spawner.api_token = "one"
    assert spawner.git_rules is None
    assert "libretexts_provision" not in spawner.get_state()


# On a cluster -----------------------------------------------------------------------------------------------


@pytest.fixture
def provisioned(web):
    """`provisioned(**traits)`: a spawner of ada whose login was looked at."""

    async def make(record=None, **traits):
        settings = HOME | {"storage_pvc_ensure": True, "storage_capacity": "16Mi"}
        spawner = web("ada", record=record, **settings | traits)
        await spawner.run_auth_state_hook(STATE)
        return spawner

    return make


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives a home away, which only root may")


@needs_root
async def test_a_home_is_taken_over_once(provisioned, objects):
    provision = {"uid": "github_user.id", "take_over": [1000]}
    spawner = await provisioned(provision=provision)
    await spawner.start()
    [pod] = await objects.list("pods")
    ended = named(pod["status"]["initContainerStatuses"])["person-take-over"]["state"]["terminated"]
    assert ended["message"].strip() == "done"
    assert NOTICES.for_person("ada") == []
    await spawner.stop()

    again = await provisioned(Record(state=spawner.get_state()), provision=provision)
    await again.start()
    [pod] = await objects.list("pods")
    assert "person-take-over" not in named(pod["spec"]["initContainers"])
    await again.stop()

    other = await provisioned(
        Record(state=again.get_state()),
        provision=provision | {"uid": {"from": "github_user.id", "offset": 1}},
    )
    await other.start()
    [pod] = await objects.list("pods")
    assert "person-take-over" in named(pod["spec"]["initContainers"]), "another number, another look"


async def test_what_could_not_be_fetched_is_told_and_the_server_starts(provisioned, objects):
    pulls = {"a": {"repository": "https://127.0.0.1:1/a", "branch": "main"}}
    spawner = await provisioned(provision={"pulls": pulls, "time_limit": "5s"}, events_enabled=True)
    await spawner.start()
    [notice] = NOTICES.for_person("ada")
    told = [event["message"] async for event in spawner.progress()]
    assert told.count(notice.text) == 1
    assert "https://127.0.0.1:1/a was not fetched" in notice.text
    assert await spawner.poll() is None
    NOTICES.remove(notice.key, person="ada")


async def test_no_request_more_for_a_person(provisioned, faults):
    spawner = await provisioned(provision={"uid": "github_user.id", "git": {"host": "github.com"}})
    await spawner.start()
    asked = await faults.requests()
    assert not [each for each in asked if "secret" in each.path or "configmap" in each.path]
