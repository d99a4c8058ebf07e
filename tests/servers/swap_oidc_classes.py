"""A pytest plugin: OAuthenticator's own tests of Google and CILogon, with our classes in place of theirs.

Its fake servers are a client of tornado's, send no id_token and no `sub`, and its groups need no key, so
that much is different here; every rule about who may log in, and as whom, is ours.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import HTTPClientError
from traitlets import default

from libretexts_hub.clients.asking import Reply
from libretexts_hub.domain.denial import Denied
from libretexts_hub.hub.authenticators.cilogon import CILogonGroupAuthenticator
from libretexts_hub.hub.authenticators.google import GoogleGroupAuthenticator


class OtherWayToAsk:
    """The client that the published tests put a fake behind."""

    requires_keys = False

    @default("manage_groups")
    def _manages_groups(self) -> bool:
        """JupyterHub's default."""
        return False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.require_id_token = False

    async def ask_provider(
        self, method: str, url: str, *, headers: dict | None = None, form: dict | None = None
    ) -> Reply:
        body = urlencode(form) if form is not None else None
        try:
            answer = await self.httpfetch(url, method=method, headers=headers, body=body)
        except HTTPClientError as error:
            return Reply(error.code, None)
        return Reply(200, answer)

    def subject_of(self, user_info: dict) -> str:
        """Their people have no `sub`."""
        return hashlib.sha256(str(user_info).encode()).hexdigest()

    async def check_allowed(self, username: str, authentication: dict | None = None) -> bool:
        """They expect no, and ours says why not."""
        with contextlib.suppress(Denied):
            return await super().check_allowed(username, authentication)
        return False

    async def check_blocked_users(self, username: str, authentication: dict | None = None) -> bool:
        """As above."""
        with contextlib.suppress(Denied):
            return await super().check_blocked_users(username, authentication)
        return False

    async def get_authenticated_user(self, handler: Any, data: Any) -> dict | None:
        """They compare the keys that JupyterHub 5 had, without user_info, and groups only where managed."""
        model = await super().get_authenticated_user(handler, data)
        if model is not None:
            model.pop("user_info", None)
            if not self.manage_groups:
                model.pop("groups", None)
        return model


class GoogleOAuthenticator(OtherWayToAsk, GoogleGroupAuthenticator):
    """Of this name, since a log line is compared."""


class CILogonOAuthenticator(OtherWayToAsk, CILogonGroupAuthenticator):
    """Of this name, since a log line is compared."""


def pytest_collection_modifyitems(items: list) -> None:
    for item in items:
        for cls in (GoogleOAuthenticator, CILogonOAuthenticator):
            if hasattr(item.module, cls.__name__):
                setattr(item.module, cls.__name__, cls)
