"""What is in a pod's volumes, and can nothing lead out of them?"""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.local_cluster.kubelet.environment import ConfigProblem
from libretexts_hub.local_cluster.kubelet.mounts import ContainerRoot
from libretexts_hub.local_cluster.kubelet.paths import PathEscape, join_inside, parts_below
from tests.local_cluster.node_harness import Harness, sh, until


def _mount(name: str, path: str, **more: object) -> dict:
    return {"name": name, "mountPath": path, **more}


async def test_a_claim_is_the_home_and_stays(node: Harness) -> None:
    folder = node.claim("home")
    volumes = [{"name": "home", "persistentVolumeClaim": {"claimName": "home"}}]
    mounts = [_mount("home", "/home/jovyan")]
    node.pod("writes", sh('pwd; echo "$HOME"; echo work > ~/notes', volumeMounts=mounts), volumes=volumes)
    await node.finished("writes")
    assert node.log("writes").splitlines() == [str(folder), str(folder)]
    node.store.delete("pods", "default", "writes")
    node.pod("reads", sh("cat /home/jovyan/notes", volumeMounts=mounts), volumes=volumes)
    await node.finished("reads")
    assert node.log("reads") == "work\n"


async def test_a_claims_directory_goes_with_the_claim(node: Harness) -> None:
    folder = node.claim("home")
    await until(folder.is_dir, "the directory is made when the claim is bound")
    (folder / "notes").write_text("x")
    node.store.delete("persistentvolumeclaims", "default", "home")
    await until(lambda: not folder.exists(), "it is removed with the claim")
    again = node.claim("home")
    await until(again.is_dir)
    assert list(again.iterdir()) == []


async def test_contents_and_modes_of_projected_files(node: Harness) -> None:
    node.secret("keys", token="t0p", other="x")
    node.config_map("settings", **{"app.ini": "[app]"})
    volumes = [
        {"name": "all", "secret": {"secretName": "keys", "defaultMode": 0o644}},
        {
            "name": "one",
            "secret": {"secretName": "keys", "items": [{"key": "token", "path": "a/b", "mode": 0o400}]},
        },
        {"name": "map", "configMap": {"name": "settings"}},
        {
            "name": "self",
            "downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]},
        },
        {
            "name": "mix",
            "projected": {
                "sources": [
                    {"serviceAccountToken": {"path": "token"}},
                    {"secret": {"name": "keys", "items": [{"key": "other", "path": "other"}]}},
                    {"configMap": {"name": "none", "optional": True}},
                    {
                        "downwardAPI": {
                            "items": [{"path": "ns", "fieldRef": {"fieldPath": "metadata.namespace"}}]
                        }
                    },
                ]
            },
        },
        {"name": "tmp", "emptyDir": {"medium": "Memory"}},
    ]
    mounts = [_mount(item["name"], f"/v/{item['name']}") for item in volumes]
    script = "cd /v/all; cat token; cd /v/tmp && touch made && exec sleep 60"
    node.pod("files", sh(script, volumeMounts=mounts), volumes=volumes, metadata={"labels": {"app": "hub"}})
    await node.ready("files")
    await until(lambda: node.log("files") == "t0p")
    folder = node.state_dir / "pods" / node.get("files")["metadata"]["uid"] / "volumes"

    def mode(path: str) -> int:
        return stat.S_IMODE((folder / path).stat().st_mode)

    assert mode("all/token") == 0o600
    assert mode("one/a/b") == 0o400
    assert (folder / "map/app.ini").read_text() == "[app]"
    assert (folder / "self/labels").read_text() == 'app="hub"'
    assert {path.name for path in (folder / "mix").iterdir()} == {"token", "other", "ns"}
    assert (folder / "mix/ns").read_text() == "default"
    await until((folder / "tmp/made").exists)


async def test_a_missing_secret_is_waited_for(node: Harness) -> None:
    node.pod(
        "waits",
        sh("cat /keys/token", volumeMounts=[_mount("keys", "/keys")]),
        volumes=[{"name": "keys", "secret": {"secretName": "late"}}],
    )
    message = 'MountVolume.SetUp failed for volume "keys" : secret "late" not found'
    await until(lambda: message in {item["message"] for item in node.events("waits")})
    assert node.waiting("waits") == "ContainerCreating"
    node.secret("late", token="here")
    await node.finished("waits")
    assert node.log("waits") == "here"


@pytest.mark.parametrize(
    "volume",
    [{"hostPath": {"path": "/etc"}}, {"nfs": {"server": "x", "path": "/"}}, {"csi": {"driver": "x"}}],
    ids=lambda volume: next(iter(volume)),
)
async def test_volumes_of_other_kinds_are_refused_in_words(node: Harness, volume: dict) -> None:
    node.pod("host", sh("true"), volumes=[{"name": "v", **volume}])
    kind = next(iter(volume))
    await until(lambda: any(f"has no {kind} volumes" in item["message"] for item in node.events("host")))
    assert node.phase("host") == "Pending"


