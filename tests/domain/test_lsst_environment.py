"""Do the variables of an LSST hub become a menu?"""

import pytest

from libretexts_hub.domain.lsst_environment import images_from_environment
from libretexts_hub.domain.menu import Menu
from libretexts_hub.errors import ConfigurationError


@pytest.mark.parametrize(
    ("host", "owner", "repository"),
    [
        pytest.param("hub.docker.com", "lsstsqre", "docker.io/lsstsqre/sciplat-lab", id="site"),
        pytest.param("", "lsstsqre", "docker.io/lsstsqre/sciplat-lab", id="no-host"),
        pytest.param("ghcr.io", "lsst-sqre", "ghcr.io/lsst-sqre/sciplat-lab", id="host"),
        pytest.param("registry.example.org:5000", "", "registry.example.org:5000/sciplat-lab", id="no-owner"),
    ],
)
def test_a_repository_is_a_live_image(host, owner, repository):
    environ = {"LAB_REPO_HOST": host, "LAB_OWNER": owner, "LAB_REPO_NAME": "sciplat-lab"}
    [image] = Menu.parse(images_from_environment(environ), {}).images
    assert str(image.registry.repository) == repository
    assert image.registry.policy.recommended == "recommended"


def test_an_image_is_the_default():
    environ = {"LAB_IMAGE": "x/lab:1", "LAB_REPO_NAME": "lab", "LAB_OWNER": "x"}
    menu = Menu.parse(images_from_environment(environ), {})
    assert [image.reference for image in menu.images if image.default] == ["x/lab:1"]
    assert len(menu.images) == 2


def test_nothing_named_is_no_menu():
    assert images_from_environment({"LAB_OWNER": "x"}) == {}


def test_the_later_name_of_the_owner():
    environ = {"LAB_REPO_OWNER": "lsstsqre", "LAB_REPO_NAME": "sciplat-lab"}
    [image] = Menu.parse(images_from_environment(environ), {}).images
    assert str(image.registry.repository) == "docker.io/lsstsqre/sciplat-lab"


@pytest.mark.parametrize(
    ("environ", "name", "words"),
    [
        pytest.param({"LAB_IMAGE": "https://x/<Y>"}, "LAB_IMAGE", "reference", id="image"),
        pytest.param(
            {"LAB_REPO_NAME": "<Y>", "LAB_OWNER": "x"}, "LAB_REPO_NAME", "reference", id="repository"
        ),
        pytest.param({"LAB_REPO_NAME": "lab", "LAB_OWNER": " "}, "LAB_REPO_NAME", "LAB_OWNER", id="nobody"),
        pytest.param(
            {"LAB_REPO_NAME": "lab:1", "LAB_OWNER": "x"}, "LAB_REPO_NAME", "one image", id="one-image"
        ),
    ],
)
def test_what_is_wrong_is_named(environ, name, words):
    with pytest.raises(ConfigurationError, match=words) as refused:
        images_from_environment(environ)
    assert name in refused.value.where
