"""Do the files of jupyterhub_config.d run as the Zero to JupyterHub chart runs them?

Its `jupyterhub_config.py` compiles each file and executes it in its own namespace: `c` is there, `get_config`
is another function than that of traitlets, and every name that a file defines stays for the next one.
"""

import ast
from pathlib import Path

import pytest
from jupyterhub.app import JupyterHub
from traitlets.config import Config

FILES = sorted(Path(__file__).parents[1].glob("jupyterhub_config.d/[0-9]*.py"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def run_as_the_chart_does(config: Config) -> dict:
    """Execute all files in one namespace; answers that namespace."""
    namespace = {"c": config, "get_config": _the_get_config_of_the_chart, "__file__": "jupyterhub_config.py"}
    for path in FILES:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), namespace)
    return namespace


def _the_get_config_of_the_chart(key):
    raise AssertionError("inside the chart get_config reads chart values and needs a key")


def test_they_make_ours_the_spawner():
    config = Config({"LibreTextsSpawner": {"images": {"r": {"image": "quay.io/example/r:1"}}}})

    run_as_the_chart_does(config)

    assert config.JupyterHub.spawner_class == "libretexts"


@pytest.mark.parametrize("own", [None, ["/srv/own/templates"]], ids=["default", "with the operator's own"])
def test_our_pages_are_found_after_the_operators_own(own):
    config = Config()
    if own:
        config.JupyterHub.template_paths = list(own)

    run_as_the_chart_does(config)

    stock = JupyterHub().template_paths
    paths = [path for path in JupyterHub(config=config).template_paths if path not in stock]
    assert paths[:-1] == (own or [])
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
