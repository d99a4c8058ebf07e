"""Does `libretexts-hub check` tell all that is wrong at once, each with what, where and fix?"""

import json
import sys

import pytest

from libretexts_hub.cli import main
from libretexts_hub.cli.trait_files import OURS, file_of
from tests.cli.fake_api import refusing_api
from tests.servers.ports import free_port
from tests.servers.target import fresh_namespace
from tests.trait_files import made

WRONG = """\
hub:
  config:
    JupyterHub:
      spawner_class: libretexts
      admin_acess: true
    Authenticator: {enable_auth_state: true}
    LibreTextsSpawner:
      images:
        a: {name: A, imag: x}
        b: {name: B, image: "x:1", groups: 7}
      sizes:
        s: {name: S, cpu: {limit: lots}}
      start_timout: 3
  extraConfig:
    second: |
      import z2jh
      c.JupyterHub.services = [{"name": z2jh.get_config("custom.name"), "admin": True}]
    first: |
      x = 1
      raise ValueError("hunter2")
custom: {name: reports}
cull: {users: true}
cull: {users: true}
"""


@pytest.fixture
def check(tmp_path, capsys, monkeypatch):
    """Run the verb on files with these texts; its exit code, what it printed, what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUPYTERHUB_CRYPT_KEY", raising=False)

    def run(texts, *words):
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        code = main(["check", *words, *dict.fromkeys(name.split("/")[0] for name in texts)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_everything_is_told_at_once_with_its_line(check, tmp_path):
    code, out, err = check({"values.yaml": WRONG}, "--json")
    found = json.loads(out)["findings"]
    assert (code, err) == (1, "")
    assert [(each["severity"], each["line"], each["where"]) for each in found] == [
        ("error", 5, "c.JupyterHub.admin_acess"),
        ("error", 9, "c.LibreTextsSpawner.images['a']"),
        ("error", 10, "c.LibreTextsSpawner.images['b'].groups"),
        ("error", 12, "c.LibreTextsSpawner.sizes['s'].cpu.limit"),
        ("error", 13, "c.LibreTextsSpawner.start_timout"),
        ("error", 20, "hub.extraConfig.first"),
        ("warning", None, "c.JupyterHub.services"),
        ("warning", 23, "cull"),
        ("warning", 23, "cull.users"),
        ("warning", 23, "cull.users"),
    ]
    assert {each["file"] for each in found if each["line"]} == {str(tmp_path / "values.yaml")}
    assert all(each["what"] and each["fix"] for each in found)
    assert "hunter2" not in out


def test_a_person_reads_what_where_fix(check, tmp_path):
    code, out, _ = check({"hub.py": "c.JupyterHub.prot = 80\n"})
    assert code == 1
    assert out == (
        "error: 'prot' is not a setting of JupyterHub\n"
        f"  at:  {tmp_path}/hub.py:1, c.JupyterHub.prot\n"
        "  fix: Did you mean 'port'?\n"
        "hub.py: 1 error to mend.\n"
    )


def test_a_right_configuration(check):
    lines = "c.JupyterHub.spawner_class = 'libretexts'\nc.Application.log_level = 'INFO'\n"
    assert check({"hub.py": lines}) == (0, "hub.py: nothing to mend.\n", "")


def test_warnings_count_where_they_shall(check):
    lines = {"hub.py": "c.JupyterHub.services = [{'name': 'a', 'admin': True}]\n"}
    assert check(lines)[0] == 0
    assert check(lines, "--strict")[0] == 1


def test_what_is_wrong_in_one_file_hides_nothing_of_another(check):
    code, out, _ = check({"d/10-a.py": "x = (\n", "d/20-b.py": "c.JupyterHub.prot = 1\n"})
    assert code == 1
    assert "10-a.py:1" in out
    assert "20-b.py:1" in out


def test_the_last_file_of_a_folder_does_not_end_it(check):
    """It ends a hub, by exit; here it only would say the first thing again."""
    last = "import libretexts_hub.hub.configuration\nlibretexts_hub.hub.configuration.check_or_exit(c)\n"
    code, out, err = check({"d/20-a.py": "c.LibreTextsSpawner.imagse = {}\n", "d/90-check.py": last})
    assert (code, err) == (1, "")
    assert out.count("imagse") == 2  # what, where


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yaml", "hub:\n\tconfig: {}\n", "a.yaml:2\n  fix: Indent with spaces; YAML takes no tabs."),
        ("a.yaml", "hub: [\n", "The values are not YAML"),
        ("a.yaml", "- 1\n", "There are no values"),
        ("a.yaml", "hub: {config: {JupyterHub: 7}}\n", "no hub.config with sections"),
        ("a.yaml", "hub: {extraConfig: {a: 7}}\n", "It is not a text"),
        ("a.yaml", "auth: {type: github}\n", "'auth' is of a chart before 1.0"),
        ("a.py", "load_subconfig('a.py')\n", "It loads itself"),
        ("a.py", "raise SystemExit(3)\n", "The configuration ends with 3"),
        ("a.py", "open('/nowhere/x')\n", "The configuration raises FileNotFoundError"),
        ("a.py", "c.JupyterHub.template_paths = ['/nowhere']\n", "There is no such folder"),
    ],
)
def test_bad_input_is_told_in_words(check, name, text, words):
    code, out, err = check({name: text})
    assert (code, err) == (1, "")
    assert words in out


def test_old_pages_are_told_with_their_line(check, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "login.html").write_text('<p>\n<div class="navbar-default">\n')
    _, out, _ = check({"hub.py": f"c.JupyterHub.template_paths = [{str(pages)!r}]\n"})
    assert f"{pages}/login.html:2" in out


@pytest.mark.parametrize("name", ["a.yaml", "a.py"])
def test_a_file_that_cannot_be_read(check, tmp_path, name):
    (tmp_path / name).symlink_to("/proc/self/mem")  # nobody can, not even root
    code, out, _ = check({"b.py": ""}, name)
    assert (code, "It can't be read: Input/output error" in out) == (1, True)


def test_no_such_file(check, capsys):
    assert main(["check", "nowhere.yaml"]) == 2
    assert "There is no such file" in capsys.readouterr().err


def test_our_examples_have_nothing_to_mend(capsys):
    for path in ("examples/helm/values.yaml", "examples/plain/jupyterhub_config.py", "jupyterhub_config.d"):
        assert main(["check", path]) == 0, capsys.readouterr().out


def test_the_index_is_of_the_installed_releases():
    """`python -m tests.trait_files` in both environments writes it."""
    for path, text in made():
        # Ours was made on the newest releases.
        if path != file_of(OURS) or sys.version_info >= (3, 13):
            assert path.read_text(encoding="utf-8") == text, path.name


ONLINE = """
c.JupyterHub.spawner_class = "libretexts"
c.KubeSpawner.namespace = {namespace!r}
c.KubeSpawner.storage_class = "fast"
c.GenericOAuthenticator.authorize_url = "http://127.0.0.1:{port}/authorize"
c.JupyterHub.authenticator_class = "generic-oauth"
c.GenericOAuthenticator.allow_all = True
c.LibreTextsSpawner.images = {{
    "live": {{"registry": {{"repository": "127.0.0.1:{port}/lab", "plain_http": True, "scheme": "rubin"}}}},
}}
place = {{"priority_class": "research", "kueue_queue": "physics"}}
c.LibreTextsSpawner.routes = {{"hpc": {{"place": place}}}}
"""


def test_what_registries_cluster_and_login_say(check, embedded, monkeypatch):
    with fresh_namespace(embedded, "check") as target:
        monkeypatch.setenv("KUBECONFIG", str(target.kubeconfig))
        code, out, _ = check(
            {"hub.py": ONLINE.format(namespace=target.namespace, port=free_port())}, "--json", "--online"
        )
    told = {each["where"]: each["what"] for each in json.loads(out)["findings"]}
    assert code == 1
    assert "takes no connection" in told["c.GenericOAuthenticator.authorize_url"]
    assert "can't be read" in told["c.LibreTextsSpawner.images"]
    assert "StorageClass fast" in told["c.KubeSpawner.storage_class"]
    assert "PriorityClass research" in told["c.LibreTextsSpawner.routes['hpc'].place.priority_class"]
    assert "LocalQueue physics" in told["c.LibreTextsSpawner.routes['hpc'].place.kueue_queue"]


def test_a_kubeconfig_without_rights(check, tmp_path, monkeypatch):
    """Each verb that the hub needs and has not, with the command that prints the Role."""
    site = (
        "c.JupyterHub.spawner_class = 'libretexts'\n"
        "c.KubeSpawner.namespace = 'jhub'\n"
        "c.KubeSpawner.storage_class = 'fast'\n"
        "c.LibreTextsSpawner.routes = {'hpc': {'place': {'namespace': 'hpc'}}}\n"
    )
    with refusing_api(tmp_path) as kubeconfig:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        code, out, _ = check({"hub.py": site}, "--json", "--online")
    found = json.loads(out)["findings"]
    told = {each["what"]: each for each in found}
    assert code == 1
    for namespace in ("jhub", "hpc"):
        missing = told[f"This account may not create pods in {namespace}"]
        assert missing["severity"] == "error"
        assert f"libretexts-hub roles --for hub --namespace {namespace}" in missing["fix"]
    assert told["This account may not get pods/log in jhub"]["severity"] == "info"
    assert "It can't be looked whether there is a StorageClass fast: 403" in told


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param('c.JupyterHub.authenticator_class = "libretexts-ldap"', id="alone"),
        pytest.param(
            "c.JupyterHub.authenticator_class = "
            '"libretexts_hub.hub.authenticators.several.SeveralAuthenticator"\n'
            'c.SeveralAuthenticator.providers = {"campus": {"class": "libretexts-ldap"}}',
            id="one of several",
        ),
    ],
)
def test_a_login_with_ldap(check, monkeypatch, tmp_path, chosen):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    first, second = free_port(), free_port()
    text = f"""
{chosen}
c.LDAPAuthenticator.server_address = ["127.0.0.1:{first}", "ldaps://127.0.0.1:{second}"]
c.LDAPAuthenticator.bind_dn_template = "uid={{username}},dc=example,dc=edu"
c.LDAPAuthenticator.tls_strategy = "insecure"
c.LDAPAuthenticator.allow_all = True
"""
    code, out, _ = check({"jupyterhub_config.py": text}, "--online")
    assert code == 1
    for port in (first, second):
        assert f"127.0.0.1:{port} takes no connection" in out
    assert "warning: Passwords go to the directory unencrypted" in out
    assert "No setting lets anybody log in" not in out


def test_without_a_cluster_it_is_told_once(check, monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    code, out, _ = check({"hub.py": "c.JupyterHub.spawner_class = 'libretexts'\n"}, "--online")
    assert (code, out.count("No cluster is known here")) == (1, 1)
