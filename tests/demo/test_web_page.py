"""Is a page read as a browser without scripts would show it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.demo.web_page import find_script_value, read_page

SPAWN_PAGE = """
<!doctype html><title>Start a server</title>
<p class="alert alert-warning hidden">not shown</p>
<form id="spawn_form" action="/hub/spawn/mia?_xsrf=a&amp;next=b" method="POST" enctype="multipart/form-data">
  <label><input type="radio" name="image" value="default" checked> Default</label>
  <label><input type=radio name=image value="r"> R</label>
  <label><input type=radio name=image value="gone" disabled> Gone</label>
  <select name="size"><option value="small">S<option value="large" selected>
  <option disabled value="x"></select>
  <input type="checkbox" name="fresh"> <input name="note" value="&lt;b&gt;"> <textarea name="why"></textarea>
  <input type="hidden" name="_xsrf" value="token"><input type="submit" name="go" value="Start">
</form>
<input name="late" form="spawn_form" required>
<script>var page = {xsrf_token: "abc", other: 'x'};</script>
"""


def test_a_form_is_read_with_its_target_and_fields():
    form = read_page(SPAWN_PAGE).form("image", "size")
    assert form is not None
    assert (form.id, form.action, form.multipart) == ("spawn_form", "/hub/spawn/mia?_xsrf=a&next=b", True)
    assert [control.name for control in form.controls if not control.is_toggle] == [
        "size",
        "note",
        "why",
        "_xsrf",
        "late",
    ]
    assert form.named("size")[0].value == "large"
    assert form.named("note")[0].value == "<b>"
    assert form.named("fresh")[0].value == "on"
    assert form.named("late")[0].required


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        pytest.param("image", ["default", "r"], id="radio without the disabled one"),
        pytest.param("size", ["small", "large"], id="select without the disabled one"),
        pytest.param("note", [], id="free text"),
        pytest.param("nothing", [], id="no such field"),
    ],
)
def test_what_is_offered(name, offered):
    form = read_page(SPAWN_PAGE).form()
    assert form is not None
    assert form.offered(name) == offered


@pytest.mark.parametrize(
    ("html", "said"),
    [
        pytest.param('<p class="alert alert-danger">No <b>such</b> image</p>', "No such image", id="alert"),
        pytest.param(
            '<p class="alert hidden">secret</p><p class="alert">shown</p>', "shown", id="hidden alert"
        ),
        pytest.param(
            '<div class="error"><h1>404 : Not Found</h1><p>Gone</div>',
            "404 : Not Found Gone",
            id="error page",
        ),
        pytest.param("<title>T</title><p>Some text<script>no()</script>", "T: Some text", id="no alert"),
        pytest.param('<p class="alert">never closed', "never closed", id="broken"),
        pytest.param("", ": ", id="empty"),
    ],
)
def test_what_a_page_says(html, said):
    assert read_page(html).said == said


def test_markup_in_words_is_not_taken_for_words():
    assert read_page('<p class="alert"><script>alert(1)</script>&lt;i&gt;</p>').said == "<i>"


@pytest.mark.parametrize(("name", "value"), [("xsrf_token", "abc"), ("other", "x"), ("missing", None)])
def test_values_that_a_page_gives_to_its_scripts(name, value):
    assert find_script_value(SPAWN_PAGE, name) == value


@given(
    st.text(alphabet=st.characters(codec="utf-8"))
    | st.lists(st.sampled_from(SPAWN_PAGE.split())).map(" ".join)
)
def test_any_text_is_read_without_an_error(html):
    page = read_page(html)
    assert isinstance(page.said, str)
