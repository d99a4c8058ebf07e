"""What does a registry do on a bad day, and what becomes of it?"""

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libretexts_hub.clients import registry as registry_module
from libretexts_hub.clients.registry_answers import retry_after
from libretexts_hub.clients.registry_challenge import parse_challenges
from libretexts_hub.clients.registry_credentials import read_credentials
from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError
from libretexts_hub.domain.connections import CredentialsSource
from tests.clients.registries import asking, repository
from tests.servers.fake_registry import FakeRegistry

MANY = [f"d_{number:05}" for number in range(10_000)]


@pytest.fixture
async def fake():
    async with FakeRegistry(tags=["a", "b", "c"]) as running:
        yield running


async def test_ten_thousand_unchanged_tags_cost_one_conditional_request(fake):
    fake.does.tags = MANY
    async with asking() as client:
        first = await client.list_tags(repository(fake.host))
        fake.requests.clear()
        second = await client.list_tags(repository(fake.host), first)

    assert second.tags == tuple(MANY)
    assert fake.requests == ["GET /v2/team/lab/tags/list 304"]


async def test_pages_are_followed_and_each_has_its_own_etag(fake):
    fake.does.tags, fake.does.page_size = [*"abcdefg"], 3
    async with asking() as client:
        first = await client.list_tags(repository(fake.host))
        fake.does.tags = [*"abcdefgh"]
        fake.requests.clear()
        second = await client.list_tags(repository(fake.host), first)

    assert first.tags == tuple("abcdefg")
    assert second.tags == tuple("abcdefgh")
    assert [request.rpartition(" ")[2] for request in fake.requests] == ["304", "304", "200"]


@pytest.mark.parametrize(
    "link",
    [
        "<http://elsewhere.example.org/v2/team/lab/tags/list?last=b>; rel=next",
        "<//127.0.0.2/v2/team/lab/tags/list>; rel=next",
        "</v2/team/secret/tags/list?last=b>; rel=next",
        "<http://{host}:99999/v2/>; rel=next",
        "<file:///etc/passwd>; rel=next",
    ],
    ids=["other host", "no scheme", "other path", "no port", "file"],
)
async def test_the_next_page_is_never_somewhere_else(fake, link):
    fake.does.link = link.format(host=fake.host)
    async with asking() as client:
        with pytest.raises(RegistryError, match="somewhere else"):
            await client.list_tags(repository(fake.host))
    assert len(fake.requests) == 1


@pytest.mark.parametrize("link", ["</v2/team/lab/tags/list>; rel=next", "<?last=1>; rel=next"])
async def test_a_loop_of_pages_ends(fake, link):
    fake.does.link = link
    async with asking() as client:
        with pytest.raises(RegistryError, match="does not end"):
            await client.list_tags(repository(fake.host))
    assert len(fake.requests) <= 2


async def test_pages_without_end(fake, monkeypatch):
    monkeypatch.setattr(registry_module, "MOST_PAGES", 5)
    fake.does.tags, fake.does.page_size = MANY, 1
    async with asking() as client:
        with pytest.raises(RegistryError, match="does not end"):
            await client.list_tags(repository(fake.host))
    assert len(fake.requests) == 5


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "no JSON object", id="nothing"),
        pytest.param(b"<html>", "no JSON object", id="html"),
        pytest.param(b"[1]", "no JSON object", id="list"),
        pytest.param(b"[" * 100_000, "no JSON object", id="deep"),
        pytest.param(b'{"tags": "a"}', "no list", id="text"),
        pytest.param(b'{"tags": {"a": 1}}', "no list", id="object"),
        pytest.param(b'{"tags": ["a"', "no JSON object", id="half"),
        pytest.param(b"x" * (17 << 20), "larger than 16 MiB", id="large"),
    ],
)
async def test_what_is_no_list_of_tags(fake, body, words):
    fake.does.body = body
    async with asking() as client:
        with pytest.raises(RegistryError, match=words):
            await client.list_tags(repository(fake.host))


@pytest.mark.parametrize(
    ("body", "tags"),
    [
        pytest.param(b'{"tags": null}', (), id="null"),
        pytest.param(b"{}", (), id="missing"),
        pytest.param(b'{"tags": ["a", 1, null, {"b": 2}]}', ("a",), id="mixed"),
    ],
)
async def test_what_a_registry_may_say_for_nothing(fake, body, tags):
    fake.does.body = body
    async with asking() as client:
        assert (await client.list_tags(repository(fake.host))).tags == tags


@pytest.mark.parametrize("status", [400, 403, 429, 500, 502, 503, 504])
async def test_an_error_is_told_with_its_number(fake, status):
    fake.does.status, fake.does.retry_after = status, "7"
    async with asking() as client:
        with pytest.raises(RegistryError, match=f"HTTP {status}") as refused:
            await client.list_tags(repository(fake.host))
    assert refused.value.retry_after == (None if status == 403 else 7)
    assert not isinstance(refused.value, TagNotFoundError)


