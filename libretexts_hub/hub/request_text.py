"""What if a request to start a server is no text? JupyterHub decodes it unguarded, which is a 500.

Its handlers for the spawn page decode each argument as UTF-8 before they ask the spawner (handlers/pages.py:
`SpawnHandler._get` and `_post`, 5.5.0 and 6.1.1), and so does `get_json_body` of 5.5.0 (apihandlers/base.py)
outside of its `try`. No hook of a spawner runs before that in `_post` and in the API, so these three methods
are guarded here, once for a process. Where a later release has other methods, nothing is guarded.

Neither does it look whether `next` of an address can stand in a header, which tornado refuses with a 500.
"""

import functools
import json
import sys
from collections.abc import Iterable

from tornado import web

from libretexts_hub.domain.next_url import is_sendable

WORDS = "What was sent is not text in UTF-8. Go back to the page, reload it and choose again."
NESTED = "The choice is nested too deeply. Send an object with a name for each option."
LARGE = "The choice is too large. Send an object with a name for each option."
# A choice has some hundred bytes. JupyterHub stores it before anybody looks at it.
LARGEST_CHOICE = 1 << 20
GUARDED = "_libretexts_guarded"


def guard_requests() -> None:
    """Guard the handlers of the hub in this process, if it is one; a second call does nothing."""
    # Whoever only imports the spawner (a test, a command) has not loaded them, and is not made to.
    if base := sys.modules.get("jupyterhub.handlers.base"):
        _wrap(base.BaseHandler, "_validate_next_url", _with_sendable)
    if pages := sys.modules.get("jupyterhub.handlers.pages"):
        _wrap(pages.SpawnHandler, "_get", _with_text)
        _wrap(pages.SpawnHandler, "_post", _with_text)
    if users := sys.modules.get("jupyterhub.apihandlers.users"):
        # 5.5 calls the first, 6.1 the second.
        _wrap(users.UserServerAPIHandler, "get_json_body", _with_plain_body)
        _wrap(users.UserServerAPIHandler, "get_server_json_body", _with_plain_body)


def _wrap(handler: type, name: str, guard) -> None:
    method = getattr(handler, name, None)
    if method is not None and not hasattr(method, GUARDED):
        guarded = functools.wraps(method)(guard(method))
        setattr(guarded, GUARDED, True)
        setattr(handler, name, guarded)


def _with_text(method):
    def guarded(handler, *arguments, **named):
        request = handler.request
        if not are_text(request.query_arguments.values()) or not are_text(request.body_arguments.values()):
            raise refusal(400, WORDS)
        return method(handler, *arguments, **named)

    return guarded


def _with_sendable(method):
    def guarded(handler, next_url):
        return method(handler, next_url if is_sendable(next_url) else "")

    return guarded


def _with_plain_body(method):
    def guarded(handler):
        body = handler.request.body
        if len(body) > LARGEST_CHOICE:
            raise refusal(413, LARGE)
        if not are_text([[body]]):
            raise refusal(400, WORDS)
        value = method(handler)
        try:
            # As JupyterHub does when it stores the choice: reading allows deeper nesting than writing.
            json.dumps(value)
        except (RecursionError, ValueError):
            raise refusal(400, NESTED) from None
        return value

    return guarded


def plain_body(handler):
    """The JSON that one of our own handlers was sent. Raises HTTPError 400 for what is none."""
    if not are_text([[handler.request.body]]):
        raise refusal(400, WORDS)
    return handler.get_json_body()


def are_text(arguments: Iterable[Iterable[bytes]]) -> bool:
    """Whether every value can be decoded."""
    try:
        for values in arguments:
            for value in values:
                value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def refusal(status: int, words: str) -> web.HTTPError:
    """An error whose words reach the page and the REST client."""
    error = web.HTTPError(status, words)
    error.jupyterhub_message = words
    return error
