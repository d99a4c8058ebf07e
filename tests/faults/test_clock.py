"""What becomes of a start, of logins and of the culler when the hub's clock is set while it runs?

libfaketime stands between the hub's process and the clock, so all of it sees the jump: JupyterHub, Tornado,
cookies and this package. As with a clock that an administrator sets, the monotonic clock goes on.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.clients.culler_hub import TOKEN, services
from tests.e2e.culled_at import run as cull
from tests.faults.site import Site, faulty_site
from tests.servers import debian
from tests.servers.hub import PASSWORD
from tests.servers.namespace_objects import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")
IDLE = {"servers": {"everyone": {"idle": "1h", "max_age": "12h"}}}


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """By how much the hub's clock is wrong: `+1d`, as libfaketime reads it."""
    file = tmp_path_factory.mktemp("clock") / "offset"
    file.write_text("+0")
    return file


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(embedded, clock: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    environment = {
        "LD_PRELOAD": str(debian.library("libfaketime.so.1", "libfaketime")),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }
    folder = tmp_path_factory.mktemp("clock-hub")
    async with faulty_site(embedded, folder, {}, services(), environment) as site:
        yield site


@pytest.fixture
def site(running: Site, clock: Path) -> Iterator[Site]:
    yield running
    clock.write_text("+0")


def jumps(clock: Path, by: str) -> None:
    clock.write_text(by)


@pytest.mark.parametrize("jump", ["+1d", "-4m"])
async def test_a_start_goes_on_and_tells_no_nonsense(site: Site, clock: Path, jump: str) -> None:
    name = f"clara{len(jump)}{jump[-1]}"
    await site.answers_in(name, 600)
    async with site.person(name) as clara:
        await clara.spawn()

        async def runs() -> bool:
            return any(pod["status"].get("phase") == "Running" for pod in await site.objects.pods(name))

        await eventually("the pod runs", runs)
        jumps(clock, jump)
        await site.answers_in(name, 2)
        said = [message.text for message in await clara.wait_until_ready()]
        assert not [words for words in said if "so far" in words]
        assert await site.works(clara)
        jumps(clock, "+0")
        assert await site.works(clara), "who was in before is in afterwards"
        await clara.stop()
        assert await site.objects.pods(name) == []


async def test_the_culler_stops_nobody_while_the_clocks_differ_or_times_are_of_the_future(
    site: Site, clock: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(site.target.kubeconfig))
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    policy = IDLE | {"url": f"{site.hub.url}/hub/api", "namespaces": [site.target.namespace]}
    async with site.person("dora") as dora:
        jumps(clock, "+1d")
        await dora.spawn()
        await dora.wait_until_ready()
        await cull(policy, 0)
        assert "The clock of the hub is not ours" in caplog.text
        assert "nothing was stopped" in caplog.text
        assert await site.works(dora)
        jumps(clock, "+0")
        caplog.clear()
        await cull(policy, 0)
        assert "clock" not in caplog.text
        assert "" in await dora.servers()
        await dora.stop()


async def test_a_month_too_many_lets_people_log_in_again_and_their_servers_run(
    site: Site, clock: Path
) -> None:
    async with site.person("emma") as emma:
        await emma.spawn()
        await emma.wait_until_ready()
        before = await site.belongings("emma")
        jumps(clock, "+40d")
        asked = await emma.open("home")
        assert asked.page.form("username", "password") is not None, "the cookie is too old by that clock"
        assert "Sign in" in html.unescape(asked.html)
        jumps(clock, "+0")
        await emma.login("emma", PASSWORD)
        await emma.open("home")
        assert await site.works(emma)
        assert await site.belongings("emma") == before
        await emma.stop()
