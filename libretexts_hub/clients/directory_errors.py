"""How does the directory's client say that it learnt nothing, or that somebody may not log in?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libretexts_hub.errors import LibreTextsHubError

if TYPE_CHECKING:
    from libretexts_hub.domain.bind_refusals import BindRefusal
    from libretexts_hub.domain.directory_servers import DirectoryServer

TELL = "Try again in a minute. If that does not help, tell the operators of this hub."


class DirectoryAwayError(LibreTextsHubError):
    """No server answered, or none was asked because all are known to be away."""

    jupyterhub_message = f"The directory that checks passwords does not answer. {TELL}"

    def __init__(self, why: str, servers: tuple[DirectoryServer, ...]) -> None:
        super().__init__(
            f"The directory is away: {why or 'every server failed a moment ago'}",
            where=", ".join(map(str, servers)),
            fix="Look at the servers and at the way to them.",
        )


class DirectoryRefusesUsError(LibreTextsHubError):
    """The directory answers, but not this hub: its account, a search base or the encryption is wrong."""

    jupyterhub_message = f"This hub may not ask the directory that checks passwords. {TELL}"

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


class EntryError(LibreTextsHubError):
    """The entry of a person is not as a login needs it; what is told to them is in `jupyterhub_message`."""

    def __init__(self, what: str, *, where: str, fix: str, told: str) -> None:
        super().__init__(what, where=where, fix=fix)
        self.jupyterhub_message = told
