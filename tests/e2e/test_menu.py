"""Does a real hub keep its word on the menu: registry away, tags deleted, anything at all sent to it?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import libretexts_hub.templates
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from libretexts_hub.demo.visitor import VisitError
from tests.servers.fake_registry import FakeRegistry
from tests.servers.hub import PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

from .conftest import FAILURE_LIMIT, SETTINGS, hook_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from libretexts_hub.demo.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
DOOMED = "w_2026_40"
TAGS = [DOOMED, "w_2026_45", "w_2026_46"]
EXAMPLES = 60


class MenuSite:
    """A hub with a live image, and its registry."""

    def __init__(self, hub: HubProcess, registry: FakeRegistry, objects: NamespaceObjects) -> None:
        self.hub, self.registry, self.objects = hub, registry, objects


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(embedded, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MenuSite]:
    folder = tmp_path_factory.mktemp("menu-hub")
    with fresh_namespace(embedded, "menu") as target:
        async with FakeRegistry(tags=list(TAGS)) as registry:
            source = {"repository": f"{registry.host}/lab", "plain_http": True, "scheme": "rubin"}
            ours = {
                "JupyterHub.template_paths": list(libretexts_hub.templates.__path__),
                "LibreTextsSpawner.images": {
                    "default": {"name": "Default", "image": target.lab_image, "default": True},
                    "old": {"name": "Old <b>env</b>", "image": "x/old", "successor": "default"},
                    "lab": {"name": "Live lab", "registry": source | {"refresh": "10s"}},
                },
                "LibreTextsSpawner.options": {"reset": {}},
                # A pod of the fake registry never runs: one second of waiting for it shows its manifest.
                "JupyterHub.tornado_settings": {"slow_stop_timeout": 30, "slow_spawn_timeout": 1},
            }
            check = "from libretexts_hub.hub.configuration import check_or_exit\ncheck_or_exit(c)\n"
            extra = assignments(SETTINGS | ours) + hook_for(target) + check
            hub = HubProcess(folder, target, extra=extra)
            try:
                await hub.start()
                yield MenuSite(hub, registry, NamespaceObjects(target))
            finally:
                hub.close()


async def offered(site: MenuSite, name: str) -> list[str]:
    async with site.hub.visitor() as person:
        await person.login(name, PASSWORD)
        _, form = await person.spawn_form()
        return form.offered("image")


async def pod_of(site: MenuSite, name: str) -> dict[str, Any]:
    """The pod of this person, as soon as it was made."""
    async with asyncio.timeout(30):
        while True:
            for pod in await site.objects.list("pods"):
                if name in pod["metadata"]["name"]:
                    return pod
            await asyncio.sleep(0.1)


async def test_a_live_image_is_on_the_page_before_anybody_asked(site: MenuSite) -> None:
    assert site.registry.requests  # the reading began with the hub, nobody has logged in yet
    assert (await offered(site, "quick-ana"))[:3] == ["default", "lab:w_2026_46", "lab:w_2026_45"]


async def test_the_pod_runs_the_digest(site: MenuSite) -> None:
    async with site.hub.visitor() as person:
        await person.login("quick-bea", PASSWORD)
        with pytest.raises(VisitError):
            # The embedded cluster can't pull from a fake registry: the manifest is what is looked at.
            await person.hub_api("POST", "users/quick-bea/server", {"image": "lab", "tag": "nope"})
        await person.hub_api("POST", "users/quick-bea/server", {"image": "lab", "tag": "w_2026_45"})
        pod = await pod_of(site, "quick-bea")
        [container] = pod["spec"]["containers"]
        seen = f"{site.registry.host}/lab:w_2026_45"
        assert container["image"].startswith(f"{seen}@sha256:")
        assert {"name": "JUPYTER_IMAGE_SPEC", "value": seen} in container["env"]
        assert pod["metadata"]["annotations"]["libretexts.org/image"] == seen
        await person.hub_api("DELETE", "users/quick-bea/server")


async def test_a_tag_deleted_between_page_and_start_is_refused(site: MenuSite) -> None:
    async with site.hub.visitor() as person:
        await person.login("quick-cem", PASSWORD)
        _, form = await person.spawn_form()
        assert f"lab:{DOOMED}" in form.offered("image")
        site.registry.does.tags.remove(DOOMED)
        with pytest.raises(VisitError) as refused:
            await person.hub_api("POST", "users/quick-cem/server", {"image": f"lab:{DOOMED}"})
        assert refused.value.status == 400
        assert "not there any more" in refused.value.what
        assert await person.servers() == {}


async def test_a_restarted_hub_shows_the_menu_while_the_registry_is_down(site: MenuSite) -> None:
    port = site.registry.port
    await site.registry.stop()
    try:
        await site.hub.restart()
        assert "lab:w_2026_46" in await offered(site, "quick-dan")
    finally:
        await site.registry.start(port)


# Anything at all --------------------------------------------------------------------------------------------


def _text(value: str) -> str:
    """Without what UTF-8 has no bytes for: a form can't hold it."""
    return value.encode("utf-8", "replace").decode()


