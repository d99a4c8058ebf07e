"""Is the cluster that `make cluster` starts a real one: pods, logs, volumes, images, rights, an audit log?"""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

from tests.cluster import pods, registry
from tests.cluster.api import Api, ApiError
from tests.cluster.foreign import read_kubeconfig
from tests.cluster.info import ClusterInfo
from tests.cluster.launcher import is_node_ready
from tests.cluster.processes import wait_until
from tests.cluster.run import NODE
from tests.cluster.running import running_cluster

pytestmark = pytest.mark.real_cluster


@pytest.fixture(scope="module")
def cluster() -> ClusterInfo:
    found = running_cluster()
    if found is None:
        pytest.skip("no cluster: run make cluster")
    return found


@pytest.fixture(scope="module")
def api(cluster: ClusterInfo) -> Api:
    return cluster.api()


@pytest.fixture(scope="module")
def space(api: Api) -> Iterator[str]:
    with pods.namespace(api) as name:
        yield name


def start(api: Api, space: str, pod: dict) -> None:
    api.create(f"/api/v1/namespaces/{space}/pods", pod)


def kubectl(cluster: ClusterInfo, *words: str) -> str:
    program = cluster.run.program("kubectl") if cluster.run else shutil.which("kubectl")
    command = [program, "--kubeconfig", str(cluster.kubeconfig), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=180).stdout


@pytest.mark.own_cluster
def test_the_node_is_ready_and_says_its_version(cluster, api):
    cluster.own_run("the node")
    assert is_node_ready(api, NODE)
    assert api.get(f"/api/v1/nodes/{NODE}")["status"]["nodeInfo"]["kubeletVersion"] == "v1.36.3"


def test_a_pod_runs_and_its_log_and_exec_work(cluster, api, space):
    start(api, space, pods.shell_pod("talker", cluster.shell_image, "echo hello; exec sleep 600"))
    pods.wait_for_pod(api, space, "talker", phase_is_running)
    log = f"/api/v1/namespaces/{space}/pods/talker/log"
    assert wait_until(lambda: api.text(log) == "hello\n", 10)
    assert kubectl(cluster, "-n", space, "exec", "talker", "--", "id", "-u").strip() == "1000"


def phase_is_running(pod: dict) -> bool:
    return pod["status"].get("phase") == "Running"


def test_this_machine_reaches_a_pod_and_the_pod_reaches_this_machine_and_the_api(cluster, api, space):
    script = (
        "python3 -c 'import socket, sys; socket.create_connection(sys.argv[1:3], 10)' "
        f"{cluster.server.split('//')[1].replace(':', ' ')} && "
        "python3 -c 'import os, socket; "
        'socket.create_connection((os.environ["KUBERNETES_SERVICE_HOST"], 443), 10)\' && '
        "exec python3 -m http.server 8000"
    )
    start(api, space, pods.shell_pod("server", cluster.shell_image, script))
    pod = pods.wait_for_pod(api, space, "server", phase_is_running)
    url = f"http://{pod['status']['podIP']}:8000/"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    assert wait_until(answers, 30, pause=0.2), api.text(f"/api/v1/namespaces/{space}/pods/server/log")


@pytest.mark.own_cluster
@pytest.mark.parametrize("group", [pytest.param(100, id="fsGroup 100"), pytest.param(None, id="no fsGroup")])
def test_a_claim_is_provisioned_writable_and_its_directory_goes_with_it(cluster, api, space, group):
    folder = cluster.own_run("looking at volumes on disk").folder / "claims"
    name = f"home-{group}".lower()
    claims = f"/api/v1/namespaces/{space}/persistentvolumeclaims"
    request = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Mi"}}}
    api.create(claims, {"metadata": {"name": name}, "spec": request})
    script = "cd /home/jovyan && echo kept > file && test -O file && cat file"
    pod = pods.shell_pod(
        name,
        cluster.shell_image,
        script,
        securityContext={"runAsUser": 1000, **({"fsGroup": group} if group else {})},
        volumes=[{"name": "home", "persistentVolumeClaim": {"claimName": name}}],
        container={"volumeMounts": [{"name": "home", "mountPath": "/home/jovyan"}]},
    )
    start(api, space, pod)
    ended = pods.wait_for_pod(api, space, name, pods.phase_is("Succeeded", "Failed"))
    assert ended["status"]["phase"] == "Succeeded", api.text(f"/api/v1/namespaces/{space}/pods/{name}/log")
    volume = api.get(f"{claims}/{name}")["spec"]["volumeName"]
    assert (folder / volume / "file").read_text() == "kept\n"
    api.delete(f"/api/v1/namespaces/{space}/pods/{name}")
    api.delete(f"{claims}/{name}")
    assert wait_until(lambda: not pods.exists(api, f"/api/v1/persistentvolumes/{volume}"), 30)
    assert not (folder / volume).exists()


@pytest.mark.own_cluster
def test_a_tag_that_is_not_in_the_registry_is_a_failed_pull(cluster, api, space):
    cluster.own_run("the registry")
    assert registry.tags(cluster.registry, "lab") == ["5.5"]
    start(api, space, pods.shell_pod("lost", f"{cluster.registry}/lab:never-pushed", "true"))

    def failed(pod: dict) -> bool:
        states = [status["state"] for status in pod["status"].get("containerStatuses", [])]
        return any(state.get("waiting", {}).get("reason") == "ErrImagePull" for state in states)

    pods.wait_for_pod(api, space, "lost", failed)


