"""Does a wrong line stop the hub, in one sentence that names it?"""

import subprocess
import sys

import pytest
from traitlets.config import Config

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.configuration import check
from libretexts_hub.hub.live_menu import refresher
from libretexts_hub.hub.spawner import LibreTextsSpawner
from tests.hub.workshop import until
from tests.servers.fake_registry import FakeRegistry

IMAGE = {"a": {"image": "x/a"}}


class CampusSpawner(LibreTextsSpawner):
    """An operator's own subclass."""


@pytest.mark.parametrize(
    "sections",
    [
        pytest.param({}, id="empty"),
        pytest.param({"LibreTextsSpawner": {"images": IMAGE, "sizes": {"s": {}}}}, id="menu"),
        pytest.param(
            {"ImageMenuMixin": {"images": IMAGE}, "LibreTextsSpawner": {"sizes": {"s": {}}}}, id="mixin"
        ),
        pytest.param(
            {
                "LibreTextsSpawner": {
                    "images": IMAGE,
                    "routes": {"r": {"match": {"images": ["a"]}}, "d": {}},
                    "default_route": "d",
                }
            },
            id="routes",
        ),
        pytest.param({"KubeSpawner": {"mem_limit": "2G", "uid": 1000, "image": "x"}}, id="chart"),
        pytest.param({"KubeSpawner": {"singleuser_uid": 1000}}, id="old-name"),
        pytest.param(
            {"JupyterHub": {"spawner_class": "simple"}, "KubeSpawner": {"whatever": 1}}, id="not-ours"
        ),
        pytest.param(
            {"JupyterHub": {"spawner_class": CampusSpawner}, "CampusSpawner": {"images": IMAGE}}, id="own"
        ),
    ],
)
def test_what_is_right(sections):
    check(Config({"JupyterHub": {"spawner_class": "libretexts"}} | sections))


def test_a_value_that_is_extended_is_right():
    config = Config()
    config.JupyterHub.spawner_class = "libretexts"
    config.LibreTextsSpawner.images.update(IMAGE)
    config.KubeSpawner.environment.update({"A": "b"})
    config.KubeSpawner.init_containers.append({"name": "x"})
    check(config)


@pytest.mark.parametrize(
    ("sections", "where", "words"),
    [
        pytest.param(
            {"LibreTextsSpawner": {"imagess": {}}}, "LibreTextsSpawner.imagess", "'images'", id="ours"
        ),
        pytest.param(
            {"EventDrivenMixin": {"start_timeot": 1}}, "EventDrivenMixin.start_timeot", "timeout", id="mixin"
        ),
        pytest.param({"KubeSpawner": {"mem_limt": "1G"}}, "KubeSpawner.mem_limt", "'mem_limit'", id="stock"),
        pytest.param({"Spawner": {"start_timeout": "long"}}, "Spawner.start_timeout", "int", id="type"),
        pytest.param(
            {"LibreTextsSpawner": {"sizes": {"s": {}}}}, "LibreTextsSpawner.sizes", "no images", id="half"
        ),
        pytest.param(
            {"LibreTextsSpawner": {"images": [{"slug": "a", "image": "x"}] * 2}},
            "LibreTextsSpawner.images[1]",
            "share the slug",
            id="equal",
        ),
        pytest.param(
            {"LibreTextsSpawner": {"images": {"a": {"image": "x", "imagee": "y"}}}},
            "LibreTextsSpawner.images['a']",
            "imagee",
            id="key",
        ),
        pytest.param(
            {"LibreTextsSpawner": {"images": IMAGE, "sizes": {"s": {"memory": {"limit": "2G"}}}}},
            "LibreTextsSpawner.sizes['s'].memory.limit",
            "2G",
            id="quantity",
        ),
        pytest.param(
            {"KubeSpawner": {"images": IMAGE | {"b": {"image": "x", "sizes": ["s"]}}}},
            "KubeSpawner.images['b'].sizes",
            "not a size",
            id="inherited",
        ),
    ],
)
def test_what_is_wrong(sections, where, words):
    with pytest.raises(ConfigurationError) as refused:
        check(Config({"JupyterHub": {"spawner_class": "libretexts"}} | sections))

    assert refused.value.where == f"c.{where}"
    assert words in str(refused.value)


