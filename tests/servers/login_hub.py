"""A real JupyterHub whose people log in with a fake provider, and a browser that goes there and back."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from yarl import URL

from libretexts_hub.demo.browser import VisitError
from libretexts_hub.demo.visitor import Visitor

from .hub import HubProcess
from .hub_config import assignments
from .oidc import CLIENT, SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .oidc import FakeOpenIDProvider

KEYS = "from jupyterhub.crypto import CryptKeeper\nCryptKeeper.instance().keys = [b'k' * 32]\n"


def login_hub(
    folder: Path, authenticator: str, section: str, settings: dict, *, more: str = ""
) -> HubProcess:
    """A hub with this authenticator, and checks of logins at every request."""
    written = {
        "JupyterHub.authenticator_class": authenticator,
        "Authenticator.enable_auth_state": True,
        "Authenticator.allow_all": False,
        "Authenticator.admin_users": set(),
        "Authenticator.auth_refresh_age": 1,
        "LoginMixin.refresh_cache": "0s",
        "JupyterHub.load_roles": [],
        f"{section}.client_id": CLIENT,
        f"{section}.client_secret": SECRET,
    } | {f"{section}.{name}": value for name, value in settings.items()}
    return HubProcess(folder, spawner="simple", extra=assignments(written) + KEYS + more)


class Newcomer(Visitor):
    """A person with a browser of their own, at a hub with a provider."""

    async def log_in(self) -> dict:
        """Log in; what the hub then says of the person."""
        await self.open("oauth_login?next=/hub/home")
        return await self.hub_api("GET", "user")

    async def refused(self, place: str | URL = "oauth_login?next=/hub/home") -> VisitError:
        """Go there, which must not end well; what the page says."""
        try:
            answer = await self.open(place)
        except VisitError as error:
            return error
        raise AssertionError(f"not refused: {answer.status} {answer.url.path}")

    async def way_back(self) -> URL:
        """Go to the provider, and stop before its answer reaches the hub."""
        url = await self._location(URL(f"{self.hub}oauth_login?next=/hub/home"))
        return await self._location(url)

    async def _location(self, url: URL) -> URL:
        async with self.request("GET", url, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return URL(answer.headers["Location"], encoded=True)


class LoginSite:
    """The hub, the provider, and what the hub has logged since the test began."""

    def __init__(self, hub: HubProcess, provider: FakeOpenIDProvider) -> None:
        self.hub, self.provider = hub, provider
        self._from = 0

    def begin(self) -> None:
        """The provider as it was at first; the log from here on."""
        self.provider.does = type(self.provider.does)()
        self.provider.people.clear()
        self.provider.in_id_token = None
        self.provider.requests.clear()
        self._from = self.hub.log.stat().st_size

    @asynccontextmanager
    async def browser(self, **claims: object) -> AsyncIterator[Newcomer]:
        """The browser of a person with these claims."""
        self.provider.person = claims
        async with Newcomer(self.hub.url) as newcomer:
            yield newcomer

    def logged(self) -> str:
        return self.hub.log.read_bytes()[self._from :].decode(errors="replace")

    def warnings(self) -> list[str]:
        """Lines of the log above INFO, without those of the access log."""
        lines = re.findall(r"^\[[WEC] .*$", self.logged(), re.MULTILINE)
        return [line for line in lines if " log:" not in line]

    def check_secrets(self, *pages: VisitError) -> None:
        """No secret is in the log or on a page, and nothing was a fault of the hub's."""
        text = self.logged() + "".join(str(page) for page in pages)
        for secret in self.provider.secrets():
            assert secret not in text, secret
        assert "Traceback" not in text, text
        assert " 500 " not in text, text
