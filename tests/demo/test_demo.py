"""Does the demo start, serve, survive and leave nothing behind? With real hub, proxy and JupyterLab."""

import json
import re
import signal
import stat
import subprocess
import time

import aiohttp
import pytest

from libretexts_hub.demo.people import PEOPLE
from tests.demo.running import RunningDemo

CHOICES = {"image": "default", "size": "small"}


@pytest.fixture
def folder(tmp_path):
    """A state folder that is not there yet, with a space in its name."""
    return tmp_path / "the demo"


def nothing_is_left(demo: RunningDemo, seconds: float = 10) -> None:
    """Poll until no process names the folder and no port is open."""
    deadline = time.monotonic() + seconds
    while left := demo.leftovers():
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def test_check(folder):
    """`demo --check`, from an empty state folder to an empty process list."""
    with RunningDemo(folder, "--check") as demo:
        assert demo.wait(100) == 0, demo.output
        assert "6*7 = 42" in demo.output
        assert demo.state.password() not in demo.output
        assert not demo.leftovers()


async def test_ctrl_c_with_a_running_server_then_a_second_start(folder):
    with RunningDemo(folder) as demo:
        demo.wait_until_ready()
        password = demo.wait_until_it_says(r"Password +(\S+)")[1]
        await check_login_page(demo)
        async with demo.visitor() as visitor:
            await visitor.login("hpc", password)
            await visitor.spawn({"image": "hpc", "size": "node"})
            await visitor.wait_until_ready()
            assert await visitor.run_cell("open('kept', 'w').write('x') * 42") == "42"
            await check_first_screen(visitor)
            assert await visitor.run_cell(WHOSE) == "[]"
        check_secrets(demo, password)
        demo.send(signal.SIGINT)
        assert demo.wait() == 0, demo.output
        assert not demo.leftovers()

    with RunningDemo(folder) as demo:
        assert demo.wait_until_ready() < 30  # under 10 s on a quiet machine
        assert demo.wait_until_it_says(r"Password +(\S+)")[1] == password
        async with demo.visitor() as visitor:
            await visitor.login("hpc", password)
            assert not any(
                server["ready"] or server["pending"] for server in (await visitor.servers()).values()
            )
        demo.send(signal.SIGINT)
        demo.send(signal.SIGTERM)  # somebody is in a hurry
        assert demo.wait() == 0, demo.output
        assert not demo.leftovers()
    assert list(folder.glob("cluster/claims/*/*/kept"))


async def check_first_screen(visitor) -> None:
    """JupyterLab does not ask whether it may fetch news: the setting that its page reads says no."""
    plugin = "lab/api/settings/@jupyterlab/apputils-extension:notification"
    answer = await visitor.open(visitor.server_url() / plugin)
    setting = json.loads(answer.html)["schema"]["properties"]
    assert (setting["fetchNews"]["default"], setting["checkForUpdates"]["default"]) == ("false", False)


# What a server has of the person who started the demo: nothing.
WHOSE = (
    "[name for name in __import__('os').environ if name.startswith(('PYTEST', 'LIBRETEXTS_HUB_', 'SSH_'))]"
)


async def check_login_page(demo: RunningDemo) -> None:
    """It names the four and says where the password is, not what it is."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{demo.url}/hub/login?username=hpc") as answer,
    ):
        page = await answer.text()
    for person in PEOPLE:
        assert person.title in page
        assert f'value="{person.name}"' in page
    assert "The password is in the terminal" in page
    assert demo.state.password() not in page
    assert re.search(r'value="hpc" required checked', page)
    assert len(re.findall(r"<h1", page)) == 1


def check_secrets(demo: RunningDemo, password: str) -> None:
    """No secret in a command line or a log, none for others to read."""
    secrets = [password, demo.state.crypt_key(), demo.state.cluster.joinpath("token").read_text().strip()]
    seen = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    for log in demo.state.logs.iterdir():
        seen += log.read_text()
    assert not [secret for secret in secrets if secret in seen]
    assert stat.S_IMODE(demo.state.folder.stat().st_mode) == 0o700


async def test_killed_in_the_middle_then_started_again(folder):
    """After kill -9 the children end by themselves; pods too."""
    with RunningDemo(folder, "--one-address") as demo:
        demo.wait_until_ready()
        async with demo.visitor() as visitor:
            await visitor.login("student", demo.state.password())
            await visitor.spawn(CHOICES)
            await visitor.wait_until_ready()
        async with demo.visitor() as visitor:
            await visitor.login("instructor", demo.state.password())
            await visitor.spawn(CHOICES)
            await visitor.wait_until_ready()  # on the same address, so on another port
        demo.process.kill()
        demo.wait()
        nothing_is_left(demo, 30)

    with RunningDemo(folder) as demo:
        demo.wait_until_it_says("Kubernetes API")
        demo.send(signal.SIGTERM)  # before the hub is up
        assert demo.wait() == 0, demo.output
        assert not demo.leftovers()


TWO_EQUAL = (
    'c.LibreTextsSpawner.images = [dict(slug="r", name="R", image="a/b:1"), dict(slug="r", image="a/c:1")]'
)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        pytest.param(TWO_EQUAL, ["'r'", "c.LibreTextsSpawner.images[1]"], id="two equal slugs"),
        pytest.param(
            "c.LibreTextsSpawner.imagess = {}", ["imagess", "c.LibreTextsSpawner"], id="unknown trait"
        ),
    ],
)
def test_a_wrong_configuration_is_one_sentence(folder, tmp_path, line, parts):
    extra = tmp_path / "extra.py"
    extra.write_text(f"# mine\n{line}\n")
    with RunningDemo(folder, "--config", str(extra)) as demo:
        assert demo.wait_until_refused() == 2, demo.output
        said = demo.output.splitlines()[-1]
        assert all(part in said for part in parts), demo.output
        assert "Traceback" not in demo.output
        assert not demo.leftovers()
