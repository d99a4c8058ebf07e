"""Is a choice taken, or refused in words that help, whatever was sent?"""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.selection import MALFORMED, Selection
from libretexts_hub.errors import SelectionError

MENU = Menu.parse(
    {
        "default": {"name": "Default environment", "image": "x/d"},
        "r": {"name": "R", "image": "x/r", "sizes": ["large"]},
    },
    {"small": {"name": "Small"}, "large": {"name": "Large"}, "huge": {"groups": ["rich"]}},
).for_person([], datetime(2026, 11, 21, 12, tzinfo=UTC))

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        pytest.param({}, {"image": "default", "size": "small"}, id="nothing"),
        pytest.param({"image": "r"}, {"image": "r", "size": "large"}, id="image"),
        pytest.param({"size": "large"}, {"image": "default", "size": "large"}, id="size"),
        pytest.param({"image": "r", "size": "large"}, {"image": "r", "size": "large"}, id="both"),
        pytest.param({"image": None, "size": None}, {"image": "default", "size": "small"}, id="null"),
    ],
)
def test_what_is_chosen_and_what_is_not(options, chosen):
    selection = Selection.parse(options, MENU)

    assert selection.options == chosen
    assert Selection.parse(selection.options, MENU) == selection


def test_without_sizes_no_size_is_asked():
    menu = Menu.parse({"a": {"image": "x"}}, {})

    assert Selection.parse({}, menu).options == {"image": "a"}
    with pytest.raises(SelectionError, match="Leave the size out"):
        Selection.parse({"size": "small"}, menu)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param([], "not a list", id="list"),
        pytest.param("default", "not something else", id="text"),
        pytest.param(None, "not nothing", id="null"),
        pytest.param({MALFORMED: "list"}, "must be an object", id="marker"),
        pytest.param({"image": ["default"]}, "one name, not a list", id="list-in"),
        pytest.param({"image": {"a": 1}}, "one name, not an object", id="nested"),
        pytest.param({"image": b"default"}, "one name, not a file", id="bytes"),
        pytest.param({"image": True}, "one name, not true or false", id="bool"),
        pytest.param({"image": ""}, "Choose default or r", id="empty"),
        pytest.param({"image": "Default"}, "Choose default or r", id="case"),
        pytest.param({"size": "huge"}, "Choose small or large", id="somebody-elses"),
        pytest.param({"image": "r", "size": "small"}, "not a size of R. Choose large", id="size-of-another"),
        pytest.param({"siz": "small"}, "Did you mean 'size'", id="unknown"),
        pytest.param({"profile": "x"}, "Known are: image, tag, size", id="stock"),
        pytest.param({3: "x"}, "a number is not an option", id="number-key"),
    ],
)
def test_a_refusal_says_what_to_do(options, words):
    with pytest.raises(SelectionError) as refused:
        Selection.parse(options, MENU)

    assert words in refused.value.jupyterhub_message


def test_an_empty_menu_says_whom_to_ask():
    with pytest.raises(SelectionError) as refused:
        Selection.parse({}, Menu())
    assert "Ask the operators" in refused.value.jupyterhub_message


def test_what_was_sent_is_shown_short_and_printable():
    with pytest.raises(SelectionError) as refused:
        Selection.parse({"image": "\x1b[31m\u202e" + "x" * 10**6}, MENU)

    words = refused.value.jupyterhub_message
    assert len(words) < 300
    assert words.isprintable()


def outcome(options) -> Selection | str:
    """What becomes of these options: a selection, or the words of the refusal."""
    try:
        return Selection.parse(options, MENU)
    except SelectionError as refused:
        return refused.jupyterhub_message


@given(JSON)
def test_anything_is_a_choice_of_the_menu_or_refused(options):
    result = outcome(options)
    if isinstance(result, Selection):
        assert result.image in MENU.images
        assert result.size in MENU.sizes_of(result.image)
    else:
        assert 0 < len(result) < 500
        assert json.dumps(result).encode()


@given(st.fixed_dictionaries({}, optional={"image": JSON, "size": JSON}))
def test_any_value_under_the_right_keys(options):
    result = outcome(options)
    if isinstance(result, Selection) and options.get("image") is not None:
        assert result.image.slug == options["image"].partition(":")[0]
