"""Do people of two groups land on different nodes of a real cluster, as themselves, with git and SQL?"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from libretexts_hub.demo.visitor import VisitError
from tests.e2e.real_site import MARKS, POOL, TOKEN, libretexts_hub
from tests.servers.hub import ADMIN, PASSWORD
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.real_site import Site

pytestmark = MARKS


@pytest.fixture(scope="module")
def site(people_site: Site) -> Site:
    return people_site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grace(site) -> AsyncIterator[None]:
    """She has a server that runs, on the machine's own node."""
    async with site.hub.visitor() as person:
        await person.login("grace", PASSWORD)
        await person.spawn({"image": "default"})
        await person.wait_until_ready()
        await site.inside("grace", "cat > ca.pem", text=site.git.ca_file.read_text())
        yield
        await person.stop()


async def node_of(site: Site, name: str) -> dict[str, str]:
    [pod] = await site.objects.pods(name)
    node = json.loads(await site.kubectl("get", "node", pod["spec"]["nodeName"], "-o", "json"))
    return node["metadata"]["labels"]


async def test_two_groups_land_on_differently_labelled_nodes(site, grace):
    async with site.hub.visitor() as henry:
        await henry.login("henry", PASSWORD)
        await henry.spawn({"image": "default"})
        await henry.wait_until_ready()
        his, hers = await node_of(site, "henry"), await node_of(site, "grace")
        assert (his[POOL], his.get("type")) == ("hpc", "kwok")
        assert (hers[POOL], hers.get("type")) == ("campus", None)


async def test_a_third_may_not_by_form_or_rest(site):
    async with site.hub.visitor() as eve:
        await eve.login("eve", PASSWORD)
        with pytest.raises(VisitError) as by_rest:
            await eve.hub_api("POST", "users/eve/server", {"image": "default"})
        assert "no place where this server may run" in by_rest.value.what
        answer, form = await eve.spawn_form()
        with pytest.raises(VisitError):
            await eve.post_form(answer, form, [("image", "default")])
        assert await site.objects.pods("eve") == []
        assert site.hub.is_running


async def test_the_person_is_who_they_are_in_a_real_pod(site, grace):
    assert (await site.inside("grace", "id -u; id -un; id -gn")).split() == ["5001", "grace", "grace"]
    groups = (await site.inside("grace", "id -G")).split()
    assert {"5001", "1000000077", "100"} <= set(groups)
    assert "lsst" in await site.inside("grace", "id -Gn")
    assert "grace:" in await site.inside("grace", "getent passwd 5001")
    assert (await site.inside("grace", "getent passwd root")).startswith("root:x:0:")


async def test_the_home_of_before_was_handed_over(site, grace):
    assert (await site.inside("grace", "stat -c %u . notes notes/old.txt")).split() == ["5001"] * 3
    assert (await site.inside("grace", "echo new >> notes/old.txt; cat notes/old.txt")) == "old\nnew\n"


PUSH = """
set -e
rm -rf work && git init --quiet --initial-branch=main work && cd work
date +%N > file && git add file && git commit --quiet -m 'from a real pod'
git push --quiet --force {url} main 2>&1
echo pushed
"""


async def test_git_pushes_and_the_token_is_nowhere(site, grace):
    assert (await site.inside("grace", PUSH.format(url=site.git.url))).strip().endswith("pushed")
    assert site.git.log() == "Grace Hopper <grace@example.org> from a real pod\n"
    assert "x-access-token" in site.git.asked

    written = base64.b64encode(TOKEN.encode()).decode()[:20]
    objects = await site.kubectl("get", "pods,secrets,configmaps,events,pvc", "-o", "yaml")
    logs = await site.kubectl("logs", "jupyter-grace", "--all-containers")
    for shown in (objects, logs, site.hub.log.read_text()):
        assert shown
        assert TOKEN not in shown
        assert written not in shown
    # The pattern comes on stdin, or the search would find its own command line.
    disk = "grep -rlsF -f - --exclude-dir=proc --exclude-dir=sys / 2>/dev/null || true"
    assert await site.inside("grace", disk, text=TOKEN) == ""
    running = "grep -laF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true"
    assert await site.inside("grace", running, text=TOKEN) == ""
    assert "environ" in await site.inside("grace", running, text="JUPYTERHUB_API_TOKEN")
    hub_files = [path for path in site.hub.folder.rglob("*") if path.is_file()]
    assert all(TOKEN.encode() not in path.read_bytes() for path in hub_files)