LIVE = {"repository": "x.example.org/y", "scheme": "rubin"}


@pytest.mark.parametrize(
    ("images", "where"),
    [
        pytest.param({"registry": LIVE | {"ca": "/no/ca.pem"}}, "registry.ca", id="ca"),
        pytest.param(
            {"registry": LIVE | {"credentials": {"file": "/no/config.json"}}},
            "registry.credentials.file",
            id="file",
        ),
        pytest.param(
            {"registry": LIVE | {"credentials": {"username": "u", "password_file": "/no/pw"}}},
            "registry.credentials.password_file",
            id="password",
        ),
        pytest.param({"image": "x/a:1", "pin": True, "ca": "/"}, "ca", id="folder"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(images, where):
    with pytest.raises(ConfigurationError) as refused:
        check(Config({"LibreTextsSpawner": {"images": {"a": images}}}))
    assert refused.value.where == f"c.LibreTextsSpawner.images['a'].{where}"


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        pytest.param(
            {"images": {"a": {"registry": LIVE | {"scheme": "x"}}}}, "images['a'].registry", id="scheme"
        ),
        pytest.param(
            {"images": IMAGE, "options": {"o": {"environment": {"1": "x"}}}}, "options['o']", id="option"
        ),
        pytest.param({"images": IMAGE, "menu_contact": 3}, "menu_contact", id="contact"),
        pytest.param({"options": {"reset": {}}}, "options", id="options-alone"),
        pytest.param({"routes": {"r": {"mach": {}}}}, "routes['r']", id="route"),
        pytest.param({"routes": {"r": {"match": {"sizes": ["s"]}}}}, "routes['r'].match.sizes", id="size"),
        pytest.param(
            {"images": IMAGE, "routes": {"r": {"match": {"images": ["b"]}}}},
            "routes['r'].match.images",
            id="image",
        ),
        pytest.param({"default_route": "r"}, "default_route", id="default-route"),
        pytest.param({"refuse_unrouted": "yes"}, "refuse_unrouted", id="refuse-unrouted"),
        pytest.param(
            {"profile_list": [{"display_name": "P", "groups": "staff"}]}, "profile_list[0]", id="profile"
        ),
    ],
)
def test_all_of_the_menu_is_looked_at(settings, where):
    with pytest.raises(ConfigurationError) as refused:
        check(Config({"LibreTextsSpawner": settings, "JupyterHub": {"spawner_class": "libretexts"}}))
    assert refused.value.where.startswith(f"c.LibreTextsSpawner.{where}")


async def test_a_hub_that_starts_begins_to_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with FakeRegistry(tags=["w_2026_46"]) as registry:
        source = {"repository": f"{registry.host}/lab", "plain_http": True, "scheme": "rubin"}
        check(Config({"LibreTextsSpawner": {"images": {"a": {"registry": source}}}}))
        await until(lambda: (tmp_path / "libretexts-menu.json").exists())
        await refresher().close()


def test_outside_of_a_hub_nothing_is_read():
    check(Config({"LibreTextsSpawner": {"images": {"a": {"registry": LIVE}}}}))


def test_a_wrong_value_is_not_repeated():
    with pytest.raises(ConfigurationError) as refused:
        check(Config({"LibreTextsSpawner": {"environment": "SECRET=tops3cret"}}))
    assert "tops3cret" not in str(refused.value)


def test_the_hub_ends_with_one_sentence_and_2(tmp_path):
    (tmp_path / "config.py").write_text(
        "from libretexts_hub.hub.configuration import check_or_exit\n"
        "c = get_config()\n"
        "c.LibreTextsSpawner.images = {'a': {'image': 'x', 'nam': 'y'}}\n"
        "check_or_exit(c)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "jupyterhub", "-f", "config.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
    )

    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "c.LibreTextsSpawner.images['a']" in ended.stderr
