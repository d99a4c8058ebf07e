"""May this person log in to the demo? One of four names, and the password that the terminal shows."""

import secrets
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Unicode, default

from libretexts_hub.demo.people import person_named


class DemoAuthenticator(Authenticator):
    """Lets the four canned people in, with their groups and the administrator's flag.

    All four have the same password: this is for one person who tries the product on one machine.
    """

    password_file = Unicode(
        help="""
        The file that holds the password; it is read at each login. Without one, the default, nobody gets in.

        Example: `c.DemoAuthenticator.password_file = "/home/me/.local/state/libretexts-hub/demo/password"`
        """,
    ).tag(config=True)

    @default("manage_groups")
    def _manage_groups(self) -> bool:
        return True

    @default("allow_all")
    def _allow_all(self) -> bool:
        return True  # authenticate() knows four names only

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:
        """The auth model of one of the four, or None. https://jupyterhub.readthedocs.io/en/stable/reference/authenticators.html"""
        name, password = data.get("username"), data.get("password")
        if name is None or password is None:
            raise web.HTTPError(400, "Choose a person and give the password.")
        person = person_named(name.strip().lower())
        if not secrets.compare_digest(password.encode(), self._password()) or person is None:
            return None
        return {"name": person.name, "groups": list(person.groups), "admin": person.is_admin}

    def _password(self) -> bytes:
        return Path(self.password_file).read_bytes().strip() or secrets.token_bytes(32)