async def test_a_registry_that_is_away(fake):
    await fake.stop()
    async with asking() as client:
        with pytest.raises(RegistryError, match="can't be reached") as refused:
            await client.digest(repository(fake.host), "a")
    assert not isinstance(refused.value, TagNotFoundError)


async def test_an_answer_that_breaks_off(fake):
    async def broken(request):
        answer = web.StreamResponse(headers={"Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b'{"tags": ["a"')
        request.transport.close()
        return answer

    fake.does.answer = None
    app = web.Application()
    app.router.add_get("/{path:.*}", broken)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    try:
        async with asking() as client:
            with pytest.raises(RegistryError):
                await client.list_tags(repository(host))
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("told", ["sha256:" + "0" * 64, "sha256:short"], ids=["another", "none"])
async def test_a_digest_that_the_body_has_not(fake, told):
    fake.does.digests = {"a": told}
    async with asking() as client:
        with pytest.raises(RegistryError, match="not the digest"):
            await client.digest(repository(fake.host, platform="linux/amd64"), "a")


def redirect(target):
    """An answer of the fake registry."""
    return lambda request: web.Response(status=307, headers={"Location": target})


async def test_a_redirect_to_another_host_takes_no_credentials_along(fake, tmp_path):
    async with FakeRegistry(tags=["a"]) as other:
        fake.does.answer = redirect(f"http://{other.host}/")
        async with asking() as client:
            with pytest.raises(RegistryError, match="without TLS"):
                await client.list_tags(repository(fake.host))
        assert other.requests == []


async def test_a_redirect_without_end(fake):
    fake.does.answer = redirect("/v2/team/lab/tags/list")
    async with asking() as client:
        with pytest.raises(RegistryError, match="redirects without end"):
            await client.list_tags(repository(fake.host))
    assert len(fake.requests) == 4


@pytest.mark.parametrize(
    "token",
    [{}, {"token": 3}, {"token": "a\r\nX-Evil: 1"}, {"token": "x" * 100_000}, []],
    ids=["none", "number", "header in it", "long", "list"],
)
async def test_a_token_that_is_none(fake, token):
    def answer(request):
        if request.path == "/token":
            return web.json_response(token)
        challenge = f'Bearer realm="http://{fake.host}/token",service="x",scope="repository:a:pull,push"'
        return web.json_response({}, status=401, headers={"WWW-Authenticate": challenge})

    fake.does.answer = answer
    async with asking() as client:
        with pytest.raises(RegistryError):
            await client.list_tags(repository(fake.host))


@pytest.mark.parametrize(
    ("header", "read"),
    [
        (
            'Bearer realm="https://a/t",scope="r:x:pull,push"',
            [("bearer", {"realm": "https://a/t", "scope": "r:x:pull,push"})],
        ),
        ('Basic realm="x", Bearer realm="y"', [("basic", {"realm": "x"}), ("bearer", {"realm": "y"})]),
        (r'Bearer realm="a\"b" , service = c', [("bearer", {"realm": 'a"b', "service": "c"})]),
        ("Negotiate", [("negotiate", {})]),
        ("", []),
        ('="', []),
    ],
)
def test_challenges(header, read):
    assert [(each.scheme, each.parameters) for each in parse_challenges(header)] == read


@given(st.text())
def test_any_challenge_is_read_or_left(header):
    for challenge in parse_challenges(header):
        assert challenge.scheme.isalpha()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), (" 3 ", 3), ("", None), ("soon", None), ("-5", None), ("9" * 50, 999_999_999)],
)
def test_retry_after_in_seconds(text, seconds):
    assert retry_after(text) == seconds


def test_retry_after_as_a_date():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert retry_after(format_datetime(now + timedelta(minutes=2), usegmt=True), now=now) == 120
    assert retry_after(format_datetime(now - timedelta(minutes=2), usegmt=True), now=now) == 0


@given(st.text())
def test_any_retry_after_is_a_number_or_nothing(text):
    seconds = retry_after(text)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    "config",
    [
        '{"auths": {"r.example.org": {"auth": "dTpw"}}}',  # u:p
        '{"auths": {"https://r.example.org": {"username": "u", "password": "p"}}}',
        '{"auths": {"https://r.example.org/v2/": {"auth": "dTpw"}}}',
    ],
)
def test_credentials_as_docker_login_writes_them(tmp_path, config):
    file = tmp_path / "config.json"
    file.write_text(config)
    read = read_credentials(CredentialsSource(file=str(file)), "r.example.org")
    assert (read.username, read.password) == ("u", "p")
    assert "'p'" not in repr(read)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary()
    | st.text().map(str.encode)
    | st.sampled_from([b'{"auths": {"h": {"auth": 3}}}', b'{"auths": 3}'])
)
def test_any_secret_is_credentials_or_a_registry_error(content):
    with contextlib.suppress(RegistryError):
        assert isinstance(read_credentials(CredentialsSource(secret="pull"), "h", content).username, str)


def test_a_password_file_that_is_missing():
    with pytest.raises(RegistryError, match="can't be read"):
        read_credentials(CredentialsSource(username="u", password_file="/nowhere/x"), "h")
