"""Is a digest had with few requests, soon, and from registries that do not all say it?"""

import asyncio
import json

import pytest
from aiohttp import web

from libretexts_hub.clients import registry as registry_module
from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError
from tests.clients.registries import asking, repository
from tests.servers.fake_registry import FakeRegistry

AMD64 = "linux/amd64"
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
async def fake():
    async with FakeRegistry(tags=[f"t{number}" for number in range(60)]) as running:
        yield running


async def test_only_what_has_a_new_digest_is_pulled(fake):
    """Docker Hub counts a GET of a manifest as a pull, a HEAD not: https://docs.docker.com/docker-hub/usage/."""
    asked = repository(fake.host, platform=AMD64)
    async with asking() as client:
        for _ in range(3):
            assert await client.digest(asked, "t1") == fake.digest("t1")
    assert [request.split()[0] for request in fake.requests] == ["HEAD", "GET", "HEAD", "HEAD"]


async def test_a_registry_that_does_not_tell_digests(fake):
    fake.does.tells_digests = False
    async with asking() as client:
        assert await client.digest(repository(fake.host), "t1") == fake.digest("t1")


@pytest.mark.parametrize("status", [400, 405, 501])
async def test_a_registry_without_head(fake, status):
    def answer(request):
        return web.Response(status=status) if request.method == "HEAD" else fake._manifest("t1")

    fake.does.answer = answer
    async with asking() as client:
        assert await client.digest(repository(fake.host), "t1") == fake.digest("t1")


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_a_refusal_is_not_asked_for_twice(fake, status):
    fake.does.status = status
    async with asking() as client:
        with pytest.raises(RegistryError) as refused:
            await client.digest(repository(fake.host), "t1")
    assert not isinstance(refused.value, TagNotFoundError)
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    "tag", ["", "../../_catalog", "a/b", "a?b", "a b", "a\r\nb", ".", "x" * 129, "\u00e4"]
)
async def test_what_is_no_tag_is_not_sent(fake, tag):
    async with asking() as client:
        with pytest.raises(TagNotFoundError, match="is no tag"):
            await client.digest(repository(fake.host), tag)
    assert fake.requests == []


async def test_a_class_that_chooses_one_tag_is_one_request(fake):
    fake.does.latency = 0.05
    async with asking() as client:
        choosing = (client.digest(repository(fake.host), "t1", is_awaited=True) for _ in range(50))
        digests = await asyncio.gather(*choosing)
    assert set(digests) == {fake.digest("t1")}
    assert len(fake.requests) == 1


async def test_who_goes_away_does_not_end_the_request_of_others(fake):
    fake.does.latency = 0.1
    async with asking() as client:
        first, second = (
            asyncio.ensure_future(client.digest(repository(fake.host), "t1", is_awaited=True)) for _ in "ab"
        )
        await asyncio.sleep(0)
        first.cancel()
        assert await second == fake.digest("t1")


async def test_a_person_does_not_queue_behind_the_hubs_own_reading(fake):
    fake.does.latency = 0.05
    asked = repository(fake.host)
    async with asking() as client:
        reading = [asyncio.ensure_future(client.digest(asked, tag)) for tag in fake.does.tags]
        await asyncio.sleep(0)
        await client.digest(asked, "t59", is_awaited=True)
        waiting = sum(not each.done() for each in reading)
        await asyncio.gather(*reading)
    assert waiting > len(reading) / 2


async def test_no_registry_gets_more_requests_at_once_than_agreed(fake):
    under_way = most = 0
    serve = fake._answer

    async def count(client, tag):
        await client.digest(repository(fake.host), tag)

    def answer(request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        asyncio.get_running_loop().call_later(0.01, done)
        fake.does.answer = None
        try:
            return serve(request)
        finally:
            fake.does.answer = answer

    def done():
        nonlocal under_way
        under_way -= 1

    fake.does.answer, fake.does.latency = answer, 0.01
    async with asking() as client:
        await asyncio.gather(*(count(client, tag) for tag in fake.does.tags))
    assert 1 < most <= 2 * registry_module.AT_ONCE  # the next is sent while the last is still counted


@pytest.mark.parametrize(
    ("manifests", "platform", "is_there"),
    [
        ([{"platform": {"os": "linux", "architecture": "amd64"}}], AMD64, True),
        ([{"platform": {"os": "linux", "architecture": "arm", "variant": "v7"}}], "linux/arm", True),
        ([{"platform": {"os": "linux", "architecture": "arm", "variant": "v7"}}], "linux/arm/v7", True),
        ([{"platform": {"os": "linux", "architecture": "arm", "variant": "v6"}}], "linux/arm/v7", False),
        ([{"platform": {"os": "windows", "architecture": "amd64"}}], AMD64, False),
        ([{"platform": {"os": "unknown", "architecture": "unknown"}}], AMD64, False),
        ([], AMD64, False),
        ([None, 3, {"platform": "linux/amd64"}, {"platform": {"os": ["linux"]}}], AMD64, False),
        ({"linux/amd64": 1}, AMD64, False),
        (None, AMD64, False),
    ],
)
async def test_the_platforms_of_an_index(fake, manifests, platform, is_there):
    body = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
    fake.does.answer = lambda request: web.Response(body=body, content_type=INDEX)
    async with asking() as client:
        asked = repository(fake.host, platform=platform)
        if is_there:
            assert (await client.digest(asked, "t1")).startswith("sha256:")
            return
        with pytest.raises(TagNotFoundError, match=f"not built for {platform}"):
            await client.digest(asked, "t1")
