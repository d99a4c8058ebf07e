"""Which keys encrypt what a hub keeps of a login, and which come next?"""

import base64
import binascii

from libretexts_hub.errors import SetupError

SEPARATOR = ";"
FIX = "Write keys of 32 bytes, in hexadecimal or base64, with a semicolon between them."


def parse_keys(text: str, *, where: str) -> tuple[str, ...]:
    """The keys as they are written, the first encrypts. Raises SetupError, which holds no part of a key."""
    keys = tuple(key.strip() for key in text.split(SEPARATOR) if key.strip())
    if not keys:
        raise SetupError("There is no key", where=where, fix=FIX)
    for number, key in enumerate(keys, 1):
        key_bytes(key, number=number, where=where)
    if len(set(keys)) < len(keys):
        raise SetupError("One key is there twice", where=where, fix="Leave out one of the two.")
    return keys


def key_bytes(key: str, *, number: int = 1, where: str = "") -> bytes:
    """The 32 bytes, as JupyterHub reads them: 64 hexadecimal digits, or 44 letters of base64."""
    try:
        if len(key) == 64:
            return binascii.a2b_hex(key)
        if len(key) == 44 and len(found := base64.urlsafe_b64decode(key)) == 32:
            return found
        if len(key) == 32 and key.isascii():
            return key.encode("ascii")
    except ValueError:
        pass
    raise SetupError(f"Key {number} is not 32 bytes", where=where, fix=FIX)


def rotated(keys: tuple[str, ...], new: str, *, keep: bool = False) -> tuple[str, ...]:
    """Drop the first, move the second up, put a new one behind it.

    Of one key alone nothing is dropped: it still has to open what it closed. `keep` keeps the dropped one, as
    the last, for one more turn.
    """
    if len(keys) == 1:
        return (*keys, new)
    return (keys[1], new, *((keys[0],) if keep else ()))
