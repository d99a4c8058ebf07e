"""What does a cell answer, run in a kernel through the proxy?"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class CellError(Exception):
    """The cell raised, or the kernel went away before it answered."""


@dataclass
class CellOutput:
    """What one cell gave back: its value as text, and what it printed."""

    result: str = ""
    printed: str = ""

    @property
    def text(self) -> str:
        return self.result or self.printed.strip()


def execute_request(code: str) -> dict[str, Any]:
    """One `execute_request`; https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "session": uuid.uuid4().hex,
        "username": "",
        "version": "5.3",
    }
    content = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": True,
    }
    return {
        "channel": "shell",
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "buffers": [],
    }


async def run_in(channels: aiohttp.ClientWebSocketResponse, code: str) -> str:
    """The text that `code` gives, run over an open channels websocket in Jupyter Server's JSON protocol.

    Raises CellError with the error's name and message, or when the websocket closes first.
    """
    request = execute_request(code)
    await channels.send_str(json.dumps(request))
    output = CellOutput()
    is_idle = is_answered = False
    async for message in _answers(channels, request["header"]["msg_id"]):
        kind, content = message["header"]["msg_type"], message["content"]
        _collect(output, kind, content)
        is_idle = is_idle or (kind == "status" and content["execution_state"] == "idle")
        is_answered = is_answered or kind == "execute_reply"
        if is_idle and is_answered:
            return output.text
    raise CellError("the websocket closed before the cell was done")


def _collect(output: CellOutput, kind: str, content: dict[str, Any]) -> None:
    if kind == "execute_result":
        output.result = content["data"].get("text/plain", "")
    elif kind == "stream":
        output.printed += content["text"]
    elif kind == "error":
        raise CellError(f"{content['ename']}: {content['evalue']}")


async def _answers(
    channels: aiohttp.ClientWebSocketResponse, request_id: str
) -> AsyncIterator[dict[str, Any]]:
    async for frame in channels:
        if frame.type != aiohttp.WSMsgType.TEXT:
            continue
        message = json.loads(frame.data)
        if message.get("parent_header", {}).get("msg_id") == request_id:
            yield message
