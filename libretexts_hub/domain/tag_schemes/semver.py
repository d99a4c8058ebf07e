"""What do the tags of a semantically versioned image say? https://semver.org/spec/v2.0.0.html, section 11.

A tag can't hold a plus sign, so build metadata comes behind an underscore. `3` and `3.12` move with the
newest release of their series; they are a kind of their own.
"""

import re

from libretexts_hub.domain.tags import Order, Tag, number, unknown

NO_NUMBER = number("")
NUMBER = r"0|[1-9]\d{0,17}"
VERSION = re.compile(
    rf"v?(?P<major>{NUMBER})\.(?P<minor>{NUMBER})\.(?P<patch>{NUMBER})"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:_(?P<build>[0-9A-Za-z._-]+))?"
)
SERIES = re.compile(rf"v?(?P<major>{NUMBER})(?:\.(?P<minor>{NUMBER}))?")


class SemverScheme:
    """Releases, then pre-releases, then the tags that stand for a series."""

    kinds = ("release", "prerelease", "series")

    def read(self, raw: str) -> Tag:
        """The tag by this grammar."""
        if found := VERSION.fullmatch(raw):
            numbers = tuple(int(found[key]) for key in ("major", "minor", "patch"))
            kind = "prerelease" if found["pre"] else "release"
            # Builds have no precedence; the longer name is the later build, and any total order will do.
            order = (*numbers, not found["pre"], _precedence(found["pre"] or ""), found["build"] or "", raw)
            return Tag(raw, kind, raw.removeprefix("v").replace("_", "+", 1), order)
        if found := SERIES.fullmatch(raw):
            minor = -1 if found["minor"] is None else int(found["minor"])
            return Tag(raw, "series", f"{raw.removeprefix('v')} series", (int(found["major"]), minor, raw))
        return unknown(raw)


def _precedence(pre: str) -> Order:
    """Numbers come before words, by value; words by ASCII; the shorter list before the longer."""
    fields = pre.split(".") if pre else []
    return tuple((0, number(field), "") if field.isdigit() else (1, NO_NUMBER, field) for field in fields)
