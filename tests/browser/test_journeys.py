"""Do the ways through a hub that few take work too: invitations, other applications, sessions that ended?"""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote, urlencode

import pytest

from tests.browser.page_hub import CSP, ready
from tests.servers import axe
from tests.servers.hub import ADMIN, ADMIN_PASSWORD, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def api(person, method, path, body=None):
    """The hub's API with the session of this window: status and answer."""
    return await person.page.evaluate(
        """async ([url, method, body]) => {
            const xsrf = document.documentElement.dataset.xsrf;
            const answer = await fetch(`${url}?_xsrf=${xsrf}`, {method, body: body && JSON.stringify(body),
                headers: {"Content-Type": "application/json"}});
            const text = await answer.text();
            return [answer.status, text && JSON.parse(text)];
        }""",
        [f"{person.hub.path}/api/{path}", method, body],
    )


async def test_a_form_that_is_too_old_is_told_and_can_be_sent_again(window):
    person = await window()
    await person.open("login")
    # An answer that is still on its way would bring the cookie back.
    await person.page.wait_for_load_state("networkidle")
    await person.page.context.clear_cookies()
    await person.page.fill("input[name=username]", "hal-student")
    await person.page.fill("input[type=password]", PASSWORD)
    await person.page.click("#login_submit")
    assert await person.text("#login_error") == "This page was open for too long. Please sign in again."
    await person.page.fill("input[type=password]", PASSWORD)
    await person.page.click("#login_submit")
    await person.page.wait_for_url("**/hub/**")
    await person.page.wait_for_selector("#logout")


async def test_a_session_that_ended_is_told_on_the_page_that_is_still_open(window, pages_hub):
    person = await window()
    await person.log_in("ida-student")
    await person.open("spawn")
    await person.page.click("#spawn_form button[type=submit]")
    await person.page.wait_for_url("**/user/ida-student/**")
    await person.open("home")
    kept = await person.page.context.cookies()
    await person.page.context.clear_cookies()
    await person.page.click("#stop")
    await person.page.wait_for_selector("#lt-told:has-text('You are signed out.')")
    await person.page.reload()
    assert await person.text("h1") == "Sign in"
    await person.page.context.add_cookies(kept)
    await person.open("home")
    await person.page.click("#stop")
    await person.page.wait_for_selector("h2 .lt-tag:text-is('stopped')")


async def test_a_token_that_expired_is_refused_and_gone_from_the_list(window):
    person = await window()
    await person.log_in("jan-student")
    await person.open("token")
    assert "1 Hour" in await person.text("#token-expiration-seconds")
    status, made = await api(person, "POST", "users/jan-student/tokens", {"expires_in": 2, "note": "short"})
    assert status == 201
    await person.page.reload()
    row = person.page.locator(".token-row", has_text="short")
    assert "never" in await row.inner_text()  # not used yet
    asks = """async ([url, token]) => {
        const headers = {Authorization: `token ${token}`};
        return (await fetch(url, {headers, credentials: "omit"})).status;
    }"""
    where = [f"{person.hub.path}/api/user", made["token"]]
    assert await person.page.evaluate(asks, where) == 200
    deadline = asyncio.get_running_loop().time() + 30
    while await person.page.evaluate(asks, where) != 403:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.3)
    await person.page.reload()
    assert await row.count() == 0


async def test_another_application_asks_who_one_is(window):
    person = await window(locale="es")
    await person.log_in("kim-student")
    asked = {
        "client_id": "service-grader",
        "redirect_uri": "http://127.0.0.1:9/grader/callback",
        "response_type": "code",
        "state": "<b>x",
    }
    await person.open(f"api/oauth2/authorize?{urlencode(asked)}")
    assert await person.text("h1") == "Autorizar el acceso"
    assert "127.0.0.1:9/grader/callback" in await person.text("main")
    assert await axe.violations(person.page) == []
    async with person.page.expect_request("http://127.0.0.1:9/**") as sent:
        await person.page.click("form.lt-once button[type=submit]")
    assert "code=" in (await sent.value).url


