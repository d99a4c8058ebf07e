"""What does one entry of a directory say: texts, numbers, and by which id is it known for ever?"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from libretexts_hub.domain.auth_paths import as_number

# Ids that no renaming changes: RFC 4530, Active Directory, 389 Directory Server, FreeIPA.
SUBJECT_ATTRIBUTES = ("entryUUID", "objectGUID", "nsUniqueId", "ipaUniqueID")
GUID_BYTES = 16
LONGEST_VALUE = 4000
# userAccountControl of Active Directory: ACCOUNTDISABLE.
DISABLED_FLAG = 2
# A password policy that locked for ever, by hand and not for wrong passwords (draft-behera, 5.3.3).
LOCKED_FOR_EVER = "000001010000Z"
# The primary group of Active Directory: the last number of its SID; the rest is that of the person's own.
PRIMARY_GROUP_ATTRIBUTES = ("objectSid", "primaryGroupID")
SID_HEADER, SID_NUMBER = 8, 4
STATE_ATTRIBUTES = ("userAccountControl", "nsAccountLock", "pwdAccountLockedTime")


@dataclass(frozen=True)
class DirectoryEntry:
    """One entry. Attribute names are folded; values are octets, as the directory sent them."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> "DirectoryEntry":
        """An entry as a client library gives it."""
        return cls(dn, {name.casefold(): tuple(values) for name, values in attributes.items() if values})

    def values(self, name: str) -> tuple[bytes, ...]:
        """All values of this attribute, as they were sent."""
        return self.attributes.get(name.casefold(), ())

    def texts(self, name: str) -> tuple[str, ...]:
        """The values that are printable text of a reasonable length; what is not is left out."""
        found = []
        for value in self.values(name):
            try:
                text = value.decode().strip()
            except UnicodeDecodeError:
                continue
            if 0 < len(text) <= LONGEST_VALUE and text.isprintable():
                found.append(text)
        return tuple(found)

    def text(self, *names: str) -> str:
        """The first text of the first of these attributes that has one."""
        return next((texts[0] for name in names if (texts := self.texts(name))), "")

    def number(self, name: str) -> int | None:
        """The whole number in this attribute; None where there is none, or more than one."""
        texts = self.texts(name)
        return as_number(texts[0]) if len(texts) == 1 else None

    @property
    def is_disabled(self) -> bool:
        """Whether somebody switched the account off, in the way of one of the common directories."""
        control = self.number("userAccountControl")
        return (
            (control is not None and bool(control & DISABLED_FLAG))
            or self.text("nsAccountLock").casefold() == "true"
            or LOCKED_FOR_EVER in self.texts("pwdAccountLockedTime")
        )


def primary_group_sid(entry: DirectoryEntry) -> bytes:
    """The SID of the primary group, which no `memberOf` and no `member` names; empty where there is none.

    A SID is a revision, a count, six octets of an authority and `count` numbers ([MS-DTYP] 2.4.2.2).
    """
    sids, number = entry.values("objectSid"), entry.number("primaryGroupID")
    if len(sids) != 1 or number is None or number >= 2**32:
        return b""
    sid = sids[0]
    if len(sid) < SID_HEADER + SID_NUMBER or len(sid) != SID_HEADER + SID_NUMBER * sid[1]:
        return b""
    return sid[:-SID_NUMBER] + number.to_bytes(SID_NUMBER, "little")


def subject_of(entry: DirectoryEntry, attributes: Sequence[str] = SUBJECT_ATTRIBUTES) -> tuple[str, str]:
    """The attribute with the immutable id, and the id as text; two empty texts when the entry shows none."""
    for name in attributes:
        values = entry.values(name)
        if len(values) != 1:
            continue
        if name.casefold() == "objectguid" and len(values[0]) == GUID_BYTES:
            return name, str(uuid.UUID(bytes_le=values[0]))
        if text := entry.text(name):
            return name, text.casefold()
    return "", ""


def subject_octets(name: str, subject: str) -> str | bytes:
    """What a search for this id has to ask for: Active Directory stores its GUID as octets."""
    if name.casefold() != "objectguid":
        return subject
    try:
        return uuid.UUID(subject).bytes_le
    except ValueError:
        return subject
