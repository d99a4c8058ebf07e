"""Does a typed text stay one value in a name and in a filter, and do equal names compare as equal?"""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from libretexts_hub.domain.directory_text import (
    check_template,
    escape_dn,
    escape_filter,
    fill,
    first_value,
    is_below,
    parse_dn,
)
from libretexts_hub.errors import ConfigurationError


@pytest.mark.parametrize(
    ("typed", "escaped"),
    [
        ("fry", "fry"),
        ("Wong, Amy", "Wong\\, Amy"),
        ("a+b=c", "a\\+b\\=c"),
        (" #x ", "\\ #x\\ "),
        ("#x", "\\#x"),
        ("\0", "\\00"),
        ('<"\\;>', '\\<\\"\\\\\\;\\>'),
        (" ", "\\ "),
        ("a\\ ", "a\\\\\\ "),
    ],
)
def test_value_in_a_name(typed, escaped):
    assert escape_dn(typed) == escaped


@pytest.mark.parametrize(
    ("typed", "escaped"),
    [
        ("fry)(uid=*", "fry\\29\\28uid=\\2a"),
        ("a\\b\0", "a\\5cb\\00"),
        ("ä", "ä"),
        (b"\x01\xff", "\\01\\ff"),
    ],
)
def test_value_in_a_filter(typed, escaped):
    assert escape_filter(typed) == escaped


@example(" ")
@example("\\ ")
@settings(deadline=None)
@given(st.text())
def test_any_text_is_one_value_of_a_name(text):
    parsed = parse_dn(f"uid={escape_dn(text)},ou=people,dc=example")
    assert parsed is not None
    assert [rdn[0][0] for rdn in parsed] == ["uid", "ou", "dc"]
    assert parsed[0][0][1] == " ".join(text.encode(errors="replace").decode().split()).casefold()


@given(st.text())
def test_no_text_ends_a_filter(text):
    assert not set("*()\0") & set(escape_filter(text))


@given(st.text())
def test_any_text_can_be_looked_at_as_a_name(text):
    assert isinstance(parse_dn(text), list | tuple | None)
    assert isinstance(first_value(text, "cn"), str | None)


def test_braces_in_a_value_are_no_placeholders():
    assert fill("({a}={b})", {"a": "{b}", "b": "{a}"}) == "({b}={a})"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=Ship_Crew, OU=People,DC=x", "cn=ship_crew,ou=people,dc=x"),
        ("cn=a\\2Cb,dc=x", "cn=a\\,b,dc=x"),
        ('cn="a,b",dc=x', "cn=a\\,b,dc=x"),
        ("sn=k+cn=a,dc=x", "cn=a+sn=k,dc=x"),
        ("cn=\\C3\\A4,dc=x", "cn=ä,dc=x"),
    ],
)
def test_spellings_of_one_name(one, other):
    assert parse_dn(one) == parse_dn(other) is not None


@pytest.mark.parametrize("text", ["", "people", "=x", "cn=a,,dc=x", "cn=a,"])
def test_what_is_no_name(text):
    assert parse_dn(text) is None


def test_below():
    assert is_below("cn=a,ou=groups,dc=x", "OU=Groups,dc=x")
    assert is_below("ou=groups,dc=x", "ou=groups,dc=x")
    assert not is_below("cn=a,ou=people,dc=x", "ou=groups,dc=x")
    assert not is_below("cn=a,xou=groups,dc=x", "ou=groups,dc=x")


def test_first_value():
    assert first_value("cn=a\\2Cb,ou=x", "CN") == "a,b"
    assert first_value("sn=k+cn=amy,ou=x", "cn") == "amy"
    assert first_value("ou=x,cn=a", "cn") == ""


@pytest.mark.parametrize("template", ["({login}={uid})", "(uid={login}", "{}"])
def test_template_that_can_not_be_meant(template):
    with pytest.raises(ConfigurationError, match="here"):
        check_template(template, ("login",), where="here")
