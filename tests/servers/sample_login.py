"""The smallest authenticator that has a provider behind it: what a form says, and then all of LoginMixin."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from jupyterhub.auth import Authenticator
from traitlets import Unicode

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.login import Login, LoginGroup, ours_in
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin


class SampleAuthenticator(LoginMixin, Authenticator):
    """Whoever types the name of a person of the fake provider at `provider_url` is that person."""

    provider_url = Unicode(help="Where the provider is").tag(config=True)

    async def authenticate(self, handler: Any, data: Any = None, **_: Any) -> dict[str, Any] | None:
        return await self.finish(await self._ask(data["username"]))

    async def check_again(self, user: Any, auth_state: dict[str, Any]) -> Login:
        return await self._ask(str(ours_in(auth_state)["name"]))

    def check_denials(self, login: Login) -> None:
        if "outside" in login.claims:
            raise Denied(
                "This hub is for members of physics, and your account is in none of its groups",
                cause="organisation",
                fix="Ask your instructor for an invitation, accept it, and log in again.",
            )

    async def _ask(self, name: str) -> Login:
        answer = await self.upstream.get(f"{self.provider_url}/people/{quote(name, safe='')}")
        said: dict[str, Any] = answer.mapping()
        said["groups"] = tuple(LoginGroup(group) for group in said.get("groups", ()))
        return Login(**{"provider": "sample", "name": name, **said})
