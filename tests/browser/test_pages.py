"""Can a person do everything on the pages of a real hub that allows no inline script, below `/x/y/`?"""

from __future__ import annotations

import asyncio
import json
import re
import time
from urllib.parse import quote

import pytest

from tests.browser.page_hub import ANNOUNCED, running
from tests.servers import axe
from tests.servers.hub import ADMIN, ADMIN_PASSWORD, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_login_says_what_is_wrong_and_then_lets_in(window):
    person = await window()
    await person.open("login")
    assert await person.text("h1") == "Sign in"
    assert "Your university account." in await person.text("#login_hint")
    await person.page.fill("input[name=username]", "ben-student")
    await person.page.fill("input[type=password]", "wrong")
    await person.page.click("#toggle_password_visibility")
    assert await person.page.get_attribute("#password_input", "type") == "text"
    await person.page.keyboard.press("Enter")
    await person.page.wait_for_selector("#login_error")
    assert await person.text("#login_error") == "The user name or the password is wrong."
    assert await person.page.input_value("input[name=username]") == "ben-student"
    await person.page.fill("input[type=password]", PASSWORD)
    await person.page.click("#login_submit")
    await person.page.wait_for_url(re.compile("/hub/(home|spawn)"))
    assert person.trouble == []


async def _reload_until(person, is_so):
    """The hub looks at its files every two seconds, when a page asks."""
    deadline = time.monotonic() + 15
    while not is_so(await person.text("body")):
        assert time.monotonic() < deadline, person.hub.log_tail()
        await asyncio.sleep(0.2)
        await person.page.reload()


async def test_an_announcement_is_shown_put_away_and_read_again(window, pages_hub):
    person = await window()
    await person.open("faq")
    assert await person.text(".lt-said span") == "Maintenance on Friday. <b>Bold</b>"
    await person.page.click(".lt-said button")
    await person.page.reload()
    assert await person.page.locator(".lt-said").count() == 0
    file = pages_hub.folder / "announcements.yaml"
    try:
        file.write_text("- {text: Something else, level: error}\n")
        await _reload_until(person, lambda page: "Something else" in page)
        file.write_text("- {text: [")
        await _reload_until(person, lambda page: "The file is no YAML" in pages_hub.log_tail())
        assert await person.text(".lt-said") == "Something else"
    finally:
        file.write_text(ANNOUNCED)


async def test_a_start_is_told_stopped_and_made_again(window, pages_hub):
    person = await window()
    hold = pages_hub.folder / "hold-eve-student"
    hold.touch()
    try:
        await person.log_in("eve-student")
        await person.page.click("#start")
        await person.page.check("input[value=r]")
        await person.page.click("#spawn_form button[type=submit]")
        await person.page.wait_for_url("**/spawn-pending/**")
        await person.page.wait_for_selector("#lt-steps li:nth-child(3)")
        assert "A machine was found. <b>Your files</b>" in await person.text("#lt-now")
        assert await person.page.evaluate("document.querySelector('progress').value") == 40
        assert await axe.violations(person.page) == []
        await person.page.click("#stop-server-btn")
        await person.page.wait_for_selector("#lt-again:visible")
        assert "The start was stopped" in await person.text("#stop-server-status")
    finally:
        hold.unlink()
    await person.page.click("#lt-again")
    await person.page.click("#spawn_form button[type=submit]")
    await person.page.wait_for_url("**/user/eve-student/**")
    assert "the server" in await person.page.content()
    await person.open("home")
    assert await person.text(".lt-main-server .lt-ends") in (
        "Stops, if not used in 1 hour",
        "Stops, if not used in 60 minutes",
    )
    await person.page.click("#stop")
    await person.page.wait_for_selector("h2 .lt-tag:text-is('stopped')")
    assert await person.page.locator(".lt-ends").count() == 0
    assert person.trouble == []


