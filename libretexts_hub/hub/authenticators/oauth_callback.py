"""What comes back from a provider with the browser? Nothing of it is trusted, and none of it is a 500."""

from __future__ import annotations

import base64
import json

from oauthenticator.oauth2 import OAuthCallbackHandler
from tornado import web

LONGEST_STATE = 4000


class CarefulCallback(OAuthCallbackHandler):  # type: ignore[misc]
    """oauthenticator's, which fails on a state that is no JSON object in base64."""

    def get_state_url(self) -> str:
        """The state of the address. Raises HTTPError 400 for what none of our logins sent."""
        state = str(self.get_argument("state", ""))
        if not _is_state(state):
            raise _again("The answer belongs to no login that was begun here.")
        return state

    def check_state(self) -> None:
        """A login is begun and ended in one browser, once."""
        try:
            super().check_state()
        except web.HTTPError:
            raise _again("This login was not begun in this browser, or is over already.") from None

    def check_error(self) -> None:
        """The person, or the provider, said no. What the address says about it may be anybody's words."""
        error = str(self.get_argument("error", ""))
        if error == "access_denied":
            raise _again("You did not allow this hub to know who you are.", status=403)
        if error:
            name = error if error.isascii() and error.replace("_", "a").isalnum() else "unnamed"
            raise _again(f"The service that you log in with refused ({name[:60]}).")


def _is_state(text: str) -> bool:
    if not text or len(text) > LONGEST_STATE or not text.isascii():
        return False
    try:
        value = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("state_id"), str)


def _again(words: str, status: int = 400) -> web.HTTPError:
    refusal = web.HTTPError(status, "%s", words)
    refusal.jupyterhub_message = f"{words} Go to the login page and log in again."
    return refusal
