"""How do two hundred starts at once share the event loop with everybody else? One step each, in turn.

Building and sending a pod takes the CPU for milliseconds without a break. Tasks that become ready together
run in one pass of the loop, so two hundred of them would keep every other request waiting for their sum.
"""

import asyncio
from weakref import WeakKeyDictionary

# Requests that create something, at one time. More would only open more TLS connections and load the API
# server.
CREATING_AT_ONCE = 32

_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[asyncio.Lock, asyncio.Semaphore]] = (
    WeakKeyDictionary()
)


def _gates_of_loop() -> tuple[asyncio.Lock, asyncio.Semaphore]:
    loop = asyncio.get_running_loop()
    if loop not in _gates:
        _gates[loop] = asyncio.Lock(), asyncio.Semaphore(CREATING_AT_ONCE)
    return _gates[loop]


async def take_turn() -> None:
    """Return in a pass of the loop that no other caller shares."""
    async with _gates_of_loop()[0]:
        await asyncio.sleep(0)


def creating() -> asyncio.Semaphore:
    """To be held while a create request is on its way."""
    return _gates_of_loop()[1]
