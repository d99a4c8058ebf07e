"""Where is the directory of a claim, and when does it go away?"""

import asyncio
import shutil
import uuid
from pathlib import Path

from libretexts_hub.local_cluster.kubelet.paths import PathEscape, parts_below

_TRASH = ".removed"


class Claims:
    """Directories `<state>/claims/<namespace>/<name>`, one for each persistent volume claim.

    A directory is made when its claim is bound, or at first use. It is removed only when the claim was seen
    to go: a directory without a claim (say, because the objects file was lost) is a person's home, and is
    kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._removals: set[asyncio.Task[None]] = set()

    def folder(self, namespace: str, name: str) -> Path:
        """The directory of a claim, made when it is not there. PathEscape when the names are no names."""
        path = self._path(namespace, name)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def remove(self, namespace: str, name: str) -> None:
        """The claim has gone: its directory is taken away at once, its content a little later."""
        path = self._path(namespace, name)
        trash = self._folder / _TRASH
        trash.mkdir(mode=0o700, parents=True, exist_ok=True)
        doomed = trash / uuid.uuid4().hex
        try:
            path.rename(doomed)
        except FileNotFoundError:
            return
        self._start_removal(doomed)

    def sweep(self) -> None:
        """Go on with removals that an earlier run did not finish."""
        trash = self._folder / _TRASH
        for doomed in trash.iterdir() if trash.is_dir() else ():
            self._start_removal(doomed)

    async def finish(self) -> None:
        """Wait until what is being removed has gone."""
        await asyncio.gather(*self._removals, return_exceptions=True)

    def _start_removal(self, doomed: Path) -> None:
        task = asyncio.ensure_future(asyncio.to_thread(shutil.rmtree, doomed, True))
        self._removals.add(task)
        task.add_done_callback(self._removals.discard)

    def _path(self, namespace: str, name: str) -> Path:
        for part in (namespace, name):
            if len(parts_below(part)) != 1 or part.startswith("."):
                raise PathEscape(f"{part!r} is not a name")
        return self._folder / namespace / name
