"""How does a person hear what becomes of their home? By every transport that is set; none of them raises."""

import asyncio
import logging
import smtplib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from libretexts_hub.clients.claim_events import ClaimEvents
from libretexts_hub.clients.mail import Mail
from libretexts_hub.clients.webhook import Webhook
from libretexts_hub.culler.addresses import Addresses
from libretexts_hub.culler.letters import Letter, Letters, as_document
from libretexts_hub.domain.culling import Notice, Sent
from libretexts_hub.domain.moments import to_text
from libretexts_hub.errors import LibreTextsHubError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)
MAIL, WEBHOOK, EVENT, PAGE = "mail", "webhook", "event", "page"
TRANSPORTS = (MAIL, WEBHOOK, EVENT)
# What somebody who is here should see; who is away sees no page.
ON_PAGES = ("server", "kept")
REASONS = {
    "mark": "HomeMarked",
    "reminder": "HomeMarked",
    "kept": "HomeKept",
    "deleted": "HomeDeleted",
    "server": "ServerIdle",
}


class Transport(Protocol):
    """Sends one notice, or raises."""

    async def __call__(self, notice: Notice, letter: Letter) -> None: ...


class Pages(Protocol):
    """The hub, which shows a notice on the pages of a person."""

    async def tell(self, user: str, document: Mapping[str, object]) -> None:
        """Show it. Raises GoneError where the hub can't."""
        ...


class NotReachedError(Exception):
    """There is nobody to send it to."""


class NoticeSender:
    """Implements NoticePort. `reaching`: the transports of which one has to take a notice so that it counts
    as told; an Event, which only operators see, is not among them by default."""

    def __init__(
        self,
        letters: Letters,
        *,
        mail: Mail | None = None,
        addresses: Addresses | None = None,
        webhook: Webhook | None = None,
        events: ClaimEvents | None = None,
        pages: Pages | None = None,
        reaching: tuple[str, ...] = (MAIL,),
    ) -> None:
        self._letters = letters
        self._mail = mail
        self._addresses = addresses
        self._webhook = webhook
        self._events = events
        self._reaching = reaching
        self._transports: dict[str, Callable[[Notice, Letter], Awaitable[None]]] = {}
        if mail is not None:
            self._transports[MAIL] = self._by_mail
        if webhook is not None:
            self._transports[WEBHOOK] = self._by_webhook
        if events is not None:
            self._transports[EVENT] = self._by_event
        self._pages = pages
        if pages is not None:
            self._transports[PAGE] = self._by_page

    async def send(self, notice: Notice) -> Sent:
        """Send it by all of them at once. What failed is in the answer, in words without an address."""
        letter = self._letters.letter(notice)
        names = tuple(name for name in self._transports if name != PAGE or notice.kind in ON_PAGES)
        ends = await asyncio.gather(*(self._attempt(name, notice, letter) for name in names))
        failed = {name: why for name, why in zip(names, ends, strict=True) if why}
        taken = tuple(name for name in names if name not in failed)
        for name, why in failed.items():
            log.warning("The notice %s for %r was not sent by %s: %s", notice.kind, notice.user, name, why)
        return Sent(taken, failed, any(name in self._reaching for name in taken))

    async def address(self, notice: Notice) -> str:
        """Where mail would go now; empty where nobody knows."""
        if self._mail is None or self._addresses is None:
            return ""
        try:
            return await self._addresses.of(notice)
        except LibreTextsHubError as error:
            log.warning("The address of %r could not be looked up: %s", notice.user, error)
            return ""

    async def _attempt(self, name: str, notice: Notice, letter: Letter) -> str:
        """Empty when it was taken, else what went wrong."""
        try:
            await self._transports[name](notice, letter)
        except (NotReachedError, LibreTextsHubError) as error:
            return str(error)[:300]
        except smtplib.SMTPResponseException as error:
            return f"the mail server answered {error.smtp_code}"
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return type(error).__name__  # its text may hold the address
        except Exception as error:  # a transport's defect must not end a run half way
            log.exception("A notice could not be sent")
            return type(error).__name__
        return ""

    async def _by_mail(self, notice: Notice, letter: Letter) -> None:
        address = notice.address
        if not address and self._addresses is not None:
            address = await self._addresses.of(notice)
        if not address or self._mail is None:
            raise NotReachedError("no mail address is known")
        await self._mail.send(address, letter.subject, letter.text)

    async def _by_webhook(self, notice: Notice, letter: Letter) -> None:
        if self._webhook is not None:
            await self._webhook.tell(as_document(notice, letter))

    async def _by_page(self, notice: Notice, letter: Letter) -> None:
        """In the hub's own words; the letter is for those who are away."""
        document: dict[str, object] = {"kind": notice.kind}
        if notice.kind == "server":
            document |= {"server": notice.server or "", "stops_at": to_text(notice.delete_after or 0.0)}
        if self._pages is not None:
            await self._pages.tell(notice.user, document)

    async def _by_event(self, notice: Notice, letter: Letter) -> None:
        if self._events is None or not notice.claims:
            raise NotReachedError("no claim is named")
        for place in notice.claims:
            await self._events.tell(place, "", REASONS[notice.kind], f"{letter.subject}. {notice.reason}")
