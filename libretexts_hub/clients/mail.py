"""How does a message reach a person by mail? SMTP (RFC 5321), by the standard library in a bounded thread.

Headers can't be injected: an address that is not plainly one is refused, and subjects are the operator's.
"""

import asyncio
import re
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

# Stricter than RFC 5321: no quoting, no comments, no address literals; what people's mail looks like.
_LOCAL = r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]{1,64}"
_DOMAIN = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?"
ADDRESS = re.compile(rf"{_LOCAL}@(?=.{{1,253}}$){_DOMAIN}")
AT_ONCE = 2


def is_address(text: object) -> bool:
    """Whether mail may be sent there: one address and nothing else."""
    return isinstance(text, str) and ADDRESS.fullmatch(text) is not None and text.isprintable()


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `encryption`: starttls, tls, or none for a relay of the same pod.

    `password` is read at each connection, so that a Secret may change; `sender` is an address.
    """

    host: str
    sender: str
    port: int = 587
    encryption: str = "starttls"
    username: str = ""
    password: Callable[[], str] | None = None
    sender_name: str = "JupyterHub"
    reply_to: str = ""
    seconds: float = 20.0


class Mail:
    """Sends one message at a time on each of two threads, whatever the server does."""

    def __init__(self, server: MailServer, *, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._tls = tls
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")

    async def send(self, address: str, subject: str, text: str) -> None:
        """Hand one message in. Raises ValueError for an address that is none, else OSError or SMTPException.

        Of a connection that broke at the end nobody knows whether the message was taken; it counts as failed.
        """
        message = self.message(address, subject, text)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._hand_in, message)

    def message(self, address: str, subject: str, text: str) -> EmailMessage:
        """What is sent. Raises ValueError for an address that is none."""
        reply_to = self._server.reply_to
        if not all(is_address(each) for each in (address, self._server.sender, reply_to or address)):
            raise ValueError("not a mail address")
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(_line(self._server.sender_name), addr_spec=self._server.sender)
        message["To"] = Address(addr_spec=address)
        if self._server.reply_to:
            message["Reply-To"] = Address(addr_spec=self._server.reply_to)
        message["Subject"] = _line(subject)
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=self._server.sender.rpartition("@")[2])
        # RFC 3834: no vacation responder shall answer.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message

    def close(self) -> None:
        """End the threads; a message on its way is finished."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _hand_in(self, message: EmailMessage) -> None:
        server = self._server
        tls = self._tls or ssl.create_default_context()
        if server.encryption == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.seconds, context=tls
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
        with connection:
            if server.encryption == "starttls":
                connection.starttls(context=tls)
            if server.username:
                connection.login(server.username, server.password() if server.password else "")
            connection.send_message(message)


def _line(text: str) -> str:
    """One line of what can be printed."""
    return "".join(each if each.isprintable() else " " for each in text)[:200].strip()
