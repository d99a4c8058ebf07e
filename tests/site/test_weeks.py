"""What becomes of servers and homes of people who do not come, of one who comes back, and of one who left?"""

from __future__ import annotations

from libretexts_hub.culler.audit import read
from libretexts_hub.domain.cull_annotations import MARKED_AT
from tests.servers.namespace_objects import eventually
from tests.site import people
from tests.site.visits import MARKS, Guest

pytestmark = MARKS


async def work(site, person, *, stops: bool) -> str:
    """A start, a file, and a stop or none; the uid of the claim of the home."""
    async with Guest(site.hub.url) as guest:
        await guest.log_in(person)
        await guest.spawn({"image": "default"})
        await guest.wait_until_ready()
        await site.inside(person.name, "echo work > work.txt")
        if stops:
            await guest.stop()
    return await home(site, person)


async def home_of(site, person) -> dict | None:
    """The claim of the person's home; a database has one of its own."""
    claims = await site.objects.list("persistentvolumeclaims", user=person.name)
    return next((each for each in claims if each["metadata"]["name"].startswith("claim-")), None)


async def home(site, person) -> str:
    claim = await home_of(site, person)
    return claim["metadata"]["uid"] if claim else ""


async def is_marked(site, person) -> bool:
    return MARKED_AT in (await home_of(site, person))["metadata"]["annotations"]


async def test_an_idle_server_is_stopped_and_the_one_in_use_is_not(site, student):
    await work(site, people.IDLER, stops=False)
    await site.long_ago([people.IDLER.name], hours=3)
    assert await site.cull(servers=True) == ""

    async def is_stopped() -> bool:
        return not await site.objects.pods(people.IDLER.name)

    await eventually("the idle server is stopped", is_stopped)
    assert await student.servers(), "somebody works there"
    assert await home(site, people.IDLER)


async def test_one_home_is_marked_one_person_comes_back_and_one_home_is_deleted(site):
    returner = await work(site, people.RETURNER, stops=True)
    leaver = await work(site, people.LEAVER, stops=True)
    await site.long_ago([people.RETURNER.name, people.LEAVER.name], days=200)
    assert await site.cull(days=200) == ""  # the first run of all is a plan
    await site.cull(days=0.1)
    assert await is_marked(site, people.LEAVER)
    assert await is_marked(site, people.RETURNER)

    async with Guest(site.hub.url) as guest:
        await guest.log_in(people.RETURNER)
        await guest.spawn({"image": "default"})
        await guest.wait_until_ready()
        assert await site.inside(people.RETURNER.name, "cat work.txt") == "work\n"
        await guest.stop()
    await site.cull(days=0.1)
    assert not await is_marked(site, people.RETURNER)
    await site.cull(days=60)

    async def is_deleted() -> bool:
        await site.cull(days=0.1)
        return not await home(site, people.LEAVER)

    await eventually("the home of who left is deleted", is_deleted)
    assert await home(site, people.RETURNER) == returner
    done = [(each["action"], each["user"]) for each in read(site.folder / "audit.jsonl") if each["claim"]]
    assert ("delete", people.LEAVER.name) in [(what.partition(" ")[0], who) for what, who in done], done

    assert await work(site, people.LEAVER, stops=True) not in ("", leaver)
