"""Does the fault proxy stand before this server as if it were the server?"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio
from kubernetes_asyncio import client, config

from tests.contract.api_client import Api, unique
from tests.contract.samples import config_map
from tests.servers.faults import FaultProxy

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def faults(target):
    async with FaultProxy(target) as proxy:
        yield proxy


@pytest_asyncio.fixture(loop_scope="module")
async def through(faults, target):
    """A client of the API server that goes through the proxy."""
    await faults.clear()
    await faults.forget()
    trusted = ssl.create_default_context(cafile=str(faults.ca_file))
    connector = aiohttp.TCPConnector(ssl=trusted)
    async with aiohttp.ClientSession(faults.url, connector=connector) as session:
        yield Api(replace(target, server=faults.url), session)


async def test_a_create_that_was_done_but_not_answered(api, through, faults) -> None:
    name = unique("f")
    await faults.add("drop", verb="create", resource="configmaps", name=name, when="after", first=1)
    with pytest.raises(aiohttp.ClientError):
        await through.create("configmaps", config_map(name))
    (await api.get("configmaps", name)).ok()
    (await through.create("configmaps", config_map(name))).failed(409, "AlreadyExists")
    seen = await faults.requests(verb="create", resource="configmaps", namespace=api.namespace)
    assert [(entry.status, entry.upstream_status) for entry in seen] == [(None, 201), (409, 409)]


async def test_a_watch_that_breaks(api, through, faults) -> None:
    name = unique("f")
    await faults.add("watch_drop", resource="configmaps", seconds=1, how="close")
    async with through.watch("configmaps", fieldSelector=f"metadata.name={name}") as watch:
        (await api.create("configmaps", config_map(name))).ok()
        told = await watch.rest()
    assert [event["type"] for event in told] == ["ADDED"]


async def test_a_library_through_the_proxy(target, faults) -> None:
    await faults.clear()
    await faults.add("status", resource="secrets", verb="list", status=429, retry_after=1, first=1)
    async with await config.new_client_from_config(config_file=str(faults.kubeconfig)) as connection:
        core = client.CoreV1Api(connection)
        with pytest.raises(client.ApiException, match="Too Many Requests"):
            await core.list_namespaced_secret(target.namespace)
        assert (await core.list_namespaced_secret(target.namespace)).kind == "SecretList"


@pytest.mark.kubectl
async def test_kubectl_through_the_proxy(kubectl_program, faults) -> None:
    await faults.clear()
    process = await asyncio.create_subprocess_exec(
        str(kubectl_program),
        f"--kubeconfig={faults.kubeconfig}",
        "get",
        "namespaces",
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"default" in out
