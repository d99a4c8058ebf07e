"""Does the dashboard show a real hub, do the alerts fire, and can a program read the log?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
import yaml

from libretexts_hub.demo import leash
from libretexts_hub.demo.browser import VisitError
from libretexts_hub.log_lines import LOGGING
from tests.clients.culler_hub import TOKEN, services
from tests.e2e.conftest import SETTINGS, hook_for
from tests.servers.debian import program
from tests.servers.ending import end_process
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.ports import free_port
from tests.servers.prometheus import prometheus
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

on_its_loop = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "observability"
DASHBOARD = json.loads((EXAMPLES / "grafana" / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [
    pytest.param(target["expr"], id=f"{panel['title']}-{target['refId']}")
    for panel in PANELS
    for target in panel["targets"]
]
READER = "m" * 32
# Nothing of this happens to the hub of this test: it asks no provider and no registry; nobody is idle.
NEVER_HERE = {
    "libretexts_denials_total",
    "libretexts_ended_servers_total",
    "libretexts_registry_reads_total",
    "libretexts_registry_read_timestamp_seconds",
    "libretexts_upstream_seconds",
    "libretexts_upstream_breaker",
    "libretexts_cull_failures_total",
    "libretexts_cull_steps_total",
}
NAME = re.compile(r"\b(?:libretexts|jupyterhub)_[a-z_]+")
CONFIGURATION = f"""
c.JupyterHub.services += [{{"name": "prometheus", "api_token": {READER!r}}}]
c.JupyterHub.load_roles += [{{"name": "metrics", "services": ["prometheus"], "scopes": ["read:metrics"]}}]
c.JupyterHub.logging_config = {LOGGING!r}
def ends(spawner, pod):
    pod = quick_server(spawner, pod)
    if spawner.user.name == "quick-eve":
        pod.spec.containers[0].command = ["false"]
    return pod
c.KubeSpawner.modify_pod_hook = ends
c.LibreTextsSpawner.routes = {{"far": {{"match": {{"images": ["second"]}}, "place": {{}}}}}}
"""


def measured(expression: str) -> set[str]:
    """The metrics that an expression names, as the pages and metadata have them."""
    return {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in NAME.findall(expression)}


def filled_in(expression: str) -> str:
    """With what Grafana puts in the place of its variables."""
    return expression.replace("$__rate_interval", "1m").replace("$job", ".+")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(embedded, tmp_path_factory) -> AsyncIterator[SimpleNamespace]:
    """A hub at work, its culler, and a Prometheus that has asked both more than once since."""
    folder = tmp_path_factory.mktemp("watched")
    with fresh_namespace(embedded, "watched") as target:
        extra = assignments(SETTINGS) + hook_for(target) + services() + CONFIGURATION
        hub = HubProcess(folder / "hub", target, extra=extra, preloaded=True)
        port = free_port()
        try:
            await hub.start()
            await at_work(hub)
            with culler(folder, hub, target, port), prometheus(folder / "p", jobs(hub, port)) as running:
                await running.until('libretexts_cull_runs_total{end="done"} > 0')
                await running.until("count_over_time(libretexts_chosen_starts_total[1m]) > 3")
                await running.until("count_over_time(libretexts_cull_claims[1m]) > 3")
                yield SimpleNamespace(hub=hub, prometheus=running)
        finally:
            hub.close()


def culler(folder: Path, hub: HubProcess, target, port: int):
    """A context in which it runs as a program of its own, and plans every second."""
    policy = folder / "policy.yaml"
    policy.write_text(
        yaml.safe_dump({"servers": {"all": {"idle": "1h"}}, "homes": {"h": {"inactive": "9d"}}})
    )
    settings = folder / "culler.py"
    settings.write_text(
        f"c.IdleCuller.policy_file = {str(policy)!r}\nc.IdleCuller.health_port = {port}\n"
        f"c.IdleCuller.namespaces = [{target.namespace!r}]\nc.IdleCuller.cull_every = 1\n"
        f"c.IdleCuller.json_log = True\nc.IdleCuller.audit_file = {str(folder / 'audit.jsonl')!r}\n"
        "c.Application.log_level = 'INFO'\n"
    )
    environment = {"JUPYTERHUB_API_URL": f"{hub.url}/hub/api", "JUPYTERHUB_API_TOKEN": TOKEN}
    return Culler(
        [sys.executable, "-m", "libretexts_hub.culler", f"--config={settings}"],
        {**os.environ, **environment, "KUBECONFIG": str(target.kubeconfig)},
        hub.folder / "culler.log",
    )


class Culler:
    """A process, from the beginning of a block to its end."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._started = command, environment, log

    def __enter__(self) -> None:
        command, environment, log = self._started
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                leash.command(command), env=environment, stdout=output, stderr=output
            )

    def __exit__(self, *_error) -> None:
        end_process(self._process)


def jobs(hub: HubProcess, culler_port: int) -> dict:
    """The example's own configuration, with this hub's addresses."""
    configuration = yaml.safe_load((EXAMPLES / "prometheus.yaml").read_text())
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(EXAMPLES / "rules.yaml")]
    of_hub, of_culler = configuration["scrape_configs"]
    token = hub.folder / "token"
    token.write_text(READER)
    of_hub["authorization"]["credentials_file"] = str(token)
    of_hub["static_configs"] = [{"targets": [hub.addresses.hub_url.removeprefix("http://")]}]
    of_culler["static_configs"] = [{"targets": [f"127.0.0.1:{culler_port}"]}]
    return configuration


