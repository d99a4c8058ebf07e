"""Does the operator read which namespace is closed to the hub, and the person that theirs is?"""

import pytest
from kubernetes_asyncio import client, config
from tornado import web as tornado_web

from libretexts_hub.hub.namespace_check import missing_rights
from tests.cluster.running import running_cluster
from tests.servers.target import fresh_namespace


async def test_a_closed_namespace_is_said_in_words(web, faults, caplog):
    await faults.add("status", status=403, verb="list", resource="pods")
    with pytest.raises(tornado_web.HTTPError) as refused:
        await web().start()
    assert "closed to this hub" in refused.value.jupyterhub_message
    assert "libretexts-hub roles --namespace" in caplog.text


async def test_a_cluster_that_does_not_say_it_is_not_accused(workshop):
    api = workshop.spawner().api.api_client
    assert await missing_rights(client.AuthorizationV1Api(api), "elsewhere") == []


@pytest.mark.real_cluster
async def test_a_real_cluster_says_what_is_missing(real):
    with fresh_namespace(real, "open") as ours, fresh_namespace(real, "closed") as closed:
        kubeconfig = running_cluster().hub_kubeconfig(ours.namespace)
        async with await config.new_client_from_config(str(kubeconfig)) as made:
            api = client.AuthorizationV1Api(made)
            assert await missing_rights(api, ours.namespace) == []
            missing = await missing_rights(api, closed.namespace)
    assert {"create pods", "watch pods", "create persistentvolumeclaims", "list events"} <= set(missing)