async def test_a_start_in_spanish_from_the_menu_to_the_refusal(window, pages_hub):
    person = await window(locale="es-CL")
    hold, fail = (pages_hub.folder / f"{what}-sol-student" for what in ("hold", "fail"))
    await person.log_in("sol-student")
    await person.open("spawn")
    assert await person.text("#lt-images legend") == "Entorno"
    assert await person.text("#lt-sizes legend") == "Tamaño"
    assert "recomendado" in await person.text("#lt-sizes")
    await person.page.check("input[value=r]")
    assert await person.text("#lt-dock") == "RStudio 1, Small. Hasta 1 CPU."
    hold.touch()
    fail.touch()
    try:
        await person.page.click("#spawn_form button[type=submit]")
        await person.page.wait_for_selector("#lt-steps li:has-text('Se encontró una máquina.')")
        assert "Buscando una máquina con sitio para su servidor." in await person.text("#lt-steps")
        hold.unlink()
        await person.page.wait_for_selector("#lt-again:visible, h1:has-text('Su servidor no se inició')")
        # What an operator's own spawner says is in no catalogue, and stays.
        await person.page.wait_for_selector(":text('There is no room for your server now')")
    finally:
        hold.unlink(missing_ok=True)
        fail.unlink()
    assert person.trouble == []


async def test_an_admin_stops_somebodys_named_server_and_no_other(window, pages_hub):
    hold = pages_hub.folder / "hold-dan-student"
    hold.touch()
    dan, admin = await window(), await window()
    try:
        await dan.log_in("dan-student")
        await dan.page.fill("#lt-new-name", "Thesis work")
        await dan.page.keyboard.press("Enter")
        await dan.page.wait_for_url("**/spawn/dan-student/thesis-work**")
        await dan.page.click("#spawn_form button[type=submit]")
        await dan.page.wait_for_url("**/spawn-pending/dan-student/thesis-work**")
        await admin.log_in(ADMIN, ADMIN_PASSWORD)
        await admin.open("spawn-pending/dan-student/thesis-work")
        assert "This is the server of dan-student." in await admin.text("main")
        assert await admin.text(".lt-who") == ADMIN
        await admin.page.click("#stop-server-btn")
        await admin.page.wait_for_selector("#lt-again:visible")
        # Dan's own page has seen it too.
        await dan.page.wait_for_selector("#lt-again:visible, #start:visible")
    finally:
        hold.unlink()
    await dan.open("home")
    await dan.page.click(".delete-server")
    await dan.page.click("#lt-sure button[value=yes]")
    await dan.page.locator(".delete-server").wait_for(state="detached")
    assert dan.trouble + admin.trouble == []


async def test_a_start_is_seen_without_the_stream_of_events(window, pages_hub):
    person = await window()
    hold = pages_hub.folder / "hold-fay-student"
    hold.touch()
    await person.page.context.route("**/progress?*", lambda route: route.abort())
    await person.log_in("fay-student")
    await person.open("spawn")
    await person.page.click("#spawn_form button[type=submit]")
    await person.page.wait_for_url("**/spawn-pending/**")
    hold.unlink()
    await person.page.wait_for_url("**/user/fay-student/**")
    assert "the server" in await person.page.content()


async def test_a_failed_start_says_why_and_whom_to_ask(window, pages_hub):
    person = await window()
    fail = pages_hub.folder / "fail-gil-student"
    fail.touch()
    try:
        await person.log_in("gil-student")
        await person.open("spawn")
        await person.page.click("#spawn_form button[type=submit]")
        await person.page.wait_for_selector(":text('There is no room')")
        await person.open("spawn-pending/gil-student")
    finally:
        fail.unlink()
    assert await person.text("h1") == "Your server did not start"
    assert "There is no room for your server now." in await person.text("[role=alert]")
    number = await person.text(".lt-small strong")
    assert "help@example.edu" in await person.text("main")
    assert number in pages_hub.log_tail()


async def test_tokens_are_made_and_revoked(window):
    person = await window()
    await person.log_in()
    await person.page.click("text=Tokens")
    await person.page.fill("#token-note", "<i>mine</i>")
    await person.page.fill("#token-scopes", "read:users:name!user=nobody-else nonsense")
    await person.page.click("#request-token-form button")
    await person.page.wait_for_selector("#lt-told:has-text('That did not work')")
    await person.page.fill("#token-scopes", "")
    await person.page.click("#request-token-form button")
    await person.page.wait_for_selector("#token-result:not(:empty)")
    await person.page.reload()
    row = person.page.locator(".token-row", has_text="<i>mine</i>")
    await row.locator("button").click()
    await row.wait_for(state="detached")
    assert person.trouble == []


@pytest.mark.parametrize("path", ["login", "faq", "about", "no-such-page"])
async def test_pages_for_everybody_are_whole_below_the_base(window, path):
    person = await window(viewport={"width": 640, "height": 450})
    answer = await person.open(path)
    assert answer.status == (404 if path == "no-such-page" else 200)
    assert await person.page.locator("h1").count() == 1
    assert await person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "JupyterHub 6" not in await person.text("body")  # versions are for administrators
    assert await axe.violations(person.page) == []
    assert person.trouble == []


