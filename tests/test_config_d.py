"""Do the files of jupyterhub_config.d run as the Zero to JupyterHub chart runs them?

Its `jupyterhub_config.py` compiles each file and executes it in its own namespace: `c` is there, `get_config`
is another function than that of traitlets, and every name that a file defines stays for the next one.
"""

import ast
import re
import shutil
from pathlib import Path

import pytest
from jupyterhub.app import JupyterHub
from traitlets.config import Config

from libretexts_hub.cli import main
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.collecting import collecting
from libretexts_hub.hub.configuration_folder import load_folder
from libretexts_hub.hub.spawner import LibreTextsSpawner

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "jupyterhub_config.d").glob("[0-9]*.py"))
SITES = sorted(path for path in (ROOT / "examples/sites").iterdir() if path.is_dir())
each_file = pytest.mark.parametrize(
    "path", FILES + sorted((ROOT / "examples/sites").rglob("*.py")), ids=lambda path: path.name
)
each_way_in = pytest.mark.parametrize("way", ["github", "google", "ldap", "cilogon"])
# What the chart has set before the files run, also where its operator set nothing.
OF_THE_CHART = {
    "JupyterHub": {"spawner_class": "kubespawner.KubeSpawner", "services": [], "load_roles": []},
    "KubeSpawner": {
        "profile_list": [],
        "extra_containers": [],
        "init_containers": [],
        "environment": {},
        "extra_labels": {"hub.jupyter.org/network-access-hub": "true"},
        "extra_pod_config": {},
        "image": "quay.io/jupyterhub/k8s-singleuser-sample:4.4.0",
        "mem_guarantee": "1G",
        "volumes": {"home": {"name": "volume-{user_server}"}},
        "volume_mounts": {"home": {"name": "volume-{user_server}", "mountPath": "/home/jovyan"}},
    },
}


def run_as_the_chart_does(config: Config, files=FILES, extra_config: str = "") -> dict:
    """Execute all files, then hub.extraConfig, in one namespace; answers that namespace."""
    namespace = {"c": config, "get_config": _the_get_config_of_the_chart, "__file__": "jupyterhub_config.py"}
    for path in files:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), namespace)
    exec(extra_config, namespace)
    return namespace


