"""A FAKE of a mail server: it speaks the SMTP that a client needs to hand a message in (RFC 5321)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from email.message import EmailMessage


class FakeMailServer:
    """`answers` puts another answer in the place of the usual one, by command; an empty one hangs up."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeMailServer]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 fake\r\n")
        try:
            while line := (await reader.readline()).decode():
                command = line.strip().split(":")[0].split(" ")[0].upper()
                answer = self.answers.get(
                    command, {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 ok")
                )
                if not answer:
                    break
                if command == "RCPT" and answer.startswith("2"):
                    self.recipients.append(line.strip())
                writer.write(f"{answer}\r\n".encode())
                if command == "DATA" and answer.startswith("3"):
                    text = await reader.readuntil(b"\r\n.\r\n")
                    self.messages.append(message_from_bytes(text[:-3], policy=default))
                    writer.write(f"{self.answers.get('END', '250 taken')}\r\n".encode())
                if command == "QUIT":
                    break
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
