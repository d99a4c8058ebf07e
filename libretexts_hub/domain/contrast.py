"""Can this colour be read on that one? Contrast as WCAG 2.2 has it, and the nearest colour that passes."""

import re
from collections.abc import Iterable

# https://www.w3.org/TR/WCAG22/#contrast-minimum: text of normal size, level AA.
TEXT = 4.5
# https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
WEIGHTS = (0.2126, 0.7152, 0.0722)
LINEAR_BELOW = 0.04045
HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
STEPS = 200

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


def parse_colour(written: object) -> Colour | None:
    """`#0b62ba` or `#06b`, as red, green and blue of 0 to 255; None for what is no such colour."""
    if not isinstance(written, str) or not HEX.fullmatch(written.strip()):
        return None
    digits = written.strip()[1:]
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def as_hex(colour: Colour) -> str:
    """`#0b62ba`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 for black to 1 for white."""
    return sum(weight * _linear(part / 255) for weight, part in zip(WEIGHTS, colour, strict=True))


def _linear(part: float) -> float:
    return part / 12.92 if part <= LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: Colour, other: Colour) -> float:
    """From 1, the same, to 21, black on white."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: Colour, other: Colour, part: float) -> Colour:
    """`part` of the way from `colour` to `other`."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def least_contrast(colour: Colour, others: Iterable[Colour]) -> float:
    """With whichever of the others it is worst."""
    return min(contrast(colour, other) for other in others)


def nearest_passing(colour: Colour, others: Iterable[Colour], *, least: float = TEXT) -> Colour:
    """The colour itself where it passes on all of `others`, else the nearest on its way to black or white."""
    others = tuple(others)
    for step in range(STEPS + 1):
        for end in (BLACK, WHITE):
            tried = mix(colour, end, step / STEPS)
            if least_contrast(tried, others) >= least:
                return tried
    return max((BLACK, WHITE), key=lambda end: least_contrast(end, others))


def readable_on(colour: Colour) -> Colour:
    """Nearly black or white, whichever is read better on `colour`; one of them always has 4.5."""
    return max(
        ((8, 18, 31), WHITE, BLACK),
        key=lambda text: (contrast(text, colour) >= TEXT, text != BLACK, contrast(text, colour)),
    )
