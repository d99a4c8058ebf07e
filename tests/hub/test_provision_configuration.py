"""Does a wrong line about provisioning stop the hub, in one sentence that names it?"""

import pytest
from traitlets.config import Config

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.configuration import check


def config(**settings):
    return Config({"JupyterHub": {"spawner_class": "libretexts"}, "LibreTextsSpawner": settings})


@pytest.mark.parametrize(
    "provision",
    [
        pytest.param({}, id="empty"),
        pytest.param({"uid": "github_user.id", "take_over": {"image": "busybox:1.37"}}, id="numbers"),
        pytest.param({"git": {"host": "github.com"}, "uid": None}, id="taken away by a later values file"),
    ],
)
def test_what_is_right(provision):
    check(config(provision=provision))


@pytest.mark.parametrize(
    ("settings", "where", "words"),
    [
        pytest.param({"provison": {}}, "provison", "'provision'", id="name of the setting"),
        pytest.param({"provision": ["uid"]}, "provision", "mapping", id="no mapping"),
        pytest.param({"provision": {"uuid": "x"}}, "provision", "'uid'", id="key"),
        pytest.param({"provision": {"git": {"hosts": "x"}}}, "provision.git", "'host'", id="key of git"),
    ],
)
def test_what_is_wrong(settings, where, words):
    with pytest.raises(ConfigurationError) as refused:
        check(config(**settings))
    assert refused.value.where == f"c.LibreTextsSpawner.{where}"
    assert words in str(refused.value)
