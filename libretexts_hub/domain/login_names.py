"""Under which name does the hub know this person? One spelling for all that mean the same."""

import unicodedata

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.wording import shown

# The hub's column; a name is part of addresses, labels and claims too.
LONGEST_NAME = 255
# Control, format (which hide or turn letters round), surrogate, private use, not assigned, ends of lines.
REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# They separate the parts of an address or of a list.
REFUSED_LETTERS = frozenset("/\\,;")


def normal_name(raw: object) -> str:
    """NFKC and case folded (Unicode Standard, section 3.13), so that full-width letters are no second person.

    Raises Denied for what can't be a name.
    """
    if not isinstance(raw, str) or len(raw) > LONGEST_NAME * 4:
        raise _refused("" if isinstance(raw, str) else "no text", raw)
    name = _folded(raw)
    if not name:
        raise _refused("it is empty", raw)
    if len(name) > LONGEST_NAME:
        raise _refused(f"it has more than {LONGEST_NAME} letters", raw)
    for letter in name:
        if letter in REFUSED_LETTERS or unicodedata.category(letter) in REFUSED_CATEGORIES:
            raise _refused("it has a letter that no address may have", raw)
    if not name.strip("."):
        raise _refused("it is made of dots", raw)
    # Folding such a name again would make another one: two people could meet in it.
    if _folded(name) != name:
        raise _refused("its letters have no one spelling", raw)
    return name


def _folded(text: str) -> str:
    """Lowered last: JupyterHub lowers every name."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", folded.lower()).strip()


def _refused(why: str, raw: object) -> Denied:
    because = f": {why}" if why else ": it is too long"
    return Denied(
        f"Your login name {shown(raw)} can't be a name at this hub{because}",
        cause="name",
        fix="Log in with another account, or tell the operators of this hub.",
    )
