"""Can logins be kept as the operator wants them? Asked when the hub starts, not at the first login."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyterhub.crypto import KEY_ENV, CryptKeeper, EncryptionUnavailable

from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAKE_ONE = (
    f"Set {KEY_ENV} for the hub to what `openssl rand -hex 32` prints, from a Secret; the chart does so. "
    "Or set c.Authenticator.enable_auth_state = False."
)


@contextmanager
def stopping(parent: Any) -> Iterator[None]:
    """Under a hub that starts, what is wrong ends it with one sentence instead of a traceback."""
    try:
        yield
    except LibreTextsHubError as error:
        if getattr(parent, "name", "") != "jupyterhub":
            raise
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None


def check_keys(is_enabled: bool) -> None:
    """Raise ConfigurationError where auth_state is wanted and can't be encrypted."""
    if not is_enabled:
        return
    try:
        CryptKeeper.instance().check_available()
    except EncryptionUnavailable:
        raise ConfigurationError(
            "What is kept of a login has to be encrypted, and there is no key",
            where="c.Authenticator.enable_auth_state",
            fix=MAKE_ONE,
        ) from None
    except ValueError:
        raise ConfigurationError(
            "A key is not 32 bytes, in hexadecimal or base64; several are separated by a semicolon",
            where=KEY_ENV,
            fix=MAKE_ONE,
        ) from None


def checked_name(name: str, *, where: str) -> str:
    """The normalised name that the operator wrote. Raises ConfigurationError."""
    try:
        return normal_name(name)
    except LibreTextsHubError as error:
        raise ConfigurationError(error.what, where=where, fix="Write the name of their login.") from None
