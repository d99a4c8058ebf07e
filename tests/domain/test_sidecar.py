"""Is what lands in the pod what was agreed? Whole manifests, and what may never be in them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from libretexts_hub.domain.database_grace import grace_of
from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.sidecar import (
    Place,
    annotations,
    claim_manifest,
    container,
    download_container,
    notebook_mount,
    secret_manifest,
    volumes,
)
from libretexts_hub.domain.sidecar_environment import notebook_environment
from libretexts_hub.domain.start_scripts import start_script

GOLDEN = Path(__file__).parent / "golden"
SOURCES = [
    {"config_map": "db101-sql"},
    {"secret": "db101-answers"},
    {"claim": "datasets", "path": "flights/all.sql.gz"},
    {"url": "https://example.org/sakila.sql.gz", "sha256": "0" * 64},
]
EVERYTHING = {
    "engine": "postgresql",
    "image": "postgres:17-alpine",
    "storage": "5Gi",
    "storage_class": "ssd",
    "cpu": {"guarantee": 0.5, "limit": 2},
    "memory": {"guarantee": "512Mi", "limit": "2Gi"},
    "settings": {"max_connections": 20, "jit": False, "search_path": '"$user", public'},
    "user": 70,
    "grace": "2m",
    "folder": "/home/ada/database",
    "driver": "psycopg",
    "initial": SOURCES,
    "everybody": True,
}
CASES = [
    pytest.param({"engine": "mariadb", "image": "mariadb:11.4"}, True, False, id="mariadb"),
    pytest.param({"engine": "mysql", "image": "mysql:8.4", "storage": "2Gi"}, True, True, id="mysql-root"),
    pytest.param({"engine": "postgresql", "image": "postgres:17"}, True, False, id="postgresql"),
    pytest.param({"engine": "postgresql", "image": "postgres:17"}, True, True, id="postgresql-root"),
    pytest.param({"engine": "mariadb", "image": "x/y:1", "scratch": "256Mi"}, True, False, id="scratch"),
    pytest.param({"engine": "mariadb", "image": "mariadb:11.4"}, False, False, id="ordinary-container"),
    pytest.param(EVERYTHING, True, True, id="everything"),
]


def place_for(entry, *, has_root=False):
    [database] = parse_databases({"db": entry}, where="here")
    return Place(database, "db-ada", "ada", database.folder, has_root)


def whole(place, *, is_native):
    """Everything that is made for one server, the script by its name."""
    made = container(place, is_native=is_native)
    made["command"][2] = f"<the start script of {place.database.engine}>"
    return {
        "container": made,
        "download": download_container(place, "quay.io/x/notebook:1"),
        "volumes": volumes(place),
        "notebook": {"env": notebook_environment(place), "mount": notebook_mount(place)},
        "annotations": annotations(place),
        "claim": claim_manifest(place, {"a": "label"}, {"an": "annotation"}),
        "secret": secret_manifest(place, {"a": "label"}, {"an": "annotation"}, ("<one>", "<another>")),
    }


@pytest.mark.parametrize(("entry", "is_native", "has_root"), CASES)
def test_the_manifest_is_what_it_was(entry, is_native, has_root, request):
    made = whole(place_for(entry, has_root=has_root), is_native=is_native)
    text = json.dumps(made, indent=2) + "\n"
    golden = GOLDEN / f"database-{request.node.callspec.id}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text(), "if this is meant: UPDATE_GOLDEN=1 pytest tests/domain/test_sidecar.py"


@pytest.mark.parametrize(("entry", "is_native", "has_root"), CASES)
def test_every_container_is_confined_and_holds_no_password(entry, is_native, has_root):
    made = container(place_for(entry, has_root=has_root), is_native=is_native)
    context = made["securityContext"]
    assert context["readOnlyRootFilesystem"]
    assert context["runAsNonRoot"]
    assert context["runAsUser"] > 0
    secret = [each for each in made["env"] if "PASSWORD" in each["name"] and each.get("value")]
    assert secret == []
    mounted = {mount["name"] for mount in made["volumeMounts"]}
    assert mounted == {each["name"] for each in volumes(place_for(entry))}


@pytest.mark.parametrize("engine", ["mariadb", "mysql", "postgresql"])
def test_a_kubelet_hands_over_the_very_script(engine):
    place = place_for({"engine": engine, "image": "x:1", "settings": {"a": "$(HOME) $$"}})
    command = container(place, is_native=True)["command"]
    assert command[2].replace("$$", "$") == start_script(engine)
    assert command[-1].replace("$$", "$").endswith("a=$(HOME) $$")
    assert "$(" not in command[2].replace("$$", "")


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("engine", ["mariadb", "mysql", "postgresql"])
def test_every_shell_reads_the_script(engine, shell):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    done = subprocess.run([shell, "-n"], input=start_script(engine), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_variables_that_need_the_password_come_after_it():
    for root in (False, True):
        place = place_for({"engine": "mysql", "image": "x:1"}, has_root=root)
        names = [each["name"] for each in notebook_environment(place)]
        values = {each["name"]: each.get("value", "") for each in notebook_environment(place)}
        for name, value in values.items():
            for needed in ("DATABASE_PASSWORD", "DATABASE_ROOT_PASSWORD"):
                assert f"$({needed})" not in value or names.index(needed) < names.index(name)


@pytest.mark.parametrize(
    ("pod", "seconds"),
    [
        pytest.param(None, 0, id="no pod"),
        pytest.param({"metadata": {}}, 0, id="no annotations"),
        pytest.param({"metadata": {"annotations": {"libretexts.org/database-grace": "60"}}}, 60, id="one"),
        pytest.param({"metadata": {"annotations": {"libretexts.org/database-grace": "-1"}}}, 0, id="wrong"),
        pytest.param(
            {"metadata": {"annotations": {"libretexts.org/database-grace": "9" * 9}}}, 600, id="long"
        ),
    ],
)
def test_the_grace_of_a_pod(pod, seconds):
    assert grace_of(pod) == seconds
