"""May this Google account in? Decided by its Workspace and its verified address, never by the address alone.

https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload: only `hd` says that
an account is of a Workspace; an account of anybody's may have an address of any domain.
"""

from collections.abc import Collection

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.wording import one_of


def check_account(
    *, email: str, is_verified: bool, workspace: str, hosted: Collection[str], admitted: Collection[str]
) -> None:
    """Raise Denied for an account that must not get in, whatever else admits it.

    `hosted` empty: accounts of every Workspace, and of none. `admitted` are addresses that need no Workspace.
    """
    if not email:
        raise Denied(
            "Google told this hub no address of yours",
            cause="email_unverified",
            fix="Log in again and allow it, or use another account.",
        )
    if not is_verified:
        raise Denied(
            "Google has not verified your address",
            cause="email_unverified",
            fix="Verify it at myaccount.google.com, then log in again.",
        )
    if hosted and workspace not in hosted and email not in admitted:
        raise Denied(
            f"Only accounts of {one_of(sorted(hosted))} may log in here, and yours is not one",
            cause="domain",
            fix="Log out of Google, or choose the account of your university, and log in again.",
        )


def text(value: object) -> str:
    """A claim as a text; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def is_true(value: object) -> bool:
    """Is a claim true? Some providers write it as a text."""
    return value is True or value in ("true", "True")
