"""Do the values that operators copy make a hub that starts, and objects that Kubernetes takes?"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

from libretexts_hub.cli import main
from libretexts_hub.domain.prepull import PREFIX
from libretexts_hub.hub import roles
from tests.helm.chart_files import CHART, ENVIRONMENT, EXAMPLES, ROOT, as_list, helm, lay_out, one, rendered
from tests.servers.target import fresh_namespace

pytestmark = pytest.mark.helm
BASE = EXAMPLES / "values.yaml"
SITES = {
    "github": (EXAMPLES / "site-github.yaml",),
    "ldap": (EXAMPLES / "site-ldap.yaml",),
    "google": (EXAMPLES / "site-google.yaml",),
    "plain": (BASE,),
    "culler": (BASE, EXAMPLES / "values-culler.yaml"),
    "live": (BASE, EXAMPLES / "values-live.yaml"),
}
# Who starts what: the words of `render`.
PEOPLE = {
    "github": ("--user=ada", "--groups=physics:gpu", "--size=gpu"),
    "ldap": ("--user=student1", "--groups=course-db101"),
    "google": ("--user=grace", "--groups=staff@example.edu", "--size=large"),
}
each_site = pytest.mark.parametrize("site", SITES)


@pytest.fixture(scope="module")
def sites(helm_program) -> dict[str, list[dict]]:
    """What helm makes of each."""
    return {name: rendered(helm_program, *files) for name, files in SITES.items()}


@pytest.fixture
def hub_file(sites, tmp_path, monkeypatch):
    """The hub's configuration of a site, laid out; nothing of it stays in this process."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "z2jh", raising=False)
    yield lambda site: lay_out(sites[site], tmp_path)
    sys.modules.pop("z2jh", None)


def objects_of(path, site, capsys) -> list[dict]:
    """What a start of this site's person would create."""
    capsys.readouterr()
    assert main(["render", "--config", str(path), *PEOPLE[site], "--json"]) == 0
    return json.loads(capsys.readouterr().out)["items"]


