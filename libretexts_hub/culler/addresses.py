"""Where does a person read mail? In the operator's file, else where the login left it for the culler.

The culler never reads auth_state, which holds tokens and needs an admin's scope. The spawner writes the
address alone: into its state (`notice_email`), and as an annotation on a claim that it makes.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from libretexts_hub.clients.mail import is_address
from libretexts_hub.culler.ports import ClaimPort, HubPort
from libretexts_hub.domain.culling import Notice
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.yaml_text import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

# As hub/notice_address.py writes them.
STATE_KEY = "libretexts_notice_email"
ANNOTATION = "libretexts.org/email"
MOST_BYTES = 50 * 2**20


class AddressFile:
    """`name: address`, as YAML or JSON, read again when the file changes. Raises ConfigurationError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._known: Mapping[str, str] = {}
        self.read()

    def address(self, user: str) -> str:
        """Of this person; empty where the file has none. A file that became unreadable gives nobody's."""
        self.read()
        return self._known.get(user, "")

    def read(self) -> None:
        """Look whether it has changed, and read it. Raises ConfigurationError."""
        try:
            now = self._path.stat()
            if (now.st_mtime_ns, now.st_size) == self._seen:
                return
            if now.st_size > MOST_BYTES:
                raise ValueError("it is too large")
            text = self._path.read_text(encoding="utf-8")
            written = json.loads(text) if self._path.suffix == ".json" else parse_yaml(text)
        except (OSError, ValueError, RecursionError) as error:
            raise self._wrong(type(error).__name__) from None
        if not isinstance(written, dict):
            raise self._wrong("it is no mapping")
        bad = [str(name) for name, address in written.items() if not is_address(address)]
        if bad:
            raise self._wrong(f"{bad[0]!r:.80} and {len(bad) - 1} more have no mail address")
        self._known = {str(name): address for name, address in written.items()}
        self._seen = (now.st_mtime_ns, now.st_size)

    def _wrong(self, why: str) -> ConfigurationError:
        return ConfigurationError(
            f"The addresses can't be read: {why}",
            where=str(self._path),
            fix='Write one line for each person, like  ada: "ada@example.edu".',
        )


class Addresses:
    """The file first, then the state of the person's servers, then the annotation on the claim."""

    def __init__(self, *, file: AddressFile | None, hub: HubPort | None, claims: ClaimPort | None) -> None:
        self._file = file
        self._hub = hub
        self._claims = claims

    async def of(self, notice: Notice) -> str:
        """The address; empty where none is known. Raises CullingError where it could not be asked for."""
        if self._file is not None and (address := self._file.address(notice.user)):
            return address
        return await self._from_hub(notice) or await self._from_claims(notice)

    async def _from_hub(self, notice: Notice) -> str:
        user = await self._hub.user(notice.user) if self._hub is not None else None
        for server in user.servers if user is not None else ():
            if is_address(address := server.state.get(STATE_KEY)):
                return str(address)
        return ""

    async def _from_claims(self, notice: Notice) -> str:
        """A claim that names somebody else as its owner tells nothing of this person."""
        if self._claims is None:
            return ""
        for namespace, name in notice.claims:
            claim = await self._claims.get(namespace, name)
            if claim is None or claim.annotations.get("hub.jupyter.org/username") != notice.user:
                continue
            if is_address(address := claim.annotations.get(ANNOTATION)):
                return str(address)
        return ""
