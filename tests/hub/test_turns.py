"""Do many starts at once leave the event loop to everybody else?"""

import asyncio
import time

from libretexts_hub.hub.turns import CREATING_AT_ONCE, creating, take_turn

STEP_SECONDS = 0.005
STARTS = 40


async def step():
    await take_turn()
    end = time.thread_time() + STEP_SECONDS
    while time.thread_time() < end:
        pass


async def test_others_wait_for_one_step_not_for_all():
    longest = 0.0

    async def other_request():
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    other = asyncio.ensure_future(other_request())
    await asyncio.gather(*(step() for _ in range(STARTS)))
    other.cancel()

    assert longest < STARTS * STEP_SECONDS / 4


async def test_only_so_many_create_at_once():
    now, most = 0, 0

    async def create():
        nonlocal now, most
        async with creating():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*(create() for _ in range(3 * CREATING_AT_ONCE)))

    assert most == CREATING_AT_ONCE
