"""Is contrast computed as WCAG has it, and does the colour that is proposed pass?"""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from libretexts_hub.domain import contrast
from libretexts_hub.domain.branding import Brand, is_link, parse_colours, parse_font, parse_links
from libretexts_hub.errors import ConfigurationError

parts = some.integers(0, 255)
colours = some.tuples(parts, parts, parts)
WHERE = "c.LibreTextsPages.colours"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000", "#fff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#fff", 4.54),
        ("#f37524", "#fff", 2.845),
    ],
)
def test_known_contrasts(one, other, expected):
    measured = contrast.contrast(contrast.parse_colour(one), contrast.parse_colour(other))
    assert measured == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("written", ["blue", "#12345", "rgb(1,2,3)", 12, None, "#gggggg", "#fff;}", ""])
def test_no_colour(written):
    assert contrast.parse_colour(written) is None


@given(colours, colours)
def test_what_is_proposed_passes_wherever_anything_can(colour, background):
    found = contrast.nearest_passing(colour, [background])
    assert contrast.contrast(found, background) >= contrast.TEXT
    assert contrast.contrast(contrast.readable_on(background), background) >= contrast.TEXT


@given(colours)
def test_a_refused_colour_comes_with_one_that_is_accepted(colour):
    written = contrast.as_hex(colour)
    try:
        light, dark = parse_colours({"brand": written}, where=WHERE)
    except ConfigurationError as error:
        light, dark = parse_colours({"brand": error.fix.split('"')[1]}, where=WHERE)
    for each, background in ((light, "#ffffff"), (dark, "#14171c")):
        assert contrast.contrast(each, contrast.parse_colour(background)) >= contrast.TEXT
    assert "light-dark(#" in Brand(light=light, dark=dark).css


def test_the_orange_of_the_stock_button_is_refused_in_words():
    with pytest.raises(ConfigurationError) as refused:
        parse_colours({"brand": "#f37524"}, where=WHERE)
    assert "#f37524 has a contrast of 2.61 on light pages; WCAG 2.2 AA asks for 4.5" in str(refused.value)
    assert "The nearest colour that passes is" in refused.value.fix


@pytest.mark.parametrize(
    "colours", [{"brand": "puce"}, {"brnd": "#000"}, {"brand": "#000", "brand_dark": "#000"}]
)
def test_colours_that_are_none(colours):
    with pytest.raises(ConfigurationError, match="LibreTextsPages"):
        parse_colours(colours, where=WHERE)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://example.edu/help", True),
        ("/hub/faq", True),
        ("mailto:help@example.edu", True),
        ("//evil.example", False),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("/\\evil.example", False),
        ("data:text/html,x", False),
        ("https:", False),
        ("https://[", False),
        ("help", False),
    ],
)
def test_links(written, expected):
    assert is_link(written) is expected


def test_links_and_fonts_are_refused_in_words():
    with pytest.raises(ConfigurationError, match="is not a link"):
        parse_links({"Help": "javascript:x"}, where="links")
    for font in ("Inter; } body { display: none", "url(https://x)", "'Inter"):
        with pytest.raises(ConfigurationError):
            parse_font(font, where="font")
    assert Brand(font=parse_font('"Source Sans 3", Inter', where="font")).css.count("Inter") == 1


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("a@example.edu", "mailto:a@example.edu"),
        ("https://example.edu/x", "https://example.edu/x"),
        ("the desk", ""),
    ],
)
def test_how_the_contact_is_reached(contact, expected):
    assert Brand(contact=contact).contact_link == expected
