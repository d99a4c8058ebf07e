"""What does an operator read who calls `libretexts-hub render`, and what is never to be read there?"""

import json

import pytest
import yaml

from libretexts_hub.cli import main
from tests.cli.render_cases import BROKEN_HOOK, HOOKS, HUB, MENU, SERVICE, WHOLE

SECRETS_OF_A_HOOK = """
from kubernetes_asyncio import client
async def before(spawner):
    made = client.V1Secret(metadata=client.V1ObjectMeta(name="extra"), string_data={"a": "hunter2"})
    await spawner.api.create_namespaced_secret(spawner.namespace, made)
    other = client.CoreV1Api()
    await other.create_namespaced_config_map("x", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="c")))
    await other.api_client.close()
    print("a hook prints")
    spawner.extra_annotations["token"] = spawner.api_token
c.Spawner.pre_spawn_hook = before
"""
CALLS_HOME = """
import socket
def before(spawner):
    socket.create_connection(("192.0.2.1", 80))
c.Spawner.pre_spawn_hook = before
"""


def documents(said) -> dict[str, dict]:
    """What was printed, by kind; of two of a kind the last."""
    code, out, _ = said
    assert code == 0
    return {each["kind"]: each for each in yaml.safe_load_all(out)}


def variables(pod) -> dict[str, str]:
    """Those of the notebook."""
    return {each["name"]: each.get("value") for each in pod["spec"]["containers"][0]["env"]}


@pytest.mark.parametrize(
    "user",
    [
        *("李雷", "محمد", 'O\'Neil "x"', "{username}", "$(HOME)", "a: b\n- c", "--- !!python:os.system"),
        *("\x1b[2J", "🦆", "-", "%2e%2e", "x" * 255, "A\u202eB"),
    ],
    ids=ascii,
)
def test_hostile_names_are_only_text(render, user):
    made = documents(render(WHOLE, "--groups", "db", f"--user={user}"))
    pod = made["Pod"]
    assert pod["metadata"]["annotations"]["hub.jupyter.org/username"] == user
    assert len(made) == 3
    for each in made.values():
        labels = {**each["metadata"]["labels"], "name": each["metadata"]["name"]}
        assert all(len(text) <= 63 and text.isascii() for text in labels.values())


def test_a_hostile_group_moves_no_cursor(render):
    code, _, err = render(WHOLE, "--groups", "db,\x1b[2J", "--size", "\x1b[31m", "--explain")
    assert code == 1
    assert "\x1b" not in err


def test_no_password_is_printed(render, monkeypatch):
    made = []

    def known(count: int) -> str:
        made.append(f"hunter{len(made)}".ljust(count, "x"))
        return made[-1]

    monkeypatch.setattr("secrets.token_hex", known)
    for words in ("", "--json", "--explain"):
        _, out, err = render(WHOLE + HOOKS, "--groups", "db,teachers", *words.split())
        assert "hunter" not in out + err
        assert "t0psecret" not in out + err
    assert len(made) == 6
    secret = documents(render(WHOLE, "--groups", "db"))["Secret"]
    assert secret["stringData"] == {"password": "(masked)", "root-password": "(masked)"}


def test_objects_of_hooks_are_shown_without_their_secrets(render):
    said = render(HUB + SECRETS_OF_A_HOOK)
    made = documents(said)
    assert list(made) == ["Secret", "ConfigMap", "PersistentVolumeClaim", "Pod"]
    assert made["Secret"]["stringData"] == {"a": "(masked)"}
    assert made["ConfigMap"]["metadata"]["namespace"] == "x"
    assert made["Pod"]["metadata"]["annotations"]["token"] == "(masked)"
    assert "hunter2" not in said[1]
    assert said[2] == "a hook prints\n"


def test_an_open_socket_is_seen(render, no_network):
    code, _, err = render(HUB + CALLS_HOME)
    assert code == 2
    assert "AssertionError" in err
    assert no_network.pop()


def test_json_is_one_list(render):
    code, out, err = render(WHOLE, "--groups", "db", "--json")
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert (made["apiVersion"], made["kind"]) == ("v1", "List")
    assert made["items"] == list(yaml.safe_load_all(render(WHOLE, "--groups", "db")[1]))


def test_two_starts_are_the_same(render):
    words = ("--groups", "physics,db", "--size", "gpu")
    assert render(WHOLE, *words) == render(WHOLE, *words)


def test_a_seat_is_given_back(render):
    place = {"place": {"servers": {"total": 1}}}
    configuration = HUB + f"c.LibreTextsSpawner.routes = {{'one-seat': {place}}}\n"
    assert render(configuration, user="alice")[0] == render(configuration, user="bob")[0] == 0


def test_reasons(render):
    words = ("--groups", "physics,DB", "--size", "gpu", "--option", "dataset=full", "--explain")
    code, out, err = render(WHOLE, *words)
    assert (code, out) == (0, render(WHOLE, *words[:-1])[1])
    assert err.splitlines()[:8] == [
        "image: default, the default of this person's menu",
        "pulled: quay.io/ours/default-env:3.3",
        "size: gpu, chosen",
        "option dataset: full, chosen",
        "route: hpc, physics, size gpu",
        "  hpc: physics, size gpu",
        "  teams: no, it asks for astro or chem:lab",
        "  exam: no, it asks for exam",
    ]
    assert err.splitlines()[-1] == "database: mysql, as a member of db; without its root account"


