"""Does a form that no page has sent harm anybody? Neither the hub, nor its pages, nor the pod."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.security.conftest import WRITTEN_DOWN
from tests.security.guest import octets
from tests.security.live import Page, harmless
from tests.security.strategies import MARK, examples, lines, nasty

KEYS = (
    "image",
    "tag",
    "size",
    "interface",
    "reference",
    "option-mode",
    "route",
    "cmd",
    "namespace",
    "_xsrf2",
)
CHOICES = {"image": ("default", "second"), "size": ("small", "large")}
REFUSED = (400, 413)
LONGEST_WORDS = 600


@pytest.fixture(scope="module")
def ben(watched):
    return watched.person("ben")


@pytest.fixture(scope="module")
def plain(ben):
    """The page after a refusal of nothing special."""
    return Page(ben.form("spawn", [("image", "nowhere")]).text)


@pytest.fixture(scope="module")
def pods(watched, ben):
    """What each choice of the menu makes, by the choice."""
    made = {}
    watched.created()
    for image in CHOICES["image"]:
        for size in CHOICES["size"]:
            assert ben.form("spawn", [("image", image), ("size", size)]).status_code == WRITTEN_DOWN
            [found] = watched.created()
            made[image, size] = comparable(found["pod"])
    return made


def comparable(pod):
    """Without what is different at every start: its token, and its id."""
    [notebook] = [each for each in pod["spec"]["containers"] if each["name"] == "notebook"]
    notebook["env"] = [
        each for each in notebook["env"] if each["name"] not in ("JPY_API_TOKEN", "JUPYTERHUB_API_TOKEN")
    ]
    return pod


@examples(7)
@given(fields=st.lists(st.tuples(st.sampled_from(KEYS) | nasty(), nasty()), min_size=1, max_size=5))
def test_any_form_is_refused_or_starts_what_is_on_the_menu(watched, ben, plain, pods, fields):
    answer = ben.form("spawn", fields)
    assert answer.status_code in (*REFUSED, WRITTEN_DOWN, 404), (answer.status_code, answer.text)
    page = Page(answer.text)
    if answer.status_code in REFUSED:
        harmless(page, plain, MARK)
        assert len(page.text) < len(plain.text) + LONGEST_WORDS
    for each in watched.created():
        assert comparable(each["pod"]) in pods.values(), each


@examples(3)
@given(path=lines(encodable=False), query=lines(encodable=False))
def test_any_query_opens_the_page_or_says_why_not(ben, path, query):
    answer = ben.get(
        f"spawn?image={quote_from_bytes(octets(path))}&opt-size={quote_from_bytes(octets(query))}"
    )
    assert answer.status_code in (200, 302, 400), (answer.status_code, answer.text)
    if answer.status_code == 200:
        harmless(Page(answer.text), Page(ben.get("spawn").text), MARK)


def test_afterwards_the_page_is_as_it_was(ben):
    answer = ben.get("spawn")
    assert answer.status_code == 200
    assert "Default environment" in answer.text
    assert ben.get("home").status_code == 200


def test_no_line_of_the_log_was_made_by_what_was_sent(watched, ben):
    """The texts above hold a line as the hub writes them."""
    ben.form("spawn", [("image", f"x\n[C 2026-01-01 00:00:00.000 JupyterHub app:1] {MARK} all is well")])
    lines = watched.logged().splitlines()
    assert not [line for line in lines if line.startswith("[C 2026-01-01")]
    assert not [line for line in lines if " 500 " in line]
