"""What does `libretexts-hub render` say of a change: to the configuration, to the cluster, to the clock?"""

import pytest

from libretexts_hub.cli import main
from libretexts_hub.cli.render_compare import as_asked, compared
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
