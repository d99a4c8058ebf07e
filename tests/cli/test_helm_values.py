"""Does `libretexts-hub helm-values` write a file that makes the same hub?"""

from pathlib import Path

import pytest
import yaml

from libretexts_hub.cli import main

PLAIN = """
c.JupyterHub.spawner_class = "libretexts"
c.JupyterHub.authenticator_class = "libretexts-github"
c.JupyterHub.cookie_secret = b"0123456789abcdef" * 2
c.JupyterHub.db_url = "postgresql://hub:correct-horse-7@db/hub"
c.JupyterHub.services = [{"name": "grader", "url": "http://x", "api_token": "correct-horse-7"}]
c.GitHubOrgAuthenticator.client_secret = "correct-horse-7"
c.GitHubOrgAuthenticator.allowed_organizations = {"libretexts"}
c.KubeSpawner.environment = {"TZ": "UTC", "OPENAI_API_KEY": "correct-horse-7"}
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.volumes = [
    {"name": "volume-{user_server}", "persistentVolumeClaim": {"claimName": "claim-{user_server}"}}]
c.KubeSpawner.volume_mounts = [{"name": "volume-{user_server}", "mountPath": "/home/jovyan"}]
c.KubeSpawner.pre_spawn_hook = lambda spawner: None
c.LibreTextsSpawner.images = {"default": {"image": "quay.io/example/lab:1", "default": True}}
"""


@pytest.fixture
def made(tmp_path, capsys):
    """What it prints for these words, and the exit code."""

    def run(*words) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["helm-values", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def plain(tmp_path) -> Path:
    path = tmp_path / "jupyterhub_config.py"
    path.write_text(PLAIN)
    return path


def test_a_configuration_becomes_values_that_make_the_same_pod(made, plain, tmp_path, capsys):
    code, text, _ = made(plain, "--hub-image", "registry.example.edu/hub:4.4.0-1")
    assert code == 0
    values = tmp_path / "values.yaml"
    values.write_text(text)

    assert main(["check", str(values)]) == 0, capsys.readouterr().out
    capsys.readouterr()
    assert main(["render", "--config", str(values), "--diff", str(plain), "--user", "ada"]) == 0
    changed = [line[1:].strip() for line in capsys.readouterr().out.splitlines() if line[:1] in "+-"]
    # The key is in the Secret, which is not here; the pod is otherwise the same.
    assert [line for line in changed if not line.startswith(("--", "++", "-- "))] == [
        "value: (masked)",
        "value: ''",
    ]
    assert yaml.safe_load(text)["hub"]["image"] == {"name": "registry.example.edu/hub", "tag": "4.4.0-1"}
    assert yaml.safe_load(text)["prePuller"]["extraImages"]


def test_secrets_are_named_and_not_written(made, plain):
    _, text, _ = made(plain)
    assert "correct-horse-7" not in text
    assert "kubectl create secret generic libretexts-hub" in text
    for words in ("oauth-client-secret", "hub.db.password", "hub.services.grader.apiToken", "cookie_secret"):
        assert words in text
    assert "pre_spawn_hook is a program" in " ".join(text.replace("\n# ", " ").split())


def test_our_own_folder_becomes_values(made, tmp_path):
    code, text, _ = made("jupyterhub_config.d")
    assert code == 0
    assert yaml.safe_load(text)["hub"]["config"]["JupyterHub"]["spawner_class"] == "libretexts"


def test_values_stay_what_they_are(made):
    path = Path("examples/helm/site-ldap.yaml")
    _, text, _ = made(path)
    before, after = yaml.safe_load(path.read_text()), yaml.safe_load(text)
    for key in ("config", "extraEnv", "extraFiles", "loadRoles", "extraConfig", "extraVolumes"):
        assert after["hub"][key] == before["hub"][key]


@pytest.mark.parametrize("verb", [["helm-values"], ["images", "--config"], ["check"]])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hub: {}\nauth: {type: github}\n", "old.yaml:2, auth"),
        ("hub:\n  config: {A: {}}\n  uid: 1000\n", "old.yaml:3, hub.uid"),
        ("hub:\n  extraConfig: |\n    x = 1\n", "old.yaml:2, hub.extraConfig"),
    ],
)
def test_values_of_another_chart_are_refused_with_file_and_line(tmp_path, capsys, verb, text, words):
    path = tmp_path / "old.yaml"
    path.write_text(text)
    assert main([*verb, str(path)]) != 0
    said = capsys.readouterr()
    assert words in said.out + said.err
    assert "chart 4 refuses it" in said.out + said.err


def test_a_chart_that_depends_on_an_old_one_is_refused(tmp_path, capsys):
    (tmp_path / "Chart.yaml").write_text("name: a\ndependencies:\n  - name: jupyterhub\n    version: 3.3.7\n")
    (tmp_path / "values.yaml").write_text("jupyterhub: {hub: {config: {JupyterHub: {}}}}\n")
    for verb in ("helm-values", "check"):
        assert main([verb, str(tmp_path / "values.yaml")]) != 0
        said = capsys.readouterr()
        assert "Chart.yaml:4" in said.out + said.err


@pytest.mark.parametrize("image", ["hub", "hub:", ":1", "host:5000/hub"])
def test_an_image_without_a_tag_is_refused(made, plain, image):
    code, _, words = made(plain, "--hub-image", image)
    assert code == 2
    assert "--hub-image" in words
