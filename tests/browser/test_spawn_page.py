"""Can a person choose with mouse, keyboard, link, and without scripts?"""

import pytest

from libretexts_hub.domain.cull_annotations import DELETE_AFTER, MARKED_AT
from tests.servers.hub import ADMIN, ADMIN_PASSWORD
from tests.servers.namespace_objects import NamespaceObjects

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_is_marked_is_said_in_words(visit):
    async with visit() as person:
        await person.open_form()
        assert await person.marked("image") == "default"
        assert "Default environment" in await person.dock()
        assert "Small" in await person.dock()

        await person.page.check("input[value='lsst:recommended']")

        assert await person.marked("size") == "large"  # the only size of this image
        assert await person.page.is_disabled("input[name=size][value=small]")
        assert "LSST stack Recommended, Large." in await person.dock()
        assert person.trouble == []


async def test_an_alias_says_what_it_is_the_same_as(visit):
    async with visit() as person:
        await person.open_form()
        card = person.page.locator("label", has=person.page.locator("input[value='lsst:recommended']"))
        assert "same as Weekly 2026_45" in await card.inner_text()


async def test_an_old_image_says_until_when_and_what_comes_after(visit):
    async with visit() as person:
        await person.open_form()
        words = await person.page.locator("label", has=person.page.locator("input[value=old]")).inner_text()
        assert "until 1 March 2030" in words
        assert "Replaced by Default environment" in words


async def test_long_lists_are_filtered_while_typing(visit):
    async with visit() as person:
        await person.open_form()
        await person.page.click("summary")
        await person.page.fill("input[type=search]", "2026_1")

        shown = person.page.locator(".lt-rows label:visible")
        assert await shown.count() == 10
        assert await person.page.inner_text(".lt-filter [role=status]") == "10 versions"

        await person.page.press("input[type=search]", "Enter")  # does not send the form
        await shown.nth(3).click()
        assert (await person.marked("image")).startswith("lsst:w_2026_1")
        assert person.page.url.endswith("/hub/spawn")


async def test_the_keyboard_is_enough(visit):
    async with visit() as person:
        await person.open_form()
        await person.page.focus("input[value=default]")
        await person.page.keyboard.press("ArrowDown")
        assert await person.marked("image") == "r"
        await person.page.keyboard.press("Tab")
        seen = await person.page.evaluate("document.activeElement.matches('input, summary, select, button')")
        assert seen
        await person.page.keyboard.press("Space")
        assert person.trouble == []


async def test_a_fragment_marks_and_starts_nothing(visit):
    async with visit() as person:
        await person.open_form("#image=lsst&tag=w_2026_07&size=large")
        assert await person.marked("image") == "lsst:w_2026_07"
        assert await person.page.locator("details[open]").count() == 1
        assert "Weekly 2026_07" in await person.dock()
        assert person.page.url.endswith("size=large")


async def test_a_fragment_to_what_is_not_there_is_told(visit):
    async with visit() as person:
        await person.open_form("#image=lsst&tag=<b>w_1999_01")
        assert await person.marked("image") == "default"
        told = "The link names lsst:<b>w_1999_01, which is not on your list."
        assert told in await person.page.inner_text("#lt-images")


async def test_a_hidden_image_is_there_for_whoever_has_its_link(visit):
    async with visit() as person:
        await person.open_form()
        assert await person.page.locator("input[value=exam]:visible").count() == 0
    async with visit() as person:
        await person.open_form("#image=exam")
        assert await person.marked("image") == "exam"
        assert await person.page.is_visible("input[value=exam]")


async def test_names_are_never_markup(visit):
    async with visit() as person:
        await person.open_form()
        await person.page.check("input[name=image][value=evil]")
        assert "<img src=x" in await person.dock()
        assert "evil" not in await person.page.title()
        assert await person.page.locator("img[src=x]").count() == 0
        assert person.trouble == []


async def test_what_belongs_to_another_image_is_not_there(visit):
    async with visit() as person:
        await person.open_form()
        assert not await person.page.is_visible("select[name=option-data]")
        assert not await person.page.is_visible("#lt-interfaces")
        await person.page.check("input[value=r]")
        assert await person.page.is_visible("select[name=option-data]")
        await person.page.check("input[name=interface][value=lab]")
        assert "Opens in JupyterLab." in await person.dock()


