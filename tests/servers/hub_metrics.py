"""What does a hub's page of metrics say, read as Prometheus reads it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from .hub import HubProcess


async def metrics_of(hub: HubProcess, token: str = "") -> str:
    """The page. `token` where the hub wants one."""
    headers = {"Authorization": f"token {token}"} if token else {}
    async with (
        hub.visitor() as watcher,
        watcher.request("GET", watcher.hub / "metrics", headers=headers) as answer,
    ):
        assert answer.status == 200
        return await answer.text()


def value(text: str, name: str, **labels: str) -> float:
    """The value of one sample; 0.0 for one that is not there."""
    samples = (each for family in text_string_to_metric_families(text) for each in family.samples)
    return sum(each.value for each in samples if each.name == name and each.labels == labels)
