"""Does a wrong line about databases stop the hub, in one sentence that names it?"""

import pytest
from traitlets.config import Config

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.configuration import check

MARIADB = {"engine": "mariadb", "image": "mariadb:11.4"}


def config(**settings):
    return Config({"JupyterHub": {"spawner_class": "libretexts"}, "LibreTextsSpawner": settings})


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"databases": {"db": MARIADB | {"groups": ["a"]}}}, id="without a menu"),
        pytest.param({"databases": {}}, id="empty"),
        pytest.param({"databases": {"db": None}}, id="taken away by a later values file"),
        pytest.param(
            {"images": {"r": {"image": "x/r"}}, "databases": {"db": MARIADB | {"images": ["r"]}}}, id="image"
        ),
        pytest.param({"database_name_template": "sql-{username}-{servername}"}, id="template"),
    ],
)
def test_what_is_right(settings):
    check(config(**settings))


@pytest.mark.parametrize(
    ("settings", "where", "words"),
    [
        pytest.param({"databses": {}}, "databses", "'databases'", id="name of the setting"),
        pytest.param({"databases": "mysql"}, "databases", "mapping by slug", id="no mapping"),
        pytest.param({"databases": {"db": {"engin": 1}}}, "databases['db']", "'engine'", id="key"),
        pytest.param(
            {"images": {"r": {"image": "x/r"}}, "databases": {"db": MARIADB | {"images": ["R"]}}},
            "databases['db'].images",
            "is not an image",
            id="unknown image",
        ),
        pytest.param(
            {"databases": {"db": MARIADB | {"images": ["r"]}}},
            "databases['db'].images",
            "Write the images first",
            id="no menu",
        ),
        pytest.param({"database_sidecar": "never"}, "database_sidecar", "must be", id="kind of container"),
        pytest.param({"database_name_template": "db"}, "database_name_template", "{user_server}", id="one"),
        pytest.param({"database_name_template": "db-{username}"}, "database_name_template", "same", id="two"),
        pytest.param(
            {"database_name_template": "{usr}"}, "database_name_template", "not a field", id="field"
        ),
        pytest.param({"database_name_template": "{"}, "database_name_template", "brace", id="brace"),
    ],
)
def test_what_is_wrong(settings, where, words):
    with pytest.raises(ConfigurationError) as refused:
        check(config(**settings))
    assert refused.value.where == f"c.LibreTextsSpawner.{where}"
    assert words in str(refused.value)