async def test_the_keyboard_reaches_everything_and_shows_where_it_is(window):
    person = await window()
    await person.log_in()
    await person.page.keyboard.press("Tab")
    assert await person.page.evaluate("document.activeElement.className") == "lt-skip"
    seen = set()
    for _ in range(30):
        seen.add(
            await person.page.evaluate(
                "document.activeElement.id || document.activeElement.textContent.trim()"
            )
        )
        outline = await person.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or await person.page.evaluate("document.activeElement === document.body")
        await person.page.keyboard.press("Tab")
    assert {"start", "dark-theme-toggle", "logout", "lt-new-name", "Home", "Tokens"} <= seen


async def test_administration_works_in_our_frame(window):
    person = await window()
    await person.log_in(ADMIN, ADMIN_PASSWORD)
    await person.page.click("text=Admin")
    await person.page.wait_for_selector("[data-testid=user-row-name], table")
    assert ADMIN in await person.text("main")
    found = await axe.violations(person.page)
    assert found == []
    await person.open("about")
    assert "libretexts_hub" in await person.text("main .lt-facts")
    assert [told for told in person.trouble if "style" not in told] == []


TERMS = """
(FOLDER / "terms.md").write_text("# Terms\\n\\nBe *kind*. <script>alert(1)</script>")
c.LibreTextsPages.terms_file = str(FOLDER / "terms.md")
c.LibreTextsPages.terms_record = str(FOLDER / "terms.jsonl")
c.LibreTextsPages.stock_pages = ["home"]
c.JupyterHub.tornado_settings = {}
"""


async def _refused_until_accepted(person, name):
    """A start as the page, a program of the page and a token ask for it; the last one is given back."""
    xsrf = await person.page.input_value("form.lt-once [name=_xsrf]")
    own = {"X-XSRFToken": xsrf, "Content-Type": "application/json"}

    async def post(path, headers, body="{}"):
        return await person.page.evaluate(
            """async ([path, headers, body]) => {
                const answer = await fetch(path, {method: "POST", headers, body});
                return [answer.status, await answer.text()];
            }""",
            [f"{person.hub.path}/{path}", headers, body],
        )

    status, made = await post(f"api/users/{name}/tokens", own)
    assert status == 201, made
    bearer = {"Authorization": f"token {json.loads(made)['token']}", "Content-Type": "application/json"}

    async def start(headers=bearer):
        return await post(f"api/users/{name}/server", headers)

    for headers in (own, bearer):
        status, told = await start(headers)
        assert status == 403
        assert "has not accepted the terms of use" in json.loads(told)["message"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, page = await post("spawn", form, f"image=default&_xsrf={quote(xsrf)}")
    assert status == 403
    assert 'id="lt-accept"' in page
    return start


async def test_terms_are_accepted_once_and_recorded_in_spanish_below_the_root(window, tmp_path):
    async with running(tmp_path, "/", TERMS) as hub:
        person = await window(hub, locale="es-MX")
        await person.log_in("ana-student")
        # The home page is JupyterHub's own here, in our frame, with the scripts that it needs.
        await person.page.wait_for_function("window._jupyterhub_page_loaded")
        assert await person.text("#start") == "Start My Server"
        await person.open("spawn")
        assert await person.page.get_attribute("html", "lang") == "es"
        assert await person.text("h1") == "Antes de empezar"
        assert "Be kind. <script>" in await person.text(".lt-terms")
        assert await axe.violations(person.page) == []
        start = await _refused_until_accepted(person, "ana-student")
        await person.page.check("#lt-accept")
        # Where to go on is a field of the form: it never leads to another host.
        await person.page.evaluate("document.querySelector('[name=next]').value = 'https://evil.example/'")
        await person.page.click("form.lt-once button")
        await person.page.wait_for_selector("#spawn_form, h1")
        assert person.page.url.startswith(hub.base)
        await person.open("spawn")
        assert await person.page.locator("#spawn_form").count() == 1
        told = json.loads((tmp_path / "terms.jsonl").read_text())
        assert told["person"] == "ana-student"
        assert set(told) == {"person", "version", "at"}
        status, said = await start()
        assert status in (201, 202), said
        assert person.trouble == []
