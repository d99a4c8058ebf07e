"""What does `libretexts-hub render` say of a change: to the configuration, to the cluster, to the clock?"""

import json

import pytest

from libretexts_hub.cli import main
from libretexts_hub.cli.render_compare import as_asked, compared
from tests.cli.cluster_http import ask
from tests.cli.fake_api import refusing_api
from tests.cli.render_cases import HUB
from tests.servers.target import fresh_namespace

MENU = """
c.LibreTextsSpawner.images = {
    "default": {"name": "Default", "image": "quay.io/ours/default-env:3.3"},
    "exam": {"name": "Exam", "image": "quay.io/ours/exam:1", "groups": ["exam"],
             "available": {"from": "2027-01-10T09:00+01:00", "until": "2027-01-10T11:00+01:00"}},
}
c.LibreTextsSpawner.sizes = {"small": {"memory": {"limit": "2Gi"}}}
"""
LARGER = MENU.replace("2Gi", "3Gi")


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Call the verb for alice with `new.py`; `old.py` lies beside it."""
    monkeypatch.chdir(tmp_path)

    def run(*words, new=HUB + MENU, old=HUB + MENU):
        (tmp_path / "new.py").write_text(new)
        (tmp_path / "old.py").write_text(old)
        code = main(["render", "--config", "new.py", "--user", "alice", *words])
        return code, *capsys.readouterr()

    return run


def test_what_changes_from_another_configuration(run):
    code, out, err = run("--diff", "old.py", new=HUB + LARGER)
    assert (code, err) == (0, "")
    changed = [line.split()[-1].strip("'") for line in out.splitlines() if line[:2] in ("- ", "+ ")]
    assert set(changed) == {"2147483648", "3221225472"}
    assert "--- a/Pod jhub/jupyter-alice" in out


def test_what_does_not_change_prints_nothing(run):
    assert run("--diff", "old.py") == (0, "", "")


def test_a_start_when_its_image_is_closed(run):
    words = ("--image", "exam", "--groups", "exam")
    assert run(*words, "--as-of", "2027-01-10T10:30")[0] == 1  # of UTC, which is half past eleven there
    assert run(*words, "--as-of", "2027-01-10T09:30")[0] == 0


@pytest.mark.parametrize(
    ("moment", "is_there"),
    [("2027-01-10T08:59+01:00", False), ("2027-01-10T09:00+01:00", True), ("2027-01-10T11:00+01:00", False)],
)
def test_the_menu_as_it_will_be(run, moment, is_there):
    code, out, _ = run("--groups", "exam", "--menu", "--as-of", moment)
    assert code == 0
    assert ("exam:1" in out) is is_there or "closed" in out
    assert "sizes: small" in out


def test_a_time_that_is_none(run):
    code, out, err = run("--as-of", "tomorrow")
    assert (code, out) == (2, "")
    assert "'tomorrow' is not a time (--as-of). Write it like 2027-01-10T09:00+01:00." in err


def test_snippets_of_the_values_count(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "values.yaml").write_text(
        "hub:\n  config: {JupyterHub: {spawner_class: libretexts}}\n"
        "  extraConfig:\n    node: |\n      c.KubeSpawner.node_selector = {'pool': 'snippet'}\n"
    )
    assert main(["render", "--config", "values.yaml", "--user", "alice"]) == 0
    assert "pool: snippet" in capsys.readouterr().out


def test_only_what_was_asked_for_is_compared():
    running = {
        "a": 1,
        "status": 2,
        "list": [{"name": "x", "v": 1, "default": 2}, {"name": "y"}],
        "plain": [1, 2],
    }
    assert as_asked(
        running, {"a": 3, "new": 4, "list": [{"name": "x", "v": 5}, {"name": "z"}], "plain": [9]}
    ) == {
        "a": 1,
        "list": [{"name": "x", "v": 1}],
        "plain": [1],
    }


@pytest.mark.parametrize(
    ("running", "wanted"),
    [
        pytest.param(
            {"resources": {"limits": {"cpu": "1"}}}, {"resources": {"limits": {"cpu": 1.0}}}, id="cpu"
        ),
        pytest.param(
            {"resources": {"requests": {"storage": "10Gi"}}},
            {"resources": {"requests": {"storage": 10 * 2**30}}},
            id="storage",
        ),
        pytest.param(
            {"kind": "Secret", "data": {"p": "x"}}, {"kind": "Secret", "stringData": {"p": "x"}}, id="Secret"
        ),
        pytest.param({"spec": {}}, {"spec": {"imagePullSecrets": [], "nodeSelector": {}}}, id="empty"),
        pytest.param({"m": {"name": "a"}}, {"m": {"name": "a", "readOnly": False}}, id="read only"),
        pytest.param(
            {"volumes": [{"name": "h"}, {"name": "kube-api-access-x"}]},
            {"volumes": [{"name": "h"}]},
            id="API",
        ),
    ],
)
def test_what_the_api_server_only_writes_otherwise_is_no_change(running, wanted):
    assert as_asked(running, wanted) == wanted


@pytest.mark.parametrize(
    ("running", "wanted"),
    [
        pytest.param({"env": [{"name": "A"}, {"name": "B"}]}, {"env": [{"name": "A"}]}, id="variable"),
        pytest.param({"spec": {"nodeSelector": {"pool": "a"}}}, {"spec": {}}, id="all of a selector"),
        pytest.param(
            {"nodeSelector": {"pool": "a", "b": "c"}}, {"nodeSelector": {"b": "c"}}, id="of a selector"
        ),
        pytest.param({"spec": {"initContainers": [{"name": "a"}]}}, {"spec": {}}, id="container"),
        pytest.param({"limits": {"memory": "1Gi"}}, {}, id="limit"),
        pytest.param({"limits": {"memory": "1Gi"}}, {"limits": {"memory": "2Gi"}}, id="another limit"),
    ],
)
def test_what_the_new_configuration_takes_away_is_told(running, wanted):
    assert as_asked(running, wanted) == running


def test_objects_that_come_and_go():
    one = {"kind": "Pod", "metadata": {"name": "a", "namespace": "n"}}
    two = {"kind": "Pod", "metadata": {"name": "b", "namespace": "n"}}
    told = compared([one], [two])
    assert "--- a/Pod n/a" in told
    assert "+++ b/Pod n/b" in told
    assert compared([one], [one]) == ""


def test_the_cluster_is_asked(embedded, run, monkeypatch):
    with fresh_namespace(embedded, "render") as target:
        monkeypatch.setenv("KUBECONFIG", str(target.kubeconfig))
        there = HUB.replace('"jhub"', f'"{target.namespace}"') + MENU
        assert run("--server-dry-run", new=there) == (0, "The cluster would take all 2 objects.\n", "")
        assert run("--diff-running", new=there)[1].count("+++ b/") == 2
        broken = there + "c.KubeSpawner.extra_labels = {'a b': 'c'}\n"
        code, out, err = run("--server-dry-run", new=broken)
        assert (code, out) == (1, "")
        assert "a b" in err


def test_what_changes_for_somebody_whose_server_runs(embedded, run, monkeypatch):
    """Defaults, status and what controllers wrote are no change; the new limit is the only one."""
    with fresh_namespace(embedded, "render") as target:
        monkeypatch.setenv("KUBECONFIG", str(target.kubeconfig))
        there = HUB.replace('"jhub"', f'"{target.namespace}"')
        made = json.loads(run("--json", new=there + MENU)[1])["items"]
        for each in made:
            plural = {"Pod": "pods", "PersistentVolumeClaim": "persistentvolumeclaims"}[each["kind"]]
            ask(target, "POST", f"/api/v1/namespaces/{target.namespace}/{plural}", each)

        assert run("--diff-running", new=there + MENU) == (0, "", "")
        code, out, err = run("--diff-running", new=there + LARGER)

    assert (code, err) == (0, "")
    assert f"--- a/Pod {target.namespace}/jupyter-alice" in out
    changed = [line for line in out.splitlines() if line[:2] in ("- ", "+ ")]
    assert [line.split()[-1].strip("'\"") for line in changed] == ["2147483648", "3221225472"] * (
        len(changed) // 2
    )
    assert changed


@pytest.mark.parametrize(("words", "missing"), [("--diff-running", "get"), ("--server-dry-run", "create")])
def test_a_kubeconfig_without_rights(run, tmp_path, monkeypatch, words, missing):
    with refusing_api(tmp_path) as kubeconfig:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        code, out, err = run(words)
    assert (code, out) == (2, "")
    assert f"This account may not {missing} persistentvolumeclaims" in err
    assert "libretexts-hub roles --for hub" in err