CELLS = (
    "%load_ext sql",
    "%sql CREATE TABLE course (n INTEGER)",
    "%sql INSERT INTO course VALUES (42), (43)",
    "%sql SELECT sum(n) AS total FROM course",
    """
import os, sqlalchemy
with sqlalchemy.create_engine(os.environ["DATABASE_URL"]).connect() as connection:
    print("rows", connection.execute(sqlalchemy.text("SELECT count(*) FROM course")).scalar())
""",
)


async def test_sql_works_in_a_notebook_as_it_is(site, grace):
    """`%sql` without an address finds DATABASE_URL."""
    cells = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for text in CELLS
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    await site.inside("grace", "cat > course.ipynb", text=json.dumps(notebook))
    execute = "jupyter nbconvert --to notebook --execute --stdout course.ipynb 2> /tmp/log || cat /tmp/log"
    told = await site.inside("grace", execute)
    assert "rows 2" in told, told
    assert "<td>85</td>" in told


async def test_who_is_deleted_leaves_no_home_and_no_database(site):
    kept = ("get", "pvc,secret", "-o", "name")
    of_dina = {"persistentvolumeclaim/claim-dina", "persistentvolumeclaim/db-dina", "secret/db-dina"}
    async with site.hub.visitor() as dina, site.hub.visitor() as admin:
        await dina.login("dina", PASSWORD)
        await dina.spawn({"image": "default"})
        await dina.wait_until_ready()
        await dina.stop()
        assert of_dina <= set((await site.kubectl(*kept)).split())
        await admin.login(ADMIN, PASSWORD)
        await admin.hub_api("DELETE", "users/dina")

        async def is_gone() -> bool:
            return not of_dina & set((await site.kubectl(*kept)).split())

        await eventually("claims and Secret are gone", is_gone)


async def test_a_namespace_that_is_closed_to_the_hub_is_told_when_it_starts(site):
    """Before the first person is sent there, with the command that prints the Role."""
    end = time.monotonic() + 60
    while "kube-public" not in site.hub.log.read_text():
        assert time.monotonic() < end, site.hub.log_tail()
        await asyncio.sleep(0.2)
    assert "The hub may not" in site.hub.log.read_text()
    assert "create pods" in site.hub.log.read_text()
    assert "libretexts-hub roles --namespace kube-public" in site.hub.log.read_text()
    assert f"in namespace {site.target.namespace}, where" not in site.hub.log.read_text()


POLICY = """
c.KubeSpawner.namespace = {namespace!r}
c.LibreTextsSpawner.images = {{"default": {{"image": "example.org/lab:1", "default": True}}}}
c.LibreTextsSpawner.routes = {{"campus": {{"place": {{"network_class": "campus"}}}}}}
"""


async def test_the_printed_network_policy_is_taken(site, tmp_path):
    config = tmp_path / "config.py"
    config.write_text(POLICY.format(namespace=site.target.namespace))
    words = ("render", "--config", str(config), "--user", "grace", "--network-policy")
    printed = await asyncio.to_thread(libretexts_hub, *words)
    policy = next(part for part in printed.split("---\n") if "kind: NetworkPolicy" in part)
    await site.kubectl("apply", "-f", "-", text=policy)
    taken = await site.kubectl("get", "networkpolicy", "-o", "yaml")
    assert "libretexts.org/network-class: campus" in taken
