"""Do the documents say what is so? What they name is looked up, and the examples are checked."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from docs._ext.fragments import FRAGMENTS, read_fragments
from docs._ext.our_traits import configurable_classes

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *(ROOT / "docs").rglob("*.md")]
    # What the build makes is checked by the build.
    if "_build" not in path.parts and path.parent != ROOT / "docs" / "operators" / "settings"
)
# Classes of packages that a sample stands before.
OF_OTHERS = {"LTI13Authenticator": "ltiauthenticator.lti13.auth"}
EXAMPLES = sorted(path for path in (ROOT / "examples").rglob("*") if path.is_file())
EVIDENCE = [ROOT / "docs" / "evidence.md", *sorted((ROOT / "docs" / "evidence").glob("*.md"))]
TEST_ID = re.compile(r"`(tests/[\w/]+\.py(?:::\w+)+)`")


def name_of(value) -> str:
    """A short id for a parametrised test."""
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else str(value)


def found_in_pages(pattern: str) -> list:
    """(page, match) for each distinct match, as parameters."""
    return [
        pytest.param(page, match, id=f"{name_of(page)}:{match}")
        for page in [*PAGES, *EXAMPLES]
        for match in sorted(set(re.findall(pattern, page.read_text(encoding="utf-8"))))
    ]


@pytest.mark.parametrize(("page", "target"), found_in_pages(r"(?:`|\$ )make ([a-z][a-z-]+)"))
def test_make_target_exists(page, target):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{name_of(page)} names `make {target}`"


@pytest.mark.parametrize(("page", "link"), found_in_pages(r"\]\((?!https?:|#)([^)#]+)"))
def test_link_leads_to_a_file(page, link):
    assert (page.parent / link).exists(), f"{name_of(page)} links to {link}"


@pytest.mark.parametrize(("page", "verb"), found_in_pages(r"(?:`|\$ )libretexts-hub ([a-z][a-z-]+)"))
def test_verb_exists(page, verb):
    command = [Path(sys.executable).with_name("libretexts-hub"), verb, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, f"{name_of(page)} names `libretexts-hub {verb}`: {done.stderr}"


def values_files() -> list:
    """Every YAML document in the pages and examples that configures a hub through the chart."""
    blocks = []
    for page in PAGES:
        texts = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        blocks += [(f"{name_of(page)}-{number}", text) for number, text in enumerate(texts, 1)]
    blocks += [
        (name_of(path), path.read_text(encoding="utf-8")) for path in EXAMPLES if path.suffix == ".yaml"
    ]
    return [pytest.param(yaml.safe_load(text), id=name) for name, text in blocks if "config:" in text]


def class_named(name: str) -> type:
    """A configurable class as an operator names it: ours, JupyterHub's, KubeSpawner's, one of OF_OTHERS."""
    if name in OF_OTHERS:
        return getattr(pytest.importorskip(OF_OTHERS[name]), name)
    from jupyterhub.app import JupyterHub
    from jupyterhub.auth import DummyAuthenticator
    from kubespawner import KubeSpawner

    classes = (JupyterHub, DummyAuthenticator, KubeSpawner, *configurable_classes())
    # What ours are made of is named in configurations too: Authenticator, OAuthenticator.
    bases = (base for one in classes for base in one.__mro__ if hasattr(base, "class_traits"))
    known = {one.__name__: one for one in (*bases, *classes)}
    assert name in known, f"no class of the name {name} is known"
    return known[name]


def assert_settings_exist(config: dict) -> None:
    """Each `Class: {name: value}` names a configurable trait."""
    for section, values in config.items():
        unknown = set(values) - set(class_named(section).class_trait_names(config=True))
        assert not unknown, f"{section} has no such setting"


@pytest.mark.parametrize("values", values_files())
def test_chart_values_start_a_hub(values):
    from libretexts_hub.hub.configuration import check

    config = values["hub"]["config"]
    assert_settings_exist(config)
    check(Config(config))


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.suffix == ".py"], ids=name_of)
def test_example_configuration_loads(path):
    config = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
    assert_settings_exist(config)


@pytest.mark.parametrize(("page", "setting"), found_in_pages(r"\bc\.((?!Class\b)[A-Z]\w+\.[a-z]\w*)"))
def test_setting_exists(page, setting):
    section, name = setting.split(".")
    assert_settings_exist({section: {name: None}})


def test_changelog_fragments_can_be_read():
    fragments = read_fragments(FRAGMENTS)
    assert all(sentence.endswith(".") for sentences in fragments.values() for sentence in sentences)


def test_unreadable_fragment_is_named(tmp_path):
    (tmp_path / "typo.md").write_text("Addded: something.", encoding="utf-8")
    with pytest.raises(ValueError, match=r"changelog\.d/typo\.md must begin with"):
        read_fragments(tmp_path)


def test_metrics_in_the_pages_are_the_ones_of_the_hub():
    from prometheus_client import REGISTRY

    import libretexts_hub.hub.metrics  # noqa: F401  registers them
    from libretexts_hub.culler import metrics as culler

    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    registries = (REGISTRY, culler.REGISTRY)
    known = {
        name for each in registries for name in each._names_to_collectors if name.startswith("libretexts_")
    }
    named = set(re.findall(r"`(libretexts_[a-z_]+(?:_total|_seconds))`", text))
    assert named <= known


def finds(test: str) -> bool:
    """Whether pytest would find a test by this name, `file::test` or `file::Class::test`."""
    path, *names = test.split("::")
    inside = ast.parse((ROOT / path).read_text(encoding="utf-8")).body if (ROOT / path).is_file() else []
    for name in names:
        inside = next((node.body for node in inside if getattr(node, "name", None) == name), [])
    return bool(inside) and names[-1].startswith("test_")


@pytest.mark.parametrize("page", EVIDENCE, ids=name_of)
def test_evidence_names_tests_that_are_there(page):
    named = set(TEST_ID.findall(page.read_text(encoding="utf-8")))
    assert named
    assert [test for test in sorted(named) if not finds(test)] == []


def test_a_test_that_is_not_there_is_not_found():
    here = "tests/test_docs.py"
    assert finds(f"{here}::test_a_test_that_is_not_there_is_not_found")
    assert not finds(f"{here}::test_of_dreams")
    assert not finds(f"{here}::finds")
    assert not finds("tests/test_of_dreams.py::test_one")
    assert not finds(f"{here}::TestClass::test_of_dreams")


@pytest.mark.parametrize("page", EVIDENCE, ids=name_of)
def test_every_row_of_evidence_has_its_test_or_says_no(page):
    bare, has_tests = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or cells[-1] == "test":
            has_tests = bool(cells)
        elif has_tests and not set(line) <= set("|-") and not TEST_ID.search(cells[-1]):
            bare += [] if cells[-2].startswith("**no**") else [line]
    assert bare == []