@pytest.mark.parametrize(
    ("mount", "words"),
    [
        pytest.param(_mount("home", "/data", subPath="../other"), "contains '..'", id="dots"),
        pytest.param(_mount("home", "/data", subPath="link"), "symbolic link", id="link"),
        pytest.param(_mount("home", "/data", subPath="link/deeper"), "symbolic link", id="below a link"),
        pytest.param(_mount("home", "/data", subPath="/etc"), "absolute", id="absolute"),
        pytest.param(_mount("home", "/../../data"), "contains '..'", id="mount path"),
        pytest.param(_mount("home", "/"), "at /", id="root"),
        pytest.param(_mount("none", "/data"), 'cannot find volume "none"', id="no such volume"),
    ],
)
def test_no_mount_leads_out(tmp_path: Path, mount: dict, words: str) -> None:
    home = tmp_path / "claims" / "home"
    home.mkdir(parents=True)
    (home / "link").symlink_to(tmp_path)
    root = ContainerRoot(tmp_path / "container", "127.1.1.1")
    with pytest.raises(ConfigProblem, match=words):
        root.prepare({"name": "main", "volumeMounts": [mount]}, {"home": home}, {})


def test_a_link_in_a_volume_does_not_move_an_inner_mount(tmp_path: Path) -> None:
    home, shared, outside = tmp_path / "home", tmp_path / "shared", tmp_path / "outside"
    for folder in (home, shared, outside):
        folder.mkdir()
    (home / "trap").symlink_to(outside)
    root = ContainerRoot(tmp_path / "container", "127.1.1.1")
    mounts = [_mount("home", "/home/jovyan"), _mount("shared", "/home/jovyan/trap/inner")]
    with pytest.raises(ConfigProblem, match="symbolic link"):
        root.prepare({"name": "main", "volumeMounts": mounts}, {"home": home, "shared": shared}, {})
    assert list(outside.iterdir()) == []


def _root(tmp_path: Path) -> tuple[ContainerRoot, Path, Path]:
    home, shared = tmp_path / "claims" / "home", tmp_path / "claims" / "shared"
    home.mkdir(parents=True)
    shared.mkdir()
    root = ContainerRoot(tmp_path / "container", "127.1.1.1")
    mounts = [
        _mount("shared", "/home/jovyan/shared"),
        _mount("home", "/home/jovyan"),
        _mount("home", "/data", subPath="d"),
    ]
    root.prepare({"name": "main", "volumeMounts": mounts}, {"home": home, "shared": shared}, {})
    return root, home, shared


def test_a_mount_in_a_mount_is_a_link_while_the_container_runs(tmp_path: Path) -> None:
    root, home, shared = _root(tmp_path)
    assert (home / "shared").resolve() == shared
    assert (root.root / "home/jovyan/shared").resolve() == shared
    root.clear()
    assert not os.path.lexists(home / "shared")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data", "{home}/d"),
        ("/data/x", "{home}/d/x"),
        ("/database", "/database"),
        ("--dir=/data", "--dir={home}/d"),
        ("echo a > /data/b; ls '/data'", "echo a > {home}/d/b; ls '{home}/d'"),
        ("/home/jovyan/shared/x", "{shared}/x"),
        ("/home/jovyan/sharedx", "{home}/sharedx"),
        ("http://hub/data/x", "http://hub/data/x"),
        ("~/data", "~/data"),
        ("x/data", "x/data"),
    ],
    ids=lambda text: text[:24],
)
def test_paths_in_arguments(tmp_path: Path, text: str, expected: str) -> None:
    root, home, shared = _root(tmp_path)
    assert root.argument(text) == expected.format(home=home, shared=shared)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data", "{home}/d"),
        ("/data/x", "{home}/d/x"),
        ("/opt/bin:/home/jovyan/bin", "/opt/bin:{home}/bin"),
        ("see /data", "see /data"),
        ("http://hub:80/data", "http://hub:80/data"),
        ("/user/ada/data", "/user/ada/data"),
    ],
    ids=lambda text: text[:24],
)
def test_paths_in_values(tmp_path: Path, text: str, expected: str) -> None:
    root, home, shared = _root(tmp_path)
    assert root.value(text) == expected.format(home=home, shared=shared)


def test_the_working_directory(tmp_path: Path) -> None:
    root, home, shared = _root(tmp_path)
    assert root.working_directory(None) == home
    assert root.working_directory("/home/jovyan/shared") == shared
    assert root.working_directory("/srv/app") == root.root / "srv/app"
    with pytest.raises(ConfigProblem):
        root.working_directory("/../..")


@given(st.text(max_size=30))
def test_no_path_leads_out_of_its_folder(text: str) -> None:
    folder = Path("/volume")
    try:
        joined = join_inside(folder, text)
    except PathEscape:
        return
    assert joined.is_relative_to(folder)
    assert ".." not in parts_below(text)
