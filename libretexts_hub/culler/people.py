"""Who is in the hub? All people, in the order of their ids, and none missed."""

from collections.abc import AsyncIterator

from libretexts_hub.culler.ports import HubPort
from libretexts_hub.domain.culling import HubUser, UserPage
from libretexts_hub.domain.culling_errors import PartialListError

WHERE = "the hub's list of users by id"


async def all_people(
    hub: HubPort, *, limit: int, with_stopped: bool
) -> AsyncIterator[tuple[UserPage, HubUser]]:
    """Each person with the page that they are on.

    Pages overlap by one person: where the first of a page is not the last of the page before, people were
    deleted meanwhile and somebody may have been missed. Raises PartialListError then, at the latest after the
    last one, so nothing may be done before the end.
    """
    offset, last, read, total = 0, "", 0, -1
    while True:
        page = await hub.users(offset=offset, limit=limit, by_id=True, with_stopped=with_stopped)
        total = page.total if total < 0 else total
        users = page.users
        if last:
            if not users or users[0].name != last:
                raise _partial("people came or went meanwhile")
            users = users[1:]
        for user in users:
            yield page, user
        read += len(users)
        if page.next_offset is None:
            break
        if not users:
            raise _partial("a page has nobody on it")
        last, offset = users[-1].name, page.next_offset - 1
    if read != page.total or page.total != total:
        raise _partial(f"the hub says that it has {page.total} users, had {total}, and {read} were read")


def _partial(what: str) -> PartialListError:
    return PartialListError(f"Not all people were read: {what}", where=WHERE, fix="The next run tries again.")