NAMES = st.sampled_from(["image", "tag", "size", "interface", "reference", "option-reset", "profile", "next"])
HOSTILE = st.sampled_from(
    [
        *("../../etc/passwd", "{0.__class__}", "<img src=x onerror=alert(1)>", "%s%n", "a\x00b", "\ud800"),
        *("lab:w_2026_46\r\nX: y", "lab:\u202egnp", "default:latest", "lab:", ":", "x" * 70_000),
    ]
)
VALUES = st.one_of(HOSTILE, st.text(max_size=40))
BODIES = st.one_of(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), VALUES),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(VALUES, inner, max_size=3)),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4).map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    st.integers(1, 100_000).map(lambda depth: b"[" * depth + b"]" * depth),
    st.integers(1, 3000).map(lambda depth: b'{"image":' * depth + b"1" + b"}" * depth),
)
FORMS = st.one_of(
    st.lists(st.tuples(st.one_of(NAMES, VALUES), VALUES), max_size=5).map(
        lambda pairs: urlencode([(_text(key), _text(value)) for key, value in pairs]).encode()
    ),
    st.binary(max_size=60),
    st.tuples(NAMES, st.binary(max_size=20)).map(lambda pair: urlencode([pair]).encode()),
)
QUIETLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Stranger:
    """Somebody who has logged in and sends bytes as they are."""

    def __init__(self, person: Visitor) -> None:
        self.person = person

    async def rest(self, body: bytes) -> tuple[int, str]:
        """As the body of a start over the REST API."""
        url = self.person.hub / f"api/users/{self.person.name}/server"
        return await self._send("POST", url, "application/json", body)

    async def form(
        self, body: bytes, content_type: str = "application/x-www-form-urlencoded"
    ) -> tuple[int, str]:
        """As what the spawn page sends."""
        return await self._send("POST", self.person.hub / f"spawn/{self.person.name}", content_type, body)

    async def query(self, query: bytes) -> tuple[int, str]:
        """As a link."""
        url = URL(f"{self.person.hub}spawn/{self.person.name}?{query.decode('latin1')}", encoded=True)
        return await self._send("GET", url, "text/plain", b"")

    async def _send(self, method: str, url: URL, content_type: str, body: bytes) -> tuple[int, str]:
        home = self.person.hub / "home"
        headers = {"Content-Type": content_type, "Referer": str(home), "Origin": str(home.origin())}
        if method == "POST":
            await self.person.hub_api("GET", "user")  # has the token of the page
            token = f"_xsrf={self.person._hub_token}"
            url = URL(f"{url}?{token}", encoded=True)
        async with self.person.request(
            method, url, headers=headers, data=body, allow_redirects=False
        ) as answer:
            status, text = answer.status, await answer.text()
        if status < 400:
            await self.person.stop()  # what was sent was a choice after all
        return status, text


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stranger(site: MenuSite) -> AsyncIterator[Stranger]:
    async with site.hub.visitor() as person:
        await person.login("quick-zoe", PASSWORD)
        yield Stranger(person)


@QUIETLY
@given(body=BODIES)
async def test_any_rest_body_is_answered(site: MenuSite, stranger: Stranger, body: bytes) -> None:
    status, text = await stranger.rest(body)
    assert status < 500, text[:300]
    assert site.hub.is_running


@QUIETLY
@given(body=FORMS)
async def test_any_form_is_answered(site: MenuSite, stranger: Stranger, body: bytes) -> None:
    status, text = await stranger.form(body)
    assert status < 500, text[:300]
    assert site.hub.is_running


@pytest.mark.parametrize(
    ("way", "sent", "words"),
    [
        pytest.param("form", b"image=%ff%fe", "is not text in UTF-8", id="form-not-text"),
        pytest.param("query", b"image=%ff", "is not text in UTF-8", id="link-not-text"),
        pytest.param("rest", b'{"image": "\xff"}', "is not text in UTF-8", id="rest-not-text"),
        pytest.param("rest", b'["image", "default"]', "object", id="rest-list"),
        pytest.param("rest", b'{"image": ' * 900 + b"1" + b"}" * 900, "object", id="rest-deep"),
        pytest.param("rest", b"[" * 200_000, "JSON", id="rest-too-deep"),
        pytest.param("rest", b'{"image": "' + b"x" * (10 << 20) + b'"}', "too large", id="rest-large"),
        pytest.param(
            "form", b"image=" + b"x" * (10 << 20), "not an environment on your menu", id="form-large"
        ),
        pytest.param(
            "form", b"image=lab%3Aw_2026_46%00", "is not on the menu of Live lab", id="form-control"
        ),
        pytest.param("query", b"whatever=1", "is not an option of this hub", id="link-unknown"),
        pytest.param("query", b"_xsrf=1", "Nothing was chosen", id="link-nothing"),
    ],
)
async def test_what_cannot_be_a_choice_is_refused_in_words(
    site: MenuSite, stranger: Stranger, way: str, sent: bytes, words: str
) -> None:
    for _ in range(FAILURE_LIMIT + 1):
        status, text = await getattr(stranger, way)(sent)
        assert status in (400, 413), text[:300]
        assert words in text
    assert site.hub.is_running


async def test_what_started_instead_is_said_on_the_home_page(site: MenuSite) -> None:
    async with site.hub.visitor() as person:
        await person.login("quick-eve", PASSWORD)
        await person.hub_api("POST", "users/quick-eve/server", {"image": "old"})
        await person.wait_until_ready()
        home = await person.open("home")
        assert "Old &lt;b&gt;env&lt;/b&gt; has ended" in home.html
        await person.stop()


async def test_after_all_that_a_start_works(site: MenuSite, stranger: Stranger) -> None:
    for _ in range(2 * FAILURE_LIMIT):
        assert (await stranger.rest(b'{"image": "nowhere"}'))[0] == 400
    await stranger.person.spawn({"image": "default"})
    await stranger.person.wait_until_ready()
    await stranger.person.stop()
    assert "consecutive spawn failures" not in site.hub.log_tail(100_000)
