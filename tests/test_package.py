"""Does the package that people install hold everything, and does importing it stay light?"""

import ast
import json
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("libretexts_hub", "templates", "jupyterhub_config.d")
MODULES = sorted((ROOT / "libretexts_hub").rglob("*.py"))
HEAVY = {
    "aiohttp",
    "cryptography",
    "jinja2",
    "jupyterhub",
    "jupyterlab",
    "kubernetes_asyncio",
    "kubespawner",
    "sqlalchemy",
    "tornado",
}


def run_python(code: str, *options: str, python: str = sys.executable) -> str:
    """The output of `code` in a new interpreter outside the checkout; its error text when it fails."""
    done = subprocess.run(
        [python, *options, "-c", code], cwd="/", capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def package_files(folder: str) -> set[str]:
    """What belongs into the wheel, by its path there; caches and Markdown about a folder do not."""
    inside = {"libretexts_hub": "", "templates": "templates/", "jupyterhub_config.d": "config_d/"}[folder]
    files = (
        path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {
        f"libretexts_hub/{inside}{path.relative_to(ROOT / folder).as_posix()}"
        for path in files
        if path.suffix != ".md"
    }


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """A wheel built from a copy of the sources, so that no build folder appears in the checkout."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(copy / "dist"),
        str(copy),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    [built] = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def unpacked(wheel, tmp_path_factory) -> Path:
    """The wheel as an installer lays it out."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("folder", SOURCES)
def test_wheel_holds_every_file_of(folder, unpacked):
    missing = {name for name in package_files(folder) if not (unpacked / name).is_file()}
    assert not missing, "setup.cfg does not ship these (packages, package_data)"


FIND_RESOURCES = """
import json, sys
sys.path[:0] = {path!r}
from importlib.resources import files
import libretexts_hub

def names(package):
    return sorted(one.name for one in files("libretexts_hub." + package).iterdir())

found = {{package: names(package) for package in ("templates", "config_d")}}
print(json.dumps({{"from": libretexts_hub.__file__, **found}}))
"""


@pytest.mark.parametrize("installed", ["wheel", "editable"])
def test_templates_and_configuration_are_found_as_resources(installed, request):
    path = [str(request.getfixturevalue("unpacked"))] if installed == "wheel" else []
    found = json.loads(run_python(FIND_RESOURCES.format(path=path)))

    assert found["from"].startswith(path[0] if path else str(ROOT))
    assert "spawn_menu.html" in found["templates"]
    assert [name for name in found["config_d"] if name[:2].isdigit()], "no NN-name.py was found"


def test_wheel_says_its_licence_and_entry_points(unpacked):
    [metadata] = unpacked.glob("*.dist-info")
    assert (
        "License-Expression: BSD-3-Clause" in (metadata / "METADATA").read_text()
        or "BSD-3" in (metadata / "METADATA").read_text()
    )
    assert (
        "libretexts = libretexts_hub.hub.spawner:LibreTextsSpawner"
        in (metadata / "entry_points.txt").read_text()
    )
    assert list(metadata.rglob("LICENSE"))


def test_importing_the_package_imports_nothing_else():
    code = "import sys; before = set(sys.modules); import libretexts_hub; print(*(set(sys.modules) - before))"
    assert run_python(code).split() == ["libretexts_hub"]


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"]], ids=" ".join)
def test_help_is_there_at_once(arguments):
    code = f"""
import sys
from libretexts_hub.cli import main
sys.argv = ["libretexts-hub", *{arguments!r}]
try:
    code = main()
except SystemExit as end:
    code = end.code
sys.stderr.write(repr(sorted({HEAVY!r} & set(sys.modules))))
sys.exit(code)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd="/", capture_output=True, text=True, timeout=180)
    assert (done.returncode, done.stderr) == (0, "[]")
    assert "usage: libretexts-hub" in done.stdout


def test_console_script_is_installed():
    command = Path(sys.executable).with_name("libretexts-hub")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


@pytest.mark.parametrize("arguments", [["no-such-verb"], ["demo", "--no-such-option"]], ids=" ".join)
def test_console_script_refuses_what_it_does_not_know_without_a_traceback(arguments):
    command = Path(sys.executable).with_name("libretexts-hub")
    done = subprocess.run([command, *arguments], capture_output=True, text=True, timeout=180)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert arguments[-1] in done.stderr


def test_spawner_entry_point_is_the_spawner():
    [entry] = entry_points(group="jupyterhub.spawners", name="libretexts")
    assert entry.load().__name__ == "LibreTextsSpawner"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_module_is_python_3_11(path):
    ast.parse(path.read_text(encoding="utf-8"), filename=str(path), feature_version=(3, 11))


def pythons() -> list[str]:
    """Interpreters to try the core on: this one, and a 3.11 where the machine has one."""
    return [sys.executable, *filter(None, [shutil.which("python3.11")])]


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).name)
def test_core_imports_on_a_bare_interpreter(python):
    modules = ["libretexts_hub.errors"]
    modules += [f"libretexts_hub.domain.{path.stem}" for path in MODULES if path.parent.name == "domain"]
    code = f"""
import importlib, sys
sys.path.insert(0, {str(ROOT)!r})
for name in {modules!r}:
    importlib.import_module(name)
"""
    run_python(code, "-I", "-S", python=python)
