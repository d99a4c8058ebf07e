"""Which pods mount these claims now? One list of pods answers all who asked before it began."""

import asyncio
from collections.abc import Collection

from libretexts_hub.culler.ports import PodPort
from libretexts_hub.domain.claims import Place
from libretexts_hub.domain.culling_errors import CullingError, UnavailableError


class Mounts:
    """Collects questions while a list is under way; the next list, begun after them, answers them all."""

    def __init__(self, pods: PodPort) -> None:
        self._pods = pods
        self._asked: dict[str, tuple[set[str], asyncio.Future[dict[str, tuple[str, ...]]]]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def of(self, places: Collection[Place]) -> dict[Place, tuple[str, ...]]:
        """The pods that name each of these claims, as of after this call began. Raises CullingError."""
        found: dict[Place, tuple[str, ...]] = {}
        for namespace in sorted({namespace for namespace, _ in places}):
            names = {name for where, name in places if where == namespace}
            mounted = await self._in(namespace, names)
            found.update({(namespace, name): pods for name in names if (pods := mounted.get(name, ()))})
        return found

    async def _in(self, namespace: str, names: set[str]) -> dict[str, tuple[str, ...]]:
        waiting = self._asked.get(namespace)
        if waiting is None:
            waiting = self._asked[namespace] = (set(), asyncio.get_running_loop().create_future())
            asked, answer = waiting
            asked |= names
            await self._list(namespace, asked, answer)
        else:
            waiting[0].update(names)
        return await asyncio.shield(waiting[1])

    async def _list(self, namespace: str, asked: set[str], answer: asyncio.Future) -> None:  # type: ignore[type-arg]
        try:
            async with self._turns.setdefault(namespace, asyncio.Lock()):
                del self._asked[namespace]
                answer.set_result(dict(await self._pods.mounting(namespace, frozenset(asked))))
        except BaseException as error:
            self._asked.pop(namespace, None) if self._asked.get(namespace, (0, 0))[1] is answer else None
            # Who else waits was not cancelled: for them the list was not read.
            answer.set_exception(
                error
                if isinstance(error, CullingError)
                else UnavailableError(
                    "Pods were not listed", where=namespace, fix="The next run tries again."
                )
            )
            answer.exception()
            if not isinstance(error, CullingError):
                raise
