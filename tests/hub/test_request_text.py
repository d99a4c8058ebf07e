"""Are the methods of JupyterHub that decode unguarded still where they are guarded?"""

from types import SimpleNamespace

import jupyterhub.apihandlers.users as users
import jupyterhub.handlers.base as base
import jupyterhub.handlers.pages as pages
import pytest
from tornado import web

from libretexts_hub.hub.request_text import GUARDED, LARGEST_CHOICE, guard_requests

BODY_METHOD = (
    "get_server_json_body" if hasattr(users.UserServerAPIHandler, "get_server_json_body") else "get_json_body"
)


@pytest.fixture(autouse=True)
def guarded():
    guard_requests()


def request(**parts):
    empty = {"query_arguments": {}, "body_arguments": {}, "body": b""}
    return SimpleNamespace(request=SimpleNamespace(**empty | parts))


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        pytest.param(pages.SpawnHandler, "_get", id="page"),
        pytest.param(pages.SpawnHandler, "_post", id="form"),
        pytest.param(users.UserServerAPIHandler, BODY_METHOD, id="rest"),
        pytest.param(base.BaseHandler, "_validate_next_url", id="next"),
    ],
)
def test_this_release_has_the_method_and_it_is_guarded_once(handler, name):
    once = getattr(handler, name)
    guard_requests()
    assert getattr(once, GUARDED)
    assert getattr(handler, name) is once


@pytest.mark.parametrize("part", ["query_arguments", "body_arguments"])
@pytest.mark.parametrize("name", ["_get", "_post"])
def test_what_is_no_text_is_refused_before_it_is_decoded(part, name):
    with pytest.raises(web.HTTPError) as refused:
        getattr(pages.SpawnHandler, name)(request(**{part: {"image": [b"lab", b"\xff"]}}), "alice", "")
    assert refused.value.status_code == 400
    assert "UTF-8" in refused.value.jupyterhub_message


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"\xff", 400, id="not-text"),
        pytest.param(b"x" * (LARGEST_CHOICE + 1), 413, id="large"),
    ],
)
def test_a_body_is_refused_before_it_is_stored(body, status):
    with pytest.raises(web.HTTPError) as refused:
        getattr(users.UserServerAPIHandler, BODY_METHOD)(request(body=body))
    assert refused.value.status_code == status


def test_other_handlers_are_left_alone():
    assert not hasattr(users.UserAPIHandler.get_json_body, GUARDED)
    assert not hasattr(pages.HomeHandler.get, GUARDED)