async def test_an_invitation_is_accepted(window):
    owner, guest = await window(), await window()
    await owner.log_in("lea-student")
    await owner.open("spawn")
    await owner.page.click("#spawn_form button[type=submit]")
    await owner.page.wait_for_url("**/user/lea-student/**")
    await owner.open("home")
    status, made = await api(owner, "POST", "share-codes/lea-student/", {})
    assert status == 200, made
    await guest.log_in("max-student")
    await guest.open(f"accept-share?code={quote(made['code'])}")
    assert await guest.text("h1") == "Invitation to a server"
    assert "lea-student invites you, max-student, to a server." in await guest.text("main")
    assert await axe.violations(guest.page) == []
    await guest.page.click("form.lt-once button[type=submit]")
    await guest.page.wait_for_url("**/user/lea-student/**")
    await owner.page.click("#stop")
    await owner.page.wait_for_selector("h2 .lt-tag:text-is('stopped')")
    assert owner.trouble == []


async def test_a_server_that_stops_slowly_is_waited_for_without_reloading(window, pages_hub):
    person, name = await window(), "mia-student"
    keep = pages_hub.folder / f"keep-{name}"
    await person.log_in(name)
    await person.open("spawn")
    await person.page.click("#spawn_form button[type=submit]")
    await person.page.wait_for_url(f"**/user/{name}/**")
    keep.touch()
    try:
        await person.open("home")
        await person.page.evaluate("window.stays = true")
        asyncio.get_running_loop().create_task(api(person, "DELETE", f"users/{name}/server"))
        await asyncio.sleep(0)
        for _ in range(100):
            _, told = await api(person, "GET", f"users/{name}")
            if told["servers"][""]["pending"] == "stop":
                break
            await asyncio.sleep(0.1)
        await person.open(f"spawn-pending/{name}")
        assert await person.text("h1") == "Your server is stopping"
        assert await axe.violations(person.page) == []
        await person.page.evaluate("window.stays = true")
    finally:
        keep.unlink()
    await person.page.wait_for_selector("#lt-again:visible")
    assert await person.text("#lt-told") == "Your server has stopped."
    assert await person.page.evaluate("window.stays")
    assert person.trouble == []


async def test_a_page_of_a_start_tells_that_the_hub_is_away_and_then_how_it_ended(window, pages_hub):
    person, name = await window(), "ned-student"
    hold = pages_hub.folder / f"hold-{name}"
    hold.touch()
    try:
        await person.log_in(name)
        await person.open("spawn")
        await person.page.click("#spawn_form button[type=submit]")
        await person.page.wait_for_url("**/spawn-pending/**")
        pages_hub.kill_hub()
        lost = "The connection to the hub was lost. The start goes on; this page looks again"
        await person.page.wait_for_selector(f"#lt-now:text-is('{lost} every few seconds.')")
    finally:
        hold.unlink()
        pages_hub.launch()
        await ready(pages_hub)
    await person.page.wait_for_selector("#lt-again:visible")
    assert await person.text("#lt-now") == "Your server did not start."


async def test_an_admin_starts_and_stops_a_server_for_somebody(window, pages_hub):
    nia, admin = await window(), await window()
    await nia.log_in("nia-student")
    await admin.log_in(ADMIN, ADMIN_PASSWORD)
    await admin.open("spawn/nia-student/course-work")
    assert "You start a server for nia-student." in await admin.text("main")
    hold = pages_hub.folder / "hold-nia-student"
    hold.touch()
    try:
        await admin.page.click("#spawn_form button[type=submit]")
        await admin.page.wait_for_url("**/spawn-pending/nia-student/course-work**")
        assert "This is the server of nia-student." in await admin.text("main")
    finally:
        hold.unlink()
    await admin.page.wait_for_url("**/user/nia-student/course-work/**")
    await nia.open("home")
    row = nia.page.locator(".home-server-row[data-server-name=course-work]")
    assert "running" in await row.inner_text()
    await row.locator(".stop-server").click()
    await nia.page.wait_for_selector("[data-server-name=course-work] .lt-tag:text-is('stopped')")
    await admin.open("home")  # where only an admin's own servers are, and none was started
    assert await admin.page.locator(".home-server-row").count() == 1
    assert "stopped" in await admin.text("#lt-own")
    assert nia.trouble + admin.trouble == []


