"""Does an address, a header or a form of any other page harm anybody: logins, `next`, failed starts?"""

from __future__ import annotations

from urllib.parse import quote_from_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.security.guest import Guest, octets
from tests.security.live import Page, harmless
from tests.security.strategies import MARK, examples, lines, nasty
from tests.servers.hub import ADMIN, PASSWORD

# Where a browser takes a path for another host, and what no header may hold.
ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/hub/",
    "/\t/evil.example",
    "/%09/evil.example",
    "/\n/evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://127.0.0.1@evil.example/",
    "/hub/\x0b",
    "/hub/\x7f",
    "/hub/\r\nSet-Cookie: a=b",
    "/hub/ü\u2028",
    "//evil.example/%2e%2e",
    "/hub/../../..//evil.example",
    "data:text/html,x",
    "/hub/" + "x" * 5000,
)


def nexts() -> st.SearchStrategy[str]:
    return st.sampled_from(ELSEWHERE) | lines().map(lambda text: f"/hub/{text}") | lines()


def quoted(text: str) -> str:
    return quote_from_bytes(octets(text), safe="")


@pytest.fixture(scope="module")
def ben(watched):
    return watched.person("ben")


@pytest.fixture(scope="module")
def admin(watched):
    guest = Guest(watched.hub.url)
    guest.get("login")
    assert guest.form("login", [("username", ADMIN), ("password", PASSWORD)]).status_code == 302
    guest.get("home")
    return guest


def stays_here(answer) -> None:
    """A page, or the way to one of this hub."""
    assert answer.status_code in (200, 302, 400, 403), (answer.status_code, answer.text)
    place = answer.headers.get("Location", "/hub/")
    assert "\n" not in place
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\")), place
    assert urlsplit(place).netloc == ""
    assert "a" not in answer.cookies


@examples(7)
@given(where=nexts())
def test_after_a_login_one_is_still_at_this_hub(ben, where):
    stays_here(ben.get(f"login?next={quoted(where)}"))
    stays_here(ben.form(f"login?next={quoted(where)}", [("username", "ben"), ("password", PASSWORD)]))


@examples(7)
@given(name=nasty(), password=nasty(), more=lines())
def test_a_login_form(watched, name, password, more):
    guest = Guest(watched.hub.url)
    plain = Page(guest.get("login").text)
    answer = guest.form(
        f"login?next={quoted(more)}", [("username", name), ("password", password), (more or "x", name)]
    )
    assert answer.status_code in (400, 403), (answer.status_code, answer.text)
    harmless(Page(answer.text), plain, MARK)
    assert password not in answer.text or len(password) < 9 or password in name + more


@examples(7)
@given(path=nasty(encodable=True), language=lines(), number=lines())
def test_an_address_that_is_none(ben, path, language, number):
    plain = Page(ben.get("nowhere").text)
    headers = {"Accept-Language": language, "X-Request-Id": number, "Referer": path[:200]}
    headers = {
        name: "".join(each for each in value if each.isprintable()).strip() for name, value in headers.items()
    }
    sent = {name: value.encode("utf-8", "ignore") for name, value in headers.items()}
    answer = ben.send("GET", f"nowhere/{quoted(path)[:8000]}", headers=sent)
    assert answer.status_code in (302, 400, 403, 404), (answer.status_code, answer.text)
    if answer.status_code == 404:
        harmless(Page(answer.text), plain, MARK)


@examples(5)
@given(person=lines(encodable=False), server=lines(encodable=False))
def test_failed_starts_are_for_administrators(ben, admin, person, server):
    address = f"why?user={quoted(person)}&server={quoted(server)}"
    assert ben.get(address).status_code in (400, 403)
    answer = admin.get(address)
    assert answer.status_code in (200, 400), (answer.status_code, answer.text)
    harmless(Page(answer.text), Page(admin.get("why?user=x").text), MARK)


def test_an_administrators_page_opens_to_no_token(admin):
    """A token may have fewer rights than its person: that of a server, which any code in there can read."""
    token = admin.rest("POST", f"users/{ADMIN}/tokens", b"{}").json()["token"]
    anybody = Guest(admin.url.removesuffix("/hub"))
    answer = anybody.send("GET", "why", headers={"Authorization": f"token {token}"})
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize("page", ["login", "terms", "spawn"])
def test_without_the_token_of_a_page_no_form_is_taken(watched, page):
    guest = watched.person("cleo")
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"}
    answer = guest.send("POST", page, b"accept=yes&username=cleo&password=x&image=default", sent)
    assert answer.status_code in (403, 404, 405), answer.text