def without_marks(path: Path) -> str:
    """The file with the # taken away before its assignments, which go on in indented lines."""
    return re.sub(r"^# (?=c\.|    )", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def folder_without_marks(folder: Path, way: str) -> Path:
    """A copy of ours in which everything is switched on, and of the ways to log in this one."""
    folder.mkdir()
    for path in FILES:
        if not path.name.startswith("10-authenticator-") or path.stem.endswith(way):
            (folder / path.name).write_text(without_marks(path), encoding="utf-8")
    return folder


def _the_get_config_of_the_chart(key):
    raise AssertionError("inside the chart get_config reads chart values and needs a key")


def test_they_make_ours_the_spawner():
    config = Config({"LibreTextsSpawner": {"images": {"r": {"image": "quay.io/example/r:1"}}}})

    run_as_the_chart_does(config)

    assert config.JupyterHub.spawner_class == "libretexts"


def test_unedited_they_change_the_spawner_class_and_the_pages_only():
    config = Config(OF_THE_CHART)
    run_as_the_chart_does(config)

    assert config.JupyterHub.pop("spawner_class") == "libretexts"
    assert set(config) == set(OF_THE_CHART)
    assert config.KubeSpawner == OF_THE_CHART["KubeSpawner"]
    assert set(config.JupyterHub) <= {
        "services", "load_roles", "template_paths", "template_vars", "extra_handlers", "tornado_settings"
    }  # fmt: skip


def test_what_the_chart_runs_last_wins():
    config = Config(OF_THE_CHART)
    run_as_the_chart_does(config, extra_config="c.JupyterHub.spawner_class = 'simple'")
    assert config.JupyterHub.spawner_class == "simple"


@each_way_in
def test_what_stands_in_the_comments_is_right(tmp_path, capsys, monkeypatch, way):
    """Nobody copies a sample that a hub would refuse: every line is switched on and checked."""
    monkeypatch.setenv("JUPYTERHUB_CRYPT_KEY", "0" * 64)
    folder = folder_without_marks(tmp_path / "d", way)
    config = Config(OF_THE_CHART)

    run_as_the_chart_does(config, sorted(folder.iterdir()))

    assert config.JupyterHub.authenticator_class == f"libretexts-{way}"
    assert "hpc" in config.LibreTextsSpawner.routes
    assert main(["check", str(folder)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("site", SITES, ids=lambda path: path.name)
def test_the_files_of_a_site_stand_over_ours(tmp_path, capsys, monkeypatch, site):
    monkeypatch.setenv("JUPYTERHUB_CRYPT_KEY", "0" * 64)
    folder = folder_without_marks(tmp_path / "d", "cilogon")
    for path in site.glob("*.py"):
        shutil.copy(path, folder)
    assert main(["check", str(folder)]) == 0, capsys.readouterr().out


def test_a_hub_without_the_chart_loads_the_folder_with_one_line(tmp_path):
    (tmp_path / "30-b.py").write_text("c.JupyterHub.port = port + 1\n")
    (tmp_path / "20-a.py").write_text("port = 8000\n")
    (tmp_path / ".20-a.py").write_text("raise AssertionError('hidden')\n")
    ours, small = Config(), Config()

    load_folder(ours, ROOT / "jupyterhub_config.d")
    load_folder(small, str(tmp_path))

    assert ours.JupyterHub.spawner_class == "libretexts"
    assert LibreTextsSpawner.__name__ not in ours
    assert small.JupyterHub.port == 8001


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = (\n", "not Python"),
        ("c.JupyterHub.port = 1\nopen('/nowhere/x')\n", "raises FileNotFoundError"),
        ("password = 'swordfish'\n{}[password]\n", "raises KeyError"),
        (
            "from libretexts_hub.hub.configuration_folder import load_folder\nload_folder(c, {folder!r})",
            "itself",
        ),
    ],
)
def test_a_wrong_file_of_the_folder_ends_the_hub_with_its_line(tmp_path, capsys, text, said):
    (tmp_path / "20-a.py").write_text(text.replace("{folder!r}", repr(str(tmp_path))))

    with pytest.raises(SystemExit) as ended:
        load_folder(Config(), tmp_path)

    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert said in err
    assert str(tmp_path) in err
    assert "swordfish" not in err
    assert err.count("\n") == 1


def test_the_check_is_told_of_a_folder_that_is_not_there():
    with collecting(), pytest.raises(ConfigurationError, match="can't be read: No such file"):
        load_folder(Config(), "/nowhere/d")


@pytest.mark.parametrize("has_own", [False, True], ids=["default", "with the operator's own"])
def test_our_pages_are_found_after_the_operators_own(tmp_path, has_own):
    config = Config()
    own = [str(tmp_path)] if has_own else []
    if own:
        config.JupyterHub.template_paths = list(own)

    run_as_the_chart_does(config)

    stock = JupyterHub().template_paths
    paths = [path for path in JupyterHub(config=config).template_paths if path not in stock]
    assert paths[:-1] == own
    assert (Path(paths[-1]) / "spawn.html").is_file()


def test_a_mistake_ends_the_hub_with_one_sentence(capsys):
    config = Config({"LibreTextsSpawner": {"images": {"r": {"imge": "quay.io/example/r:1"}}}})

    with pytest.raises(SystemExit) as ended:
        run_as_the_chart_does(config)

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("'imge' is not a known key (c.LibreTextsSpawner.images['r']).")
    assert said.count("\n") == 1


@each_file
def test_file_is_short_and_defines_no_function(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    unwanted = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For | ast.While | ast.Lambda
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, unwanted)]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 15