@each_site
def test_the_hub_of_the_chart_would_start(hub_file, capsys, site):
    path = hub_file(site)
    assert main(["check", str(path)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("site", PEOPLE)
def test_values_and_what_the_chart_makes_of_them_say_the_same(hub_file, capsys, site):
    """`render` of the values files is what the hub would do, without helm and without the chart."""
    path = hub_file(site)
    through_the_chart = one(objects_of(path, site, capsys), "Pod", f"jupyter-{PEOPLE[site][0][7:]}")
    sys.modules.pop("z2jh", None)
    from_values = one(objects_of(SITES[site][0], site, capsys), "Pod", through_the_chart["metadata"]["name"])
    assert images(from_values) == images(through_the_chart)
    assert from_values["spec"].get("nodeSelector") == through_the_chart["spec"].get("nodeSelector")


def images(pod: dict) -> list[str]:
    spec = pod["spec"]
    return [each["image"] for each in (*spec.get("initContainers", ()), *spec["containers"])]


def test_a_person_with_the_grant_lands_on_the_nodes_with_gpus(hub_file, capsys):
    pod = one(objects_of(hub_file("github"), "github", capsys), "Pod", "jupyter-ada")
    assert pod["spec"]["nodeSelector"]["libretexts.org/pool"] == "gpu"
    assert pod["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] in ("1", 1)
    # What the chart set is still there: without this label the pod could not talk to the hub.
    assert pod["metadata"]["labels"]["hub.jupyter.org/network-access-hub"] == "true"


def test_a_student_of_the_course_has_mysql_and_nobody_else(hub_file, capsys):
    path = hub_file("ldap")
    found = objects_of(path, "ldap", capsys)
    assert "mysql:8.4" in images(one(found, "Pod", "jupyter-student1"))
    assert "from-a-secret" not in json.dumps(found)
    capsys.readouterr()
    sys.modules.pop("z2jh", None)
    assert main(["render", "--config", str(path), "--user=guest", "--json"]) == 0
    guest = one(json.loads(capsys.readouterr().out)["items"], "Pod", "jupyter-guest")
    assert "mysql:8.4" not in images(guest)


def test_homes_belong_to_the_culler(hub_file, capsys):
    from libretexts_hub.cli.config_files import load

    config = load([hub_file("google")])
    assert config.LibreTextsSpawner.culler_owns_homes is True
    assert {service["name"] for service in config.JupyterHub.services} == {"culler"}
    [role] = [role for role in config.JupyterHub.load_roles if role["name"] == "culler"]
    assert sorted(role["scopes"]) == sorted(roles.CULLER_SCOPES)


def test_roles_of_the_chart_stay_beside_those_of_the_values(hub_file):
    from libretexts_hub.cli.config_files import load

    config = load([hub_file("github")])
    assert {role["name"] for role in config.JupyterHub.load_roles} == {
        "jupyterhub-idle-culler", "prometheus", "support",
    }  # fmt: skip


def test_no_secret_stands_in_the_values(sites):
    """Where a client secret or a password would stand, a Secret is named."""
    for site, objects in sites.items():
        [container] = one(objects, "Deployment", "hub")["spec"]["template"]["spec"]["containers"]
        for variable in container["env"]:
            assert "value" not in variable, f"{site}: {variable['name']} is written out"


def test_the_puller_pulls_what_the_menu_offers(sites, capsys):
    capsys.readouterr()
    for site in ("github", "ldap"):
        assert main(["images", "--config", str(SITES[site][0]), "--prepull", "chart"]) == 0
        menu = yaml.safe_load(capsys.readouterr().out)["prePuller"]["extraImages"]
        puller = one(sites[site], "DaemonSet", "continuous-image-puller")["spec"]["template"]["spec"]
        pulled = {each["image"] for each in puller["initContainers"]}
        assert {f"{each['name']}:{each['tag']}" for each in menu.values()} <= pulled
        assert all(key.startswith(PREFIX) for key in menu)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hub.extraconfig", "x"),
        ("auth.type", "github"),
        ("hub.config.libreTextsSpawner.images", "x"),
        ("singleuser.imagePullSecret.enabled", "true"),
        ("prePuller.extraImages.default.name", "no-tag"),
    ],
)
def test_helm_refuses_what_the_chart_does_not_take(helm_program, key, value):
    done = helm(helm_program, f"--values={BASE}", "--set", f"{key}={value}")
    assert done.returncode != 0
    assert "additional" in done.stderr or "missing" in done.stderr, done.stderr


@pytest.fixture(scope="module")
def space(real):
    """A namespace that holds pods to the baseline profile of Pod Security, as many clusters do."""
    with fresh_namespace(real, "helm") as own:
        yield own


@pytest.fixture
def kubectl(space, kubectl_program):
    def run(*words: str, given: str = "") -> str:
        command = [kubectl_program, f"--kubeconfig={space.kubeconfig}", f"--namespace={space.namespace}"]
        done = subprocess.run(
            [*command, *words], input=given, capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.real_cluster
@each_site
def test_a_real_api_server_takes_the_objects(sites, kubectl, space, site):
    # Only what names its namespace itself was rendered for another one.
    text = as_list(sites[site]).replace('"namespace": "jhub"', f'"namespace": "{space.namespace}"')
    said = kubectl("apply", "--dry-run=server", "-f", "-", given=text)
    assert len(said.splitlines()) == len(sites[site])


@pytest.mark.real_cluster
def test_a_real_api_server_takes_what_a_start_makes(hub_file, kubectl, space, capsys):
    level = "pod-security.kubernetes.io/enforce=baseline"
    kubectl("label", "namespace", space.namespace, level, "--overwrite")
    for site in PEOPLE:
        found = objects_of(hub_file(site), site, capsys)
        sys.modules.pop("z2jh", None)
        for each in found:
            each["metadata"]["namespace"] = space.namespace
        said = kubectl("create", "--dry-run=server", "-f", "-", given=as_list(found))
        assert "pod/jupyter-" in said


@pytest.mark.real_cluster
def test_helm_itself_installs_with_what_is_in_the_cluster(helm_program, space, kubectl):
    """As `helm install` would, but for the last step."""
    words = [f"--kubeconfig={space.kubeconfig}", f"--namespace={space.namespace}"]
    command = [helm_program, "install", "hub", CHART, *words, f"--values={BASE}", "--dry-run=server"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    assert "kind: Deployment" in done.stdout


@pytest.mark.real_cluster
@pytest.mark.parametrize("name", ["culler.yaml", "pre-pull.yaml"])
def test_a_real_api_server_takes_the_objects_beside_the_chart(kubectl, name):
    said = kubectl("apply", "--dry-run=server", "-f", str(EXAMPLES / name))
    assert len(said.splitlines()) == len(list(yaml.safe_load_all((EXAMPLES / name).read_text())))


@pytest.mark.real_cluster
@pytest.mark.parametrize("part", ["hub", "homes", "prepull", "why", "culler"])
def test_a_real_api_server_takes_the_rights(kubectl, space, capsys, part):
    capsys.readouterr()
    words = ["--policy"] if part == "culler" else []
    account = ["--service-account=hub", f"--namespace={space.namespace}"]
    assert main(["roles", f"--for={part}", *account, *words]) == 0
    said = kubectl("apply", "--dry-run=server", "-f", "-", given=capsys.readouterr().out)
    assert "rolebinding" in said


def test_the_image_is_built_on_the_charts_pins():
    """The base image's tag is the chart's version, pins hold, and the folder that is copied is there."""
    text = (EXAMPLES / "Dockerfile").read_text()
    assert "ARG CHART_VERSION=4.4.0" in text
    assert "-c /tmp/requirements.txt" in text
    copied = [word for line in text.splitlines() if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert all((ROOT / path).exists() for path in copied)