def test_the_lab_image_holds_a_server_for_both_hubs(cluster, api, space):
    script = "jupyterhub-singleuser --version && jupyter lab --version && id -u && id -g && echo $HOME"
    start(api, space, pods.shell_pod("lab", cluster.lab_image, script))
    pod = pods.wait_for_pod(api, space, "lab", pods.phase_is("Succeeded", "Failed"), seconds=120)
    log = api.text(f"/api/v1/namespaces/{space}/pods/lab/log")
    assert pod["status"]["phase"] == "Succeeded", log
    assert log.splitlines()[-3:] == ["1000", "100", "/home/jovyan"]


# Passwords with a quote and a backslash: what a generator may well produce.
DATABASES = {
    "mariadb": (
        {"MARIADB_ROOT_PASSWORD": "r'oo\\t", "MARIADB_USER": "u", "MARIADB_DATABASE": "d-1"},
        "MARIADB_PASSWORD",
        ["healthcheck.sh", "--connect", "--innodb_initialized"],
        'mariadb --protocol=tcp --host=127.0.0.1 --user=u --password="$SECRET" --batch -e "select 6*7" d-1',
    ),
    "postgres": (
        {"POSTGRES_USER": "u", "POSTGRES_DB": "d-1"},
        "POSTGRES_PASSWORD",
        ["pg_isready", "--host=127.0.0.1"],
        'PGPASSWORD="$SECRET" psql --host=127.0.0.1 --username=u d-1 --command="select 6*7"',
    ),
}


@pytest.mark.parametrize("engine", DATABASES)
@pytest.mark.parametrize("user", [pytest.param(None, id="root"), pytest.param(999, id="uid 999")])
def test_a_database_image_serves_as_native_sidecar(cluster, api, space, engine, user):
    variables, secret_name, probe, query = DATABASES[engine]
    image = getattr(cluster, f"{engine}_image")
    secret = "p'w\\d"
    env = [{"name": key, "value": value} for key, value in {**variables, secret_name: secret}.items()]
    sidecar = {
        "name": "database",
        "image": image,
        "restartPolicy": "Always",
        "env": env,
        "startupProbe": {"exec": {"command": probe}, "periodSeconds": 1, "failureThreshold": 60},
        **({"securityContext": {"runAsUser": user, "runAsGroup": user}} if user else {}),
    }
    name = f"{engine}-{user or 'root'}"
    container = {"env": [{"name": "SECRET", "value": secret}]}
    start(api, space, pods.shell_pod(name, image, query, initContainers=[sidecar], container=container))
    pod = pods.wait_for_pod(api, space, name, pods.phase_is("Succeeded", "Failed"), seconds=90)
    log = api.text(f"/api/v1/namespaces/{space}/pods/{name}/log?container=main")
    assert pod["status"]["phase"] == "Succeeded", log
    assert "42" in log


def hub_api(cluster: ClusterInfo, space: str) -> Api:
    access = read_kubeconfig(cluster.hub_kubeconfig(space))
    return Api(access.server, access.token, access.ca_file)


@pytest.mark.parametrize("kind", ["pods", "persistentvolumeclaims", "secrets", "services", "events"])
def test_the_hub_account_may_list_what_the_chart_lets_it(cluster, space, kind):
    assert hub_api(cluster, space).get(f"/api/v1/namespaces/{space}/{kind}")["items"] is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/api/v1/nodes", id="nodes"),
        pytest.param("GET", "/api/v1/namespaces/default/pods", id="another namespace"),
        pytest.param("GET", "/api/v1/namespaces/{space}/configmaps", id="configmaps"),
        pytest.param("DELETE", "/api/v1/namespaces/{space}/events/any", id="deleting events"),
        pytest.param("PATCH", "/api/v1/namespaces/{space}/pods/any", id="patching pods"),
        pytest.param("GET", "/api/v1/namespaces/{space}/pods/any/log", id="logs of pods"),
    ],
)
def test_the_hub_account_may_do_nothing_else(cluster, space, method, path):
    with pytest.raises(ApiError) as refused:
        hub_api(cluster, space).request(method, path.format(space=space))
    assert refused.value.status == 403


@pytest.mark.own_cluster
def test_the_audit_log_says_who_did_what(cluster, api, space):
    api.create(
        f"/api/v1/namespaces/{space}/secrets", {"metadata": {"name": "noted"}, "stringData": {"key": "hush"}}
    )

    def lines() -> list[dict]:
        entries = map(json.loads, cluster.audit_log.read_text().splitlines())
        asked = [(entry, entry.get("objectRef", {})) for entry in entries]
        return [entry for entry, of in asked if (of.get("namespace"), of.get("name")) == (space, "noted")]

    assert wait_until(lambda: bool(lines()), 10)
    assert [(entry["verb"], entry["user"]["username"]) for entry in lines()] == [("create", "admin")]
    assert "hush" not in cluster.audit_log.read_text()