def test_reasons_of_a_live_image_and_of_no_database(render):
    err = render(WHOLE, "--image", "lsst", "--groups", "pg", "--explain")[2].splitlines()
    assert err[:3] == [
        "image: lsst, chosen",
        "tag: recommended, the first of its versions",
        f"pulled: quay.io/ours/lab:recommended@sha256:{'1' * 64}",
    ]
    assert "database: none" in err
    assert "  scratch: no, it goes with the image default" in err


def test_no_network_class_is_said(render):
    code, out, err = render(WHOLE, "--network-policy")
    assert (code, out) == (0, render(WHOLE)[1])
    assert err == "This server has no network class, so no NetworkPolicy belongs to it.\n"


def test_a_policy_finds_the_hub_from_a_namespace_of_each_person(render):
    routes = {"all": {"place": {"network_class": "lsst"}}}
    configuration = HUB + SERVICE + f"c.LibreTextsSpawner.routes = {routes}\n"
    policy = documents(render(configuration, "--network-policy"))["NetworkPolicy"]
    assert policy["metadata"]["namespace"] == "user-alice"
    [hub] = policy["spec"]["egress"][1]["to"]
    assert hub["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "jhub"}}


def test_a_menu_of_which_nothing_is_known(render, tmp_path):
    (tmp_path / "menu.json").unlink()
    code, out, err = render(HUB + MENU, "--image", "lsst")
    assert (code, out) == (1, "")
    assert "Nothing is known of it." in err


def test_values_of_the_chart(tmp_path, capsys, monkeypatch, no_network):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "values.yaml").write_text(
        "hub: {allowNamedServers: true, config: {JupyterHub: {hub_connect_url: 'http://hub:8081'},"
        " LibreTextsSpawner: {images: {r: {image: 'x/r:1'}}}}}"
    )
    assert main(["render", "--config", "values.yaml", "--user", "alice", "--server", "lab"]) == 0
    pod = documents((0, *capsys.readouterr()))["Pod"]
    assert variables(pod)["JUPYTERHUB_SERVER_NAME"] == "lab"
    assert not no_network


def test_registries_are_asked_once(tmp_path, capsys, monkeypatch, registry):
    from tests.cli.configurations import live

    monkeypatch.chdir(tmp_path)
    (tmp_path / "hub.py").write_text(live(registry.host, memory="menu.json"))
    assert main(["render", "--config", "hub.py", "--user", "alice", "--tag", "w_2026_45"]) == 0
    pod = documents((0, *capsys.readouterr()))["Pod"]
    assert pod["metadata"]["annotations"]["libretexts.org/image-digest"].startswith("sha256:")
    assert not (tmp_path / "menu.json").exists()


def test_a_pod_that_fits_no_node_is_told(render):
    affinity = {"matchExpressions": [{"key": "pool", "operator": "In", "values": ["a"]}]}
    configuration = HUB + f"c.KubeSpawner.node_affinity_required = [{affinity}]\n"
    said = render(configuration + "c.KubeSpawner.node_selector = {'pool': 'b'}\n")
    assert said[0] == 0
    assert said[2].startswith("No node can have these labels")


def test_a_class_of_the_operator(render):
    own = """
from libretexts_hub.hub.spawner import LibreTextsSpawner
class Ours(LibreTextsSpawner):
    def get_env(self):
        return super().get_env() | {"CLASS": type(self).__name__}
c.JupyterHub.spawner_class = Ours
c.Ours.mem_limit = "3G"
"""
    pod = documents(render(WHOLE + own))["Pod"]
    assert variables(pod)["CLASS"] == "Ours"


def test_hooks_meet_the_person(render):
    hook = """
async def before(spawner):
    state = await spawner.user.get_auth_state()
    assert spawner.orm_spawner.name == spawner.name == "lab"
    assert spawner.user.orm_user.admin and spawner.user.admin
    spawner.environment["SEEN"] = f"{state['user_info']['email']} {spawner.user.url} {spawner.hub.api_url}"
c.Spawner.pre_spawn_hook = before
"""
    words = ("--server", "lab", "--admin", "--claim", "email=a@b", "--claim", "email=c@d")
    pod = documents(render(HUB + hook, *words, user="Ä"))["Pod"]
    assert variables(pod)["SEEN"] == "['a@b', 'c@d'] /user/%C3%84/ http://hub:8081/hub/api"


def test_internal_ssl_is_said_to_be_left_out(render):
    code, out, err = render(HUB + "c.JupyterHub.internal_ssl = True\n")
    assert (code, bool(out)) == (0, True)
    assert err == "internal_ssl is on: its Secret and its mounts are not shown.\n"


def test_nothing_stays_patched(render):
    import kubespawner.spawner
    from kubernetes_asyncio.client.rest import RESTClientObject

    before = RESTClientObject.request, kubespawner.spawner.load_config
    render(HUB)
    render(HUB + BROKEN_HOOK)
    assert (RESTClientObject.request, kubespawner.spawner.load_config) == before
