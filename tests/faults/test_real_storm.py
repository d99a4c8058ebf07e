"""Does a class get its servers while a real API server is restarted with its history gone?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.cluster import faults
from tests.cluster.running import running_cluster
from tests.faults.real_site import real_faulty_site
from tests.faults.storm import a_class, each_has_one_of_all, everybody_starts, everybody_stops

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.faults.site import Site

pytestmark = [
    pytest.mark.real_cluster,
    pytest.mark.own_cluster,
    pytest.mark.asyncio(loop_scope="module"),
]
PEOPLE = 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(real, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with real_faulty_site(real, tmp_path_factory.mktemp("real-faults")) as running:
        yield running


async def test_everybody_starts_while_the_api_server_restarts_and_history_is_compacted(site: Site) -> None:
    async def compact() -> None:
        """etcd forgets all versions, and the API server is killed and started again."""
        await asyncio.to_thread(faults.compact, running_cluster())

    async with a_class(site, PEOPLE) as people:
        said = await everybody_starts(people, compact)
        assert not [words for words in said if "Error" in words or "jupyter-" in words]
        await each_has_one_of_all(site, people, databases=False)
        await everybody_stops(site, people)
