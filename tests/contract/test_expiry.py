"""What does a client hear that asks for a version the server has forgotten?"""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.api_client import Answer, page_token

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def old_page(api) -> Answer:
    """The next page of a list that was begun before anything existed."""
    return await api.list("configmaps", limit=2, **{"continue": page_token(rv=1)})


@pytest.mark.own_cluster
async def test_a_page_of_a_forgotten_list(api) -> None:
    answer = await old_page(api)
    if api.target.is_real and answer.status != 410:
        # A server forgets by itself only after five minutes (kube-apiserver --etcd-compaction-interval).
        from tests.cluster.faults import compact
        from tests.cluster.running import running_cluster

        await asyncio.to_thread(compact, running_cluster())
        answer = await old_page(api)
    status = answer.failed(410, "Expired")
    assert "continue" in status["message"]
    # With this one a client may go on, knowing that what it gets is from now.
    assert status["metadata"]["continue"]
    again = await api.list("configmaps", limit=2, **{"continue": status["metadata"]["continue"]})
    assert again.ok(200)["kind"] == "ConfigMapList"