async def test_questions_are_reached_by_everybody_from_every_page(window):
    person = await window()
    await person.open("login")
    await person.page.click("text=FAQ")
    assert await person.text("h1") == "Questions and answers"
    assert await person.page.locator("h2").count() > 4
    await person.page.keyboard.press("Tab")
    await person.page.keyboard.press("Enter")  # the skip link
    assert await person.page.evaluate("document.activeElement.id") == "main"
    await person.page.click(".lt-foot >> text=About")
    assert await person.text("h1") == "About this hub"
    assert await person.page.locator("main .lt-facts").count() == 0  # versions are for administrators
    assert person.trouble == []


async def test_without_scripts_one_signs_in_starts_and_waits(window, pages_hub):
    person, name = await window(java_script_enabled=False), "oda-student"
    hold = pages_hub.folder / f"hold-{name}"
    hold.touch()
    try:
        await person.log_in(name)
        assert "Without scripts you can start and open servers" in await person.text("main")
        await person.page.click("#start")
        await person.page.check("input[value=r]")
        await person.page.click("#spawn_form button[type=submit]")
        await person.page.wait_for_url("**/spawn-pending/**")
        assert "Without scripts this page does not move by itself." in await person.text("main")
    finally:
        hold.unlink()
    deadline = asyncio.get_running_loop().time() + 60
    while "/user/" not in person.page.url:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.3)
        if await person.page.locator("noscript a").count():
            await person.page.click("noscript a")
        else:
            await person.page.reload()
    assert "the server" in await person.page.content()


async def test_a_page_of_a_start_that_comes_back_again_and_again_ends_in_a_button(window, pages_hub):
    person, name = await window(), "quy-student"
    hold = pages_hub.folder / f"hold-{name}"
    hold.touch()
    ready = 'data: {"progress": 100, "ready": true, "message": "Server ready"}\n\n'
    await person.page.context.route(
        "**/progress?*", lambda route: route.fulfill(content_type="text/event-stream", body=ready)
    )
    seen = []
    person.page.on("framenavigated", lambda frame: seen.append(frame.url))
    try:
        await person.log_in(name)
        await person.open("spawn")
        await person.page.click("#spawn_form button[type=submit]")
        # The stream says ready, and the hub leads back to this page: some proxy has no route yet.
        await person.page.wait_for_selector("#lt-open:visible")
        assert len([url for url in seen if "spawn-pending" in url]) <= 5
        assert await person.page.get_attribute("#lt-open", "href") == f"/x/y/user/{name}/"
    finally:
        hold.unlink()


@pytest.mark.parametrize(
    "path", ["login", "home", "spawn", "token", "faq", "about", "no-such-page", "spawn-pending/pia-student"]
)
async def test_every_page_sends_its_policy_and_has_nothing_inline(window, path):
    person = await window()
    if path != "login":
        await person.log_in("pia-student")
    answer = await person.open(path)
    assert answer.headers["content-security-policy"].startswith(CSP)
    inline = "script:not([src]), style, [style], [onclick], [onload], [onerror]"
    assert await person.page.locator(inline).count() == 0
    outside = """[...document.querySelectorAll("[src],link[href]")].map((each) => each.src || each.href)
        .filter((url) => url.startsWith("http") && !url.startsWith(location.origin + "/x/y/"))"""
    assert json.dumps(await person.page.evaluate(outside)) == "[]"
    bare = """[...document.querySelectorAll("form[method=post]")].filter((form) =>
        !form.querySelector("input[name=_xsrf]") && !form.action.includes("_xsrf=")).length"""
    assert await person.page.evaluate(bare) == 0
    assert person.trouble == []
