"""Is the configuration read as the hub reads it, and refused in one sentence?"""

import json

import pytest

from libretexts_hub.cli import main

VALUES = """
hub:
  config:
    LibreTextsSpawner:
      images:
        r: {name: R, image: "quay.io/ours/r:4", order: 2}
        old: {image: "quay.io/ours/old:1"}
singleuser:
  initContainers: [{name: prepare, image: "quay.io/ours/prepare:2"}]
  nodeSelector: {pool: users}
  image: {pullSecrets: [ours]}
"""
OVER = """
hub:
  config:
    LibreTextsSpawner:
      images:
        r: {name: R 4}
        old: null
"""


@pytest.fixture
def rows(tmp_path, capsys, monkeypatch):
    """Write files, run the verb with them, in this order; the rows that it prints."""
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str], *words: str) -> list[dict]:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        arguments = words or [word for name in files for word in ("--config", str(tmp_path / name))]
        assert main(["images", "--json", *arguments]) == 0
        return json.loads(capsys.readouterr().out)["images"]

    return run


def images_of(**references: str) -> str:
    """Configuration with one image for each name."""
    return f"c.LibreTextsSpawner.images = { {slug: {'image': text} for slug, text in references.items()}!r}\n"


def test_a_later_file_wins_and_sees_the_earlier_one(rows):
    found = rows(
        {
            "one.py": images_of(a="x/a:1", b="x/b:1") + "print('hello')",
            "two.py": "c.LibreTextsSpawner.images['b'] = {'image': 'x/b:2'}",
        }
    )
    assert [row["reference"] for row in found] == ["x/a:1", "x/b:2"]


def test_a_folder_is_read_in_the_order_of_its_names(rows):
    files = {
        "d/20.py": "c.LibreTextsSpawner.images['b'] = {'image': 'x/b:1'}",
        "d/10.py": images_of(a="x/a:1"),
        "d/README.md": "not read",
        "d/.hidden.py": "1/0",
    }
    assert [row["image"] for row in rows(files, "--config", "d")] == ["a", "b"]


def test_the_file_of_this_folder_is_read_where_none_is_named(rows):
    assert [row["image"] for row in rows({"jupyterhub_config.py": images_of(a="x/a:1")}, "--cached")] == ["a"]


def test_a_file_may_load_others_as_in_the_hub(rows):
    files = {"sub/more.py": images_of(a="x/a:1"), "main.py": "load_subconfig('sub/more.py')\nget_config()"}
    assert [row["image"] for row in rows(files, "--config", "main.py")] == ["a"]


@pytest.mark.parametrize(
    ("section", "expected"), [("LibreTextsSpawner", 1), ("KubeSpawner", 1), ("Spawner", 1)], ids=str
)
def test_every_section_that_reaches_the_spawner_counts(rows, section, expected):
    text = images_of(a="x/a:1").replace("LibreTextsSpawner", section)
    assert len(rows({"c.py": f"c.JupyterHub.spawner_class = 'libretexts'\n{text}"})) == expected


def test_values_of_the_chart_merge_as_helm_merges_them(rows):
    found = rows({"values.yaml": VALUES, "over.yml": OVER})
    assert [(row["name"], row["reference"]) for row in found] == [("R 4", "quay.io/ours/r:4")]


def test_values_of_a_chart_that_depends_on_the_hubs(rows):
    nested = "jupyterhub:" + VALUES.replace("\n", "\n  ")
    assert [row["image"] for row in rows({"values.yaml": nested})] == ["old", "r"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("c.LibreTextsSpawner.images = {'r': {'imge': 'x'}}", "'imge' is not a known", id="key"),
        pytest.param("c.LibreTextsSpawner.imges = {}", "Did you mean 'images'?", id="setting"),
        pytest.param("c = = 1", "The configuration is not Python", id="syntax"),
        pytest.param("\nsecret = {}['hunter2']", "The configuration raises KeyError", id="error"),
        pytest.param("raise SystemExit('over')", "The configuration ends", id="exit"),
        pytest.param("c.LibreTextsSpawner.images = {}", "There is no menu", id="no menu"),
        pytest.param(
            "from libretexts_hub.hub.configuration import check_or_exit\n"
            "c.LibreTextsSpawner.images = {'r': {'imge': 'x'}}\ncheck_or_exit(c)",
            "'imge' is not a known",
            id="said by the file itself",
        ),
    ],
)
def test_a_wrong_configuration_is_one_sentence(tmp_path, capsys, text, said):
    (tmp_path / "c.py").write_text(text)
    assert ended(["images", "--config", str(tmp_path / "c.py")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert "hunter2" not in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("hub: [", "The values are not YAML", id="not YAML"),
        pytest.param("hub: {}", "There is no hub.config", id="nothing of the hub"),
        pytest.param("- a", "There is no hub.config", id="a list"),
        pytest.param("hub: {config: {LibreTextsSpawner: 3}}", "There is no hub.config", id="no section"),
        pytest.param(
            "hub: {config: {LibreTextsSpawner: {imges: {}}}}", "'imges' is not a setting", id="trait"
        ),
    ],
)
def test_wrong_values_are_one_sentence(tmp_path, capsys, text, said):
    (tmp_path / "values.yaml").write_text(text)
    assert ended(["images", "--config", str(tmp_path / "values.yaml")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_no_configuration_at_all(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("libretexts_hub.cli.config_files.CHART_FILE", tmp_path / "none.py")
    assert main(["images"]) == 2
    assert "--config" in capsys.readouterr().err
    assert main(["images", "--config", "nowhere.py"]) == 2
    assert "nowhere.py" in capsys.readouterr().err


def ended(arguments: list[str]) -> int:
    """The exit code; a configuration file may end the program itself."""
    try:
        return main(arguments)
    except SystemExit as over:
        return over.code
