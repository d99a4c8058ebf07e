"""Does repo2docker make the default environment, and does its Python part work?"""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from libretexts_hub.demo import leash
from tests.cluster import paths
from tests.servers.ending import end_process
from tests.servers.namespace_objects import eventually
from tests.servers.ports import free_port

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"
BASE = "docker.io/library/buildpack-deps:jammy"
# Conda's name -> that of the same thing on the Python package index; "" where only conda has it.
ON_THE_INDEX = {
    "python": "",
    "r-base": "",
    "r-irkernel": "",
    "nb_conda_kernels": "",
    "psycopg2": "psycopg2-binary",
    "psycopg": "psycopg[binary]",
}


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A repository that has this folder and nothing else."""
    shutil.copytree(BINDER, tmp_path / "binder")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def picked():
    """The buildpack that repo2docker picks here."""
    pytest.importorskip("repo2docker", reason="the newest set has it")
    from repo2docker.app import Repo2Docker

    found = next(each for kind in Repo2Docker().buildpacks if (each := kind(BASE)).detect())
    found.platform = "linux/amd64"  # RStudio's server is made for no other one
    return found


def test_repo2docker_takes_the_environment_with_all_its_files(repository):
    assert type(picked()).__name__ == "CondaBuildPack"
    text = picked().render({})
    for words in ("default-mysql-client", "postgresql-client", "binder/environment.yml", "binder/postBuild"):
        assert words in text, words


def test_r_in_the_environment_brings_rstudio(repository):
    assert "rstudio" in picked().render({}).lower()


def test_julia_is_one_file_away(repository):
    """What it would build is not looked at: for that repo2docker asks which releases of Julia there are."""
    shutil.copy("binder/optional/julia/Project.toml", "binder")
    assert type(picked()).__name__ == "JuliaProjectTomlBuildPack"


def test_the_scripts_run_and_put_files_where_jupyter_and_conda_read_them(tmp_path):
    prefix, conda, path = tmp_path / "prefix", tmp_path / "conda", tmp_path / "bin"
    for folder in (prefix, conda, path):
        folder.mkdir()
    (path / "python").write_text(f"#!/bin/sh\necho {prefix}\n")
    (path / "python").chmod(0o755)
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "CONDA_DIR": str(conda)}
    subprocess.run([BINDER / "postBuild"], env=environment, check=True, timeout=30)
    share = prefix / "share/jupyter"
    assert json.loads((share / "lab/settings/overrides.json").read_text())
    [entry] = yaml.safe_load((share / "jupyter_app_launcher/jp_app_launcher_hub.yaml").read_text())
    assert entry["source"].endswith("hub/faq")
    # The first is in the home: an image that is new at each start keeps nothing.
    assert yaml.safe_load((conda / ".condarc").read_text())["envs_dirs"][0].startswith("~/")


def wanted() -> dict[str, str]:
    """Conda's name -> version, of the environment."""
    listed = yaml.safe_load((BINDER / "environment.yml").read_text())["dependencies"]
    return {name: version for name, _, version in (each.partition("=") for each in listed)}


@pytest.fixture(scope="module")
def environment() -> Path:
    """The Python part, installed once and kept by what is asked for."""
    requirements = [
        f"{name}=={version}.*" if version else name
        for conda, version in wanted().items()
        if (name := ON_THE_INDEX.get(conda, conda))
    ]
    key = hash_of(requirements)
    folder = paths.cache_dir() / "binder" / f"{sys.version_info[0]}.{sys.version_info[1]}-{key}"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True, timeout=180)
        command = [uv, "pip", "install", "--quiet", "--python", folder / "bin/python", *requirements]
        subprocess.run(command, check=True, timeout=600)
        (folder / "made").touch()
    return folder


def hash_of(words: list[str]) -> str:
    import hashlib

    return hashlib.sha256(" ".join(sorted(words)).encode()).hexdigest()[:12]


@pytest.mark.installs
@pytest.mark.timeout(700)
async def test_what_is_installed_starts_with_everything_switched_on(environment, tmp_path):
    port = free_port()
    command = [
        *(environment / "bin/python", "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--IdentityProvider.token=t", f"--ServerApp.root_dir={tmp_path}"),
    ]
    variables = {**os.environ, "HOME": str(tmp_path), "PATH": f"{environment}/bin:{os.environ['PATH']}"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220
            leash.command([str(word) for word in command]),
            env=variables,
            stdout=log,
            stderr=log,
            cwd=tmp_path,
        )
    try:

        async def answers() -> bool:
            return asked(port, "api/status") is not None

        await eventually("the server answers", answers, 90)
        servers = json.loads(asked(port, "server-proxy/servers-info"))["server_processes"]
        assert "rstudio" in {each["name"] for each in servers}
        assert "lab" in asked(port, "lab")
        assert asked(port, "tree"), "the notebook 7 page"
    finally:
        end_process(process)
    said = (tmp_path / "log").read_text()
    for extension in ("nbgitpuller", "jupyter_server_proxy", "notebook", "jupyter_app_launcher"):
        assert f"{extension} | extension was successfully loaded" in said, extension


def asked(port: int, path: str) -> str | None:
    """A page of the server; None while there is none."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{path}", headers={"Authorization": "token t"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return None


@pytest.mark.installs
@pytest.mark.parametrize("url", ["mysql+pymysql://a@h/d", "postgresql://a@h/d", "sqlite://"])
def test_what_a_database_says_of_itself_is_an_engine_here(environment, url):
    """DATABASE_URL, as a database beside the notebook sets it."""
    program = f"import sqlalchemy; print(sqlalchemy.create_engine({url!r}).dialect.dbapi.__name__)"
    done = subprocess.run(
        [environment / "bin/python", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.installs
def test_sql_runs_in_a_cell(environment, tmp_path):
    program = (
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        "shell = Shell.instance(); shell.run_line_magic('load_ext', 'sql')\n"
        "shell.run_line_magic('sql', 'sqlite://')\n"
        "found = shell.run_line_magic('sql', 'select 6 * 7 as answer')\n"
        "print(found.dict())\n"
    )
    command = [environment / "bin/python", "-c", program]
    variables = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, env=variables)
    assert "42" in done.stdout, done.stderr