async def at_work(hub: HubProcess) -> None:
    """Somebody starts a server on a route, leaves it, and asks for what there is not; a start fails."""
    async with hub.visitor() as person:
        await person.login("quick-mia", PASSWORD)
        await person.spawn({"image": "second"})
        await person.wait_until_ready()
        with pytest.raises(VisitError):
            await person.hub_api("POST", "users/quick-mia/servers/other", {"image": "none-of-these"})
    async with hub.visitor() as person:
        await person.login("quick-eve", PASSWORD)
        with suppress(VisitError):  # at once, or on the progress page
            await person.spawn()
            await person.wait_until_ready()


@on_its_loop
async def test_prometheus_reaches_hub_and_culler_as_the_example_says(watched):
    up = {each["metric"]["job"]: each["value"][1] for each in watched.prometheus.query("up")}
    assert up == {"jupyterhub": "1", "jupyterhub-culler": "1"}


@pytest.mark.parametrize("expression", QUERIES)
@on_its_loop
async def test_every_panel_has_something_to_show(watched, expression):
    known = {each["metric"] for each in watched.prometheus.ask("targets/metadata")}
    assert measured(expression) <= known, "no metric of this name"
    found = watched.prometheus.query(filled_in(expression))
    if not measured(expression) & NEVER_HERE:
        assert found


@on_its_loop
async def test_the_numbers_are_those_of_what_happened(watched):
    def number(expression: str) -> float:
        [found] = watched.prometheus.query(expression)
        return float(found["value"][1])

    assert number('libretexts_chosen_starts_total{image="second", size="small"}') == 1
    assert number("sum(libretexts_failed_starts_total)") == 1
    assert number('libretexts_routed_starts_total{route="far"}') == 1
    assert number("sum(libretexts_refused_choices_total)") >= 1
    assert number('libretexts_start_seconds_count{phase="answer"}') == 1


@on_its_loop
async def test_a_hub_at_work_raises_no_alert(watched):
    groups = watched.prometheus.ask("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []


@on_its_loop
async def test_every_line_of_the_log_is_one_json_object(watched):
    async with watched.hub.visitor() as person:
        await person.login("quick-noa", PASSWORD)
    for log in ("hub.log", "culler.log"):
        lines = (watched.hub.folder / log).read_text(encoding="ascii").splitlines()
        read = [json.loads(line) for line in lines]
        assert len(read) > 2
        assert all({"time", "level", "logger", "message"} <= each.keys() for each in read)
    requests = [
        each["request"]
        for each in map(json.loads, (watched.hub.log).read_text().splitlines())
        if "request" in each
    ]
    assert {"status", "method", "path", "address", "milliseconds"} <= requests[0].keys()
    assert any(each.get("user") == "quick-mia" for each in requests)


def test_the_chart_takes_the_same_settings_as_values():
    values = yaml.safe_load((ROOT / "examples/helm/values-logs.yaml").read_text())
    assert values["hub"]["config"]["JupyterHub"]["logging_config"] == LOGGING


def test_the_rules_are_right_and_raise_what_they_should(tmp_path):
    promtool = str(program("promtool", "prometheus"))
    rules, cases = EXAMPLES / "rules.yaml", tmp_path / "cases.yaml"
    cases.write_text((Path(__file__).parent / "rules_test.yaml").read_text().replace("RULES", str(rules)))
    for words in (["check", "rules", str(rules)], ["test", "rules", str(cases)]):
        done = subprocess.run([promtool, *words], capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    config = ["check", "config", "--syntax-only", str(EXAMPLES / "prometheus.yaml")]
    assert subprocess.run([promtool, *config], capture_output=True, timeout=180, check=False).returncode == 0


@on_its_loop
async def test_every_alert_has_words_and_every_metric_is_known(watched):
    known = {each["metric"] for each in watched.prometheus.ask("targets/metadata")}
    for group in yaml.safe_load((EXAMPLES / "rules.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            assert measured(rule["expr"]) <= known, rule["alert"]
            assert {"summary", "description"} <= rule["annotations"].keys()
            assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_dashboard_is_whole():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    boxes = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(box["x"] + box["w"] <= 24 for box in boxes)
    cells = [
        (x, y)
        for box in boxes
        for x in range(box["x"], box["x"] + box["w"])
        for y in range(box["y"], box["y"] + box["h"])
    ]
    assert len(cells) == len(set(cells)), "panels lie over each other"


def test_every_metric_of_ours_is_shown_and_explained():
    from prometheus_client import REGISTRY

    import libretexts_hub.hub.metrics  # noqa: F401  registers them
    from libretexts_hub.culler import metrics as of_culler

    ours = {
        sample.name if sample.type != "counter" else f"{sample.name}_total"
        for registry in (REGISTRY, of_culler.REGISTRY)
        for sample in registry.collect()
        if sample.name.startswith("libretexts_")
    }
    page = (ROOT / "docs/operators/observability.md").read_text()
    assert {name for name in ours if f"`{name}" not in page} == set()
    assert ours <= set().union(*(measured(target["expr"]) for panel in PANELS for target in panel["targets"]))
