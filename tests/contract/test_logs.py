"""Can somebody read what a container writes, while it writes?"""

from __future__ import annotations

import asyncio

import pytest

from tests.contract.api_client import unique
from tests.contract.pod_samples import container, is_ready, pod

pytestmark = pytest.mark.asyncio(loop_scope="module")
SLOWLY = "echo one; echo two; sleep 3; echo three; exit 0"


async def running(api, script: str) -> str:
    """The name of a pod whose container has written its first two lines and goes on."""
    name = unique("log")
    (await api.create("pods", pod(name, container(api.target, script)))).ok()
    await api.pod_until(name, is_ready)
    while (await api.log(name)).count("\n") < 2:  # noqa: ASYNC110 (polls the server; the test has a deadline)
        await asyncio.sleep(0.05)
    return name


async def test_a_log_is_followed_to_the_end(api) -> None:
    name = await running(api, SLOWLY)
    assert await api.log(name) == "one\ntwo\n"
    assert await api.log(name, follow="true") == "one\ntwo\nthree\n"
    assert await api.log(name, follow="true") == "one\ntwo\nthree\n", "what has ended is told at once"


async def test_a_log_is_followed_from_its_last_lines(api) -> None:
    name = await running(api, SLOWLY)
    assert await api.log(name, follow="true", tailLines=1) == "two\nthree\n"


async def test_what_is_written_comes_at_once(api) -> None:
    name = await running(api, "echo one; echo two; while :; do sleep 0.2; done")
    async with api.stream("pods", name, "log", follow="true") as lines:
        assert await asyncio.wait_for(lines.readline(), 10) == b"one\n"
        assert await asyncio.wait_for(lines.readline(), 10) == b"two\n"
        (await api.delete("pods", name, {"gracePeriodSeconds": 0})).ok(200)
        assert await asyncio.wait_for(lines.readline(), 30) == b"", "a pod that goes ends it"


async def test_a_log_that_is_not_there_is_not_followed(api) -> None:
    assert (await api.get("pods", "absent", "log", follow="true")).failed(404, "NotFound")