async def test_a_reference_of_ones_own_is_asked_for(visit):
    async with visit() as person:
        await person.open_form()
        assert await person.page.is_disabled("input[name=reference]")
        await person.page.check("input[name=image][value=free]")
        await person.page.fill("input[name=reference]", "registry.example.org/lab:12")
        assert "registry.example.org/lab:12" in await person.dock()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_refused_choice_comes_back_with_the_reason(visit, scripts):
    async with visit(java_script_enabled=scripts) as person:
        await person.open_form()
        await person.page.check("input[name=image][value=free]")
        await person.page.fill("input[name=reference]", "docker.io/library/evil:1")
        await person.page.click("#spawn_form button[type=submit], #spawn_form input[type=submit]")
        await person.page.wait_for_selector(".spawn-error-msg")

        assert "is not an image that this hub allows" in await person.page.inner_text(".spawn-error-msg")
        assert await person.page.locator("input[name=image]").count() > 5


async def test_without_scripts_every_version_can_be_chosen(visit):
    async with visit(java_script_enabled=False) as person:
        await person.open_form()
        await person.page.click("summary")
        await person.page.check("input[value='lsst:w_2026_07']")
        await person.page.check("input[name=size][value=small]")
        await person.page.click("#spawn_form button[type=submit], #spawn_form input[type=submit]")
        await person.page.wait_for_selector(".spawn-error-msg")
        assert "is not a size of LSST stack. Choose large." in await person.page.inner_text(
            ".spawn-error-msg"
        )
        assert await person.page.is_checked("input[value='lsst:w_2026_07']")  # what was right is kept


async def test_why_a_size_is_not_to_be_had_stands_beside_it(visit):
    async with visit() as person:
        await person.open_form()
        await person.page.check("input[value='lsst:recommended']")
        small = person.page.locator("label", has=person.page.locator("input[name=size][value=small]"))
        assert "Not for LSST stack" in await small.inner_text()
        await person.page.check("input[name=image][value=default]")
        assert "Not for" not in await small.inner_text()


async def test_a_place_that_does_not_take_the_choice_is_not_to_be_had(visit):
    async with visit() as person:
        await person.open_form()
        await person.page.check("input[name=route][value=shared]")
        await person.page.check("input[value='lsst:recommended']")
        assert await person.page.is_disabled("input[name=route][value=shared]")
        assert await person.page.is_checked("input[name=route][value='']")
        await person.page.check("input[name=image][value=default]")
        await person.page.check("input[name=size][value=small]")
        assert not await person.page.is_disabled("input[name=route][value=shared]")


async def test_where_it_will_run_is_said_in_words(visit):
    async with visit() as person:
        await person.open_form()
        assert "Where it runs: Shared nodes." in await person.dock()
        await person.page.check("input[name=route][value=own]")
        assert "Where it runs: <img src=x onerror=" in await person.dock()
        await person.page.check("input[name=route][value='']")
        await person.page.check("input[name=size][value=large]")
        assert "Where it runs: <img src=x onerror=" in await person.dock()


@pytest.mark.parametrize("width", [320, 390, 1100])
@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_nothing_is_wider_than_the_window(visit, width, colours):
    async with visit(width=width, color_scheme=colours) as person:
        await person.open_form()
        await person.page.click("summary")
        over = await person.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over <= 0


async def test_an_administrator_sees_what_will_be_created_and_a_student_does_not(visit):
    async with visit() as person:
        await person.open_form()
        assert await person.page.locator("#lt-made").count() == 0
    async with visit() as person:
        await person.log_in(ADMIN, ADMIN_PASSWORD)
        await person.open_form(name=ADMIN)
        await person.page.click("#lt-made summary")
        shown = person.page.locator("#lt-made dl > div:visible")
        before = " ".join(await shown.all_inner_texts())
        assert "(Default environment)" in before
        assert "at most 2 CPU, 2 GiB" in before
        assert f"claim claim-{ADMIN} · 1Gi" in before
        assert "namespace" in before
        await person.page.check("input[value='lsst:recommended']")
        after = " ".join(await shown.all_inner_texts())
        assert "(LSST stack)" in after
        assert "(Default environment)" not in after
        assert "at most 8 CPU, 16 GiB" in after
        assert person.trouble == []


async def test_who_comes_back_is_told_that_a_marked_home_is_kept(visit, hub):
    if not hub.has_our_pages:
        pytest.skip("JupyterHub's own home page has no notices")
    objects = NamespaceObjects(hub.target)
    marks = {MARKED_AT: "2026-01-01T00:00:00Z", DELETE_AFTER: "2026-02-01T00:00:00Z"}
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "claim-rae-student", "annotations": marks},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    await objects.create("persistentvolumeclaims", claim)
    try:
        async with visit() as person:
            await person.log_in("rae-student")  # which ends on the home page
            told = await person.page.inner_text("main")
            assert "Your files were going to be deleted" in told
            [left] = [
                each
                for each in await objects.list("persistentvolumeclaims")
                if each["metadata"]["name"] == "claim-rae-student"
            ]
            assert marks.keys().isdisjoint(left["metadata"].get("annotations", {}))
            assert person.trouble == []
    finally:
        await objects.delete("persistentvolumeclaims", "claim-rae-student")
