"""Fixtures for the embedded cluster's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libretexts_hub.local_cluster.kubelet import Kubelet
from tests.local_cluster.api_harness import Api, running_api
from tests.local_cluster.node_harness import IMAGES, QUICK, Harness, new_store


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Harness]:
    """A running kubelet over an empty store."""
    store = new_store()
    kubelet = Kubelet(store, tmp_path / "state", IMAGES, timing=QUICK)
    await kubelet.start()
    yield Harness(store, kubelet, (tmp_path / "state").resolve())
    await kubelet.stop()


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """A running API server over a new store, without a kubelet."""
    async with running_api(tmp_path) as running:
        yield running
