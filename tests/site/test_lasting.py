"""Does what people have outlive a hub that is killed, a stop, and an image that moves on?"""

from __future__ import annotations

from tests.servers.namespace_objects import eventually
from tests.site import people
from tests.site.values import ROWS
from tests.site.visits import MARKS, Guest

pytestmark = MARKS
COUNT = """
import os, sqlalchemy
with sqlalchemy.create_engine(os.environ["DATABASE_URL"]).begin() as connection:
    connection.execute(sqlalchemy.text("CREATE TABLE IF NOT EXISTS mine (n INTEGER)"))
    {more}
    for table in ("stars", "mine"):
        print(connection.execute(sqlalchemy.text(f"SELECT count(*) FROM {{table}}")).scalar())
"""
INSERT = 'connection.execute(sqlalchemy.text("INSERT INTO mine VALUES (1)"))'


async def rows(site, name: str, more: str = "pass") -> list[int]:
    """How many rows the person's two tables have."""
    return [
        int(each) for each in (await site.inside(name, "python3 -", text=COUNT.format(more=more))).split()
    ]


async def test_server_and_database_outlive_a_killed_hub(site, student):
    pod = await site.pod("github-fry")
    await student.run_cell("kept = 41")
    [_, before] = await rows(site, "github-fry", INSERT)
    site.hub.kill_hub()
    assert await rows(site, "github-fry") == [ROWS, before], "the pod does not need the hub"
    site.hub.launch()
    await site.hub.wait_until_ready()
    assert (await site.pod("github-fry"))["metadata"]["uid"] == pod["metadata"]["uid"]
    assert await student.run_cell("kept + 1") == "42", "the kernel is the same one, behind the same login"
    assert await rows(site, "github-fry") == [ROWS, before]


async def test_files_and_rows_outlive_a_stop(site, student):
    [_, before] = await rows(site, "github-fry", INSERT)
    await site.inside("github-fry", "echo mine > notes.txt; echo changed >> db101/lesson.md")
    pod = await site.pod("github-fry")
    await student.stop()
    assert await site.objects.pods("github-fry") == []
    site.servers.git.publish("lesson-two.md", "# Lesson two\n")
    await student.spawn({"image": "course-db101"})
    await student.wait_until_ready()
    assert (await site.pod("github-fry"))["metadata"]["uid"] != pod["metadata"]["uid"]
    assert await rows(site, "github-fry") == [ROWS, before], "the first data is loaded once"
    seen = await site.inside("github-fry", "cat notes.txt db101/lesson.md db101/lesson-two.md")
    assert [line for line in ("mine", "changed", "# Lesson two") if line not in seen] == [], seen


async def test_an_image_that_moves_on_leaves_running_servers_alone(site):
    name = people.VISITOR.name
    async with Guest(site.hub.url) as guest:
        await guest.log_in(people.VISITOR)
        await guest.spawn({"image": "statistics:3.7.2"})
        await guest.wait_until_ready()
        before = await site.pod(name)
        moved = site.semantic.push("3.7.2", build="2")
        site.semantic.push("3.8.0")
        await eventually("a visitor's menu has the new one", lambda: new_in_menu(site))
        after = await site.pod(name)
        assert after["metadata"]["uid"] == before["metadata"]["uid"]
        assert after["spec"]["containers"][0]["image"] == before["spec"]["containers"][0]["image"]
        assert moved not in after["spec"]["containers"][0]["image"]
        assert await guest.run_cell("6*7") == "42"
        await guest.stop()
        await guest.spawn({"image": "statistics:3.7.2"})
        await guest.wait_until_ready()
        assert (await site.pod(name))["spec"]["containers"][0]["image"].endswith(f":3.7.2@{moved}")
        await guest.stop()
        page = await guest.spawn_form()
        assert "3.8.0" in page[0].html


async def new_in_menu(site) -> bool:
    """Of somebody who has no server, and so sees the menu."""
    async with Guest(site.hub.url) as another:
        await another.log_in(people.RESEARCHER)
        return "3.8.0" in (await another.spawn_form())[0].html
