"""Why did a directory refuse a login, what may the operator read of it, and what the person?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# draft-behera-ldap-password-policy, and the older one of 389 Directory Server: draft-vchu-ldap-pwd-policy.
PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"  # noqa: S105 - the name of a control
PASSWORD_EXPIRED = "2.16.840.1.113730.3.4.4"  # noqa: S105
SUCCESS, CONSTRAINT, INVALID_CREDENTIALS, UNWILLING = 0, 19, 49, 53
NO_SUCH_OBJECT, INVALID_SYNTAX, INAPPROPRIATE = 32, 34, 48
# The server wants TLS or a stronger way: not the person's fault.
NEEDS_TLS = (8, 13)
BUSY = (51, 52)
_DATA = re.compile(r"\bdata ([0-9a-f]{1,8})\b", re.IGNORECASE)


@dataclass(frozen=True)
class BindRefusal:
    """`cause` is a label, `reason` is for the log; `told` is for the person, empty: as for a wrong password.

    Something is told only when the directory has checked the password: else it would say who has an account.
    """

    cause: str
    reason: str
    told: str = ""


WRONG = BindRefusal("password", "wrong name or password")
UNKNOWN = BindRefusal("unknown", "nobody of this name")
LOCKED = BindRefusal("locked", "the account is locked")
EXPIRED = BindRefusal(
    "expired",
    "the password has expired",
    "Your password has expired. Change it where you manage your account.",
)
MUST_CHANGE = BindRefusal(
    "must_change",
    "the password must be changed first",
    "You must change your password before you can log in. Change it where you manage your account.",
)
DISABLED = BindRefusal("disabled", "the account is disabled", "Your account is disabled. Ask your help desk.")
ACCOUNT_EXPIRED = BindRefusal(
    "account_expired", "the account has expired", "Your account has expired. Ask your help desk."
)
NOT_NOW = BindRefusal(
    "not_now", "no login at this time or from here", "Your account may not log in now. Ask your help desk."
)
NEEDS_ENCRYPTION = BindRefusal("configuration", "the directory wants TLS for a login; set tls_strategy")
AWAY = BindRefusal("away", "the directory is busy or unavailable")

# Active Directory's data codes are Windows errors, in hexadecimal. 775 is said also for a wrong password.
ACTIVE_DIRECTORY = {
    "525": UNKNOWN,
    "52e": WRONG,
    "530": NOT_NOW,
    "531": NOT_NOW,
    "532": EXPIRED,
    "533": DISABLED,
    "701": ACCOUNT_EXPIRED,
    "773": MUST_CHANGE,
    "775": LOCKED,
}
# The error in the response of the password policy control.
POLICY_ERRORS = {0: EXPIRED, 1: LOCKED, 2: MUST_CHANGE}


def refusal_of(code: int, message: str, controls: Mapping[str, bytes]) -> BindRefusal | None:
    """Why this answer to a bind is no login; None: it is one.

    `code` and `message` are of RFC 4511, `controls` the values of the response's controls by their OID.
    """
    policy = POLICY_ERRORS.get(policy_error(controls.get(PASSWORD_POLICY, b"")))
    if code == SUCCESS:
        # The password was right, but the directory lets its owner do nothing before it is changed.
        return policy or (MUST_CHANGE if PASSWORD_EXPIRED in controls else None)
    if code in NEEDS_TLS:
        return NEEDS_ENCRYPTION
    if code in BUSY:
        return AWAY
    if code == INVALID_CREDENTIALS:
        data = _DATA.search(message)
        known = ACTIVE_DIRECTORY.get(data[1].casefold()) if data else None
        return known or policy or (EXPIRED if PASSWORD_EXPIRED in controls else WRONG)
    if code in (NO_SUCH_OBJECT, INVALID_SYNTAX, INAPPROPRIATE):
        return UNKNOWN
    # 389 Directory Server: too many wrong passwords, and an account that was switched off.
    if code == CONSTRAINT:
        return LOCKED
    if code == UNWILLING:
        return BindRefusal("disabled", f"the directory is unwilling: {message:.200}")
    return BindRefusal("directory", f"the directory answers {code}: {message:.200}")


def policy_error(value: bytes) -> int:
    """The error in a PasswordPolicyResponseValue, BER: a sequence of [0] warning and [1] error. -1: none."""
    if len(value) < 2 or value[0] != 0x30 or value[1] >= 0x80:
        return -1
    inside = value[2 : 2 + value[1]]
    while len(inside) >= 2 and inside[1] < 0x80:
        tag, length = inside[0], inside[1]
        if tag == 0x81 and length == 1 and len(inside) > 2:
            return inside[2]
        inside = inside[2 + length :]
    return -1
