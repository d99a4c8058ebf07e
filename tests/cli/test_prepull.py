"""Does what is printed pull the menu: in the chart's values, in a DaemonSet, in a real cluster?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from libretexts_hub.cli import main
from libretexts_hub.domain.prepull_daemonset import NAME
from tests.cli.cluster_http import ask
from tests.cli.configurations import STATIC, live
from tests.cli.fake_api import refusing_api
from tests.servers.fake_registry import FakeRegistry
from tests.servers.ports import free_port

GOLDEN = Path(__file__).parent / "golden"
DIGEST = f"sha256:{'d' * 64}"


@pytest.mark.parametrize("kind", ["chart", "daemonset"])
def test_what_is_printed_is_what_was_printed(images, kind):
    code, out, err = images(STATIC, "--prepull", kind)
    assert (code, err) == (0, "")
    assert out == (GOLDEN / f"{kind}.yaml").read_text()


def test_the_chart_is_what_is_meant_without_a_word(images):
    assert images(STATIC, "--prepull") == images(STATIC, "--prepull", "chart")


def test_databases_are_pulled_too(images):
    database = {"engine": "mariadb", "image": "quay.io/ours/mariadb:11.4", "groups": ["db101"]}
    text = f"{STATIC}\nc.LibreTextsSpawner.databases = {{'sql': {database!r}}}"
    _, out, _ = images(text, "--prepull")
    assert "menu-mariadb-11-4" in yaml.safe_load(out)["prePuller"]["extraImages"]


def test_values_for_the_chart_with_digests(images, registry):
    code, out, _ = images(live(registry.host), "--prepull", "chart")
    assert code == 0
    extra = yaml.safe_load(out)["prePuller"]["extraImages"]
    # `recommended` is w_2026_46: one image, pulled once.
    assert list(extra) == ["menu-lab-recommended", "menu-lab-r29-0-0"]
    assert all(each["name"] == f"{registry.host}/team/lab" for each in extra.values())
    assert [each["tag"].partition("@sha256:")[0] for each in extra.values()] == ["recommended", "r29_0_0"]
    assert all(len(each["tag"].partition("@sha256:")[2]) == 64 for each in extra.values())


def test_newest_says_how_many_of_each_kind(images, registry):
    def tags(*words: str) -> list[str]:
        _, out, _ = images(live(registry.host), "--prepull", "chart", *words)
        extra = yaml.safe_load(out)["prePuller"]["extraImages"]
        return [each["tag"].partition("@")[0] for each in extra.values()]

    assert tags("--newest", "0") == ["recommended"]
    assert tags() == ["recommended", "r29_0_0"]
    assert tags("--newest", "2") == ["recommended", "r29_0_0", "w_2026_45"]


def test_a_pinned_image_is_pulled_by_the_digest_that_it_has_now(images, registry):
    image = {"image": f"{registry.host}/team/lab:r29_0_0", "pin": True, "plain_http": True}
    _, out, _ = images(f"c.LibreTextsSpawner.images = {{'r': {image!r}}}", "--prepull", "chart", "--json")
    (extra,) = json.loads(out)["prePuller"]["extraImages"].values()
    assert extra["tag"].startswith("r29_0_0@sha256:")


async def test_hostile_tags_do_not_break_the_yaml(images):
    hostile = ["r29_0_0", "{a: b}", "!!python/object", "a: b\nc: d", "- x", "*anchor", "r29_0_1\n", "'", "no"]
    keep = {"release": {}, "unknown": {}}
    async with FakeRegistry(tags=hostile) as fake:
        source = {"repository": f"{fake.host}/x", "scheme": "rubin", "keep": keep, "plain_http": True}
        text = f"c.LibreTextsSpawner.images = {{'lab': {{'registry': {source!r}, 'pin': False}}}}"
        code, out, _ = await in_thread(images, text, "--prepull", "daemonset", "--newest", "99")
    assert code == 0
    found = yaml.safe_load(out)["spec"]["template"]["spec"]["initContainers"]
    assert [each["image"] for each in found] == [f"{fake.host}/x:r29_0_0", f"{fake.host}/x:no"]


def test_a_namespace_is_named_only_where_one_is_known(images):
    def namespace(text: str, *words: str) -> str | None:
        _, out, _ = images(text, "--prepull", "daemonset", *words)
        return yaml.safe_load(out)["metadata"].get("namespace")

    plain = "c.LibreTextsSpawner.images = {'a': {'image': 'a'}}"
    assert namespace(plain) is None
    assert namespace(plain, "--namespace", "x") == "x"
    assert namespace(STATIC) == "servers"
    assert namespace(STATIC, "--namespace", "x") == "x"


def test_nothing_is_applied_while_a_registry_is_unknown(images, tmp_path, monkeypatch):
    with refusing_api(tmp_path) as kubeconfig:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        text = live(f"127.0.0.1:{free_port()}")
        code, out, err = images(text, "--prepull", "daemonset", "--apply")
    assert (code, out) == (1, "")
    assert "the DaemonSet stays as it is" in err
    assert "may not" not in err


def test_a_missing_permission_is_named_and_its_role_printed(images, tmp_path, monkeypatch):
    with refusing_api(tmp_path) as kubeconfig:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        code, out, err = images(STATIC, "--prepull", "daemonset", "--apply")
    assert (code, out) == (2, "")
    sentence, _, role = err.partition("\n")
    assert sentence.startswith("This account may not get daemonsets (")
    found = yaml.safe_load(role)
    assert (found["kind"], found["metadata"]["namespace"]) == ("Role", "servers")
    assert {verb for rule in found["rules"] for verb in rule["verbs"]} == {"create", "get", "patch"}


@pytest.mark.real_cluster
class TestRealCluster:
    """On a cluster that has DaemonSets."""

    @pytest.fixture
    def path(self, target) -> str:
        """Where the DaemonSet of this module is."""
        if not target.is_real:
            pytest.skip("the embedded cluster has no DaemonSets")
        return f"/apis/apps/v1/namespaces/{target.namespace}/daemonsets/{NAME}"

    @pytest.fixture
    def apply(self, target, images, monkeypatch):
        """Run `--apply` there, with one image for each tag."""
        monkeypatch.setenv("KUBECONFIG", str(target.kubeconfig))
        repository, _, tag = target.shell_image.rpartition(":")

        def run(*slugs: str) -> str:
            menu = {slug: {"image": f"{repository}:{tag}", "order": 1} for slug in slugs}
            menu |= {"none": {"image": f"{repository}:none"}} if not slugs else {}
            words = ("--prepull", "daemonset", "--apply", "--namespace", target.namespace)
            code, out, err = images(f"c.LibreTextsSpawner.images = {menu!r}", *words)
            assert (code, err) == (0, "")
            return out.split()[2].rstrip(":")

        return run

    def test_created_then_left_alone_then_updated_and_mended(self, target, apply, path):
        assert apply("a") == "created"
        assert apply("a") == "unchanged"
        assert apply() == "updated"
        assert self.pulled(target, path)[0].endswith(":none")

        body = {"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 9}}}}
        ask(target, "PATCH", path, body, content_type="application/merge-patch+json")
        assert apply() == "updated"
        assert apply() == "unchanged"

    @staticmethod
    def pulled(target, path) -> list[str]:
        found = ask(target, "GET", path)
        return [each["image"] for each in found["spec"]["template"]["spec"]["initContainers"]]


async def in_thread(function, *arguments):
    """The verb runs a loop of its own, beside the one of a fake server."""
    import asyncio

    return await asyncio.to_thread(function, *arguments)


def test_the_verb_is_in_the_help(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "images" in capsys.readouterr().out
