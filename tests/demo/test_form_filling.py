"""Does a filled-in form hold what a browser would send, and nothing a browser would not send?"""

import pytest

from libretexts_hub.demo.form_filling import ChoiceNotOfferedError, fill_in
from libretexts_hub.demo.web_page import read_page

PAGE = """<form method="post">
  <input type="radio" name="image" value="default" checked><input type="radio" name="image" value="r">
  <input type="radio" name="image" value="gone" disabled>
  <select name="size"><option value="small"><option value="large"></select><select name="none"></select>
  <input type="checkbox" name="fresh" value="yes"><input name="note" value="as it is">
  <input type="file" name="f">
  <input type="hidden" name="_xsrf" value="t"><input name="off" value="x" disabled>
</form>"""
AS_IT_IS = {"image": "default", "size": "small", "note": "as it is", "_xsrf": "t"}


@pytest.mark.parametrize(
    ("choices", "changed"),
    [
        pytest.param({}, {}, id="nothing touched"),
        pytest.param({"image": "r"}, {"image": "r"}, id="another radio"),
        pytest.param({"size": "large"}, {"size": "large"}, id="another option"),
        pytest.param({"note": ""}, {"note": ""}, id="text emptied"),
        pytest.param({"fresh": "yes"}, {"fresh": "yes"}, id="box checked"),
    ],
)
def test_what_is_sent(choices, changed):
    (form,) = read_page(PAGE).forms
    pairs = fill_in(form, choices)
    assert dict(pairs) == {**AS_IT_IS, **changed}
    assert len(pairs) == len(dict(pairs))


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        pytest.param({"image": "gone"}, "it offers default, r", id="disabled"),
        pytest.param({"image": "nowhere"}, "'nowhere' is not on the page", id="not there"),
        pytest.param({"size": ""}, "it offers small, large", id="empty"),
        pytest.param({"off": "x"}, "does not ask for 'off'", id="disabled field"),
        pytest.param({"gpu": "1"}, "it asks for image, size", id="no such field"),
    ],
)
def test_what_a_browser_would_not_send(choices, words):
    (form,) = read_page(PAGE).forms
    with pytest.raises(ChoiceNotOfferedError, match=words):
        fill_in(form, choices)


def test_a_required_choice_has_to_be_made():
    page = '<form><input type="radio" name="image" value="a" required><input name="name" required></form>'
    (form,) = read_page(page).forms
    with pytest.raises(ChoiceNotOfferedError, match="wants a choice of image, name"):
        fill_in(form, {})
    assert fill_in(form, {"image": "a", "name": "n"}) == [("image", "a"), ("name", "n")]
