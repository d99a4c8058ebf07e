"""How does the directory's client say that it learnt nothing, or that somebody may not log in?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libretexts_hub.clients.upstream_errors import UpstreamAway, UpstreamError
from libretexts_hub.domain.denial import Denied

if TYPE_CHECKING:
    from libretexts_hub.domain.bind_refusals import BindRefusal
    from libretexts_hub.domain.directory_servers import DirectoryServer

TELL = "Tell the help desk that manages your account."


class DirectoryAwayError(UpstreamAway):
    """No server answered, or none was asked because all are known to be away."""

    def __init__(self, why: str, servers: tuple[DirectoryServer, ...]) -> None:
        super().__init__(
            f"The directory is away: {why or 'every server failed a moment ago'}",
            where=", ".join(map(str, servers)),
            fix="Look at the servers and at the way to them.",
        )


class DirectoryRefusesUsError(UpstreamError):
    """The directory answers, but not this hub: its account, a search base or the encryption is wrong."""

    def __init__(self, why: str, account: str) -> None:
        super().__init__(
            f"The directory refuses this hub: {why}",
            where=account or "an anonymous login",
            fix="Correct lookup_dn_search_user, its password and what it may read.",
        )


class LoginRefusedError(Exception):
    """This person may not log in; `refusal` says why, in words for the log and for the person."""

    def __init__(self, refusal: BindRefusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class EntryError(Denied):
    """The entry of a person is not as a login needs it. `what` is for them, `where` for the log."""

    def __init__(self, what: str, *, where: str) -> None:
        super().__init__(what, cause="entry", fix=TELL, where=where)
