"""What did the person choose?

`user_options` come from the form, from a query and from the REST API; the latter may send anything at all.
They are parsed once, against that person's own menu, into a frozen `Selection`, or refused in words that
help.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libretexts_hub.domain.entries import UNPRINTABLE, did_you_mean
from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.sizes import Size
from libretexts_hub.errors import SelectionError

OPTIONS = ("image", "size")
# The key under which an adapter keeps options that were no mapping: JupyterHub wants a dict there.
MALFORMED = "_malformed"
LONGEST_CHOICE = 63


@dataclass(frozen=True)
class Selection:
    """One environment and one size (None where the operator offers no sizes)."""

    image: Image
    size: Size | None

    @classmethod
    def parse(cls, options: object, menu: Menu) -> "Selection":
        """Read untrusted `options`; what is not sent is the default of the menu. Raises SelectionError."""
        if not isinstance(options, Mapping):
            raise _refusal(
                f"The choice must be an object with {_or(OPTIONS)}, not {_kind(options)}.", "Send it again."
            )
        if MALFORMED in options:
            raise _refusal(f"The choice must be an object with {_or(OPTIONS)}.", "Send it again.")
        for key in options:
            if key not in OPTIONS:
                raise _refusal(
                    f"{_shown(key)} is not an option of this hub.",
                    did_you_mean(str(key), OPTIONS),
                    key="options",
                )
        image = _image(_choice(options, "image"), menu)
        return cls(image, _size(_choice(options, "size"), image, menu))

    @property
    def options(self) -> dict[str, str]:
        """The same choice as `user_options`: parsing it again gives the same selection."""
        return {"image": self.image.slug} | ({"size": self.size.slug} if self.size else {})

    @property
    def summary(self) -> str:
        """In a person's words: `Default environment, Small`."""
        return f"{self.image.name}, {self.size.name}" if self.size else self.image.name


def _choice(options: Mapping[object, object], key: str) -> str | None:
    """The slug that was sent, None if none was."""
    value = options.get(key)
    if value is not None and not isinstance(value, str):
        raise _refusal(f"The {key} must be one name, not {_kind(value)}.", "Send one name.", key=key)
    return value


def _image(slug: str | None, menu: Menu) -> Image:
    image = menu.default_image if slug is None else menu.image(slug)
    if image is not None:
        return image
    if not menu.images:
        raise _refusal(
            "There is no environment that you may start.",
            "Ask the operators of this hub to give you access.",
            key="image",
        )
    raise _refusal(
        f"{_shown(slug)} is not an environment on your menu.",
        f"Choose {_or(item.slug for item in menu.images)}.",
        key="image",
    )


def _size(slug: str | None, image: Image, menu: Menu) -> Size | None:
    allowed = menu.sizes_of(image)
    if slug is None:
        return menu.default_size(image)
    chosen = next((size for size in allowed if size.slug == slug), None)
    if chosen is None:
        fix = f"Choose {_or(size.slug for size in allowed)}." if allowed else "Leave the size out."
        raise _refusal(f"{_shown(slug)} is not a size of {image.name}.", fix, key="size")
    return chosen


def _refusal(what: str, fix: str, *, key: str = "options") -> SelectionError:
    error = SelectionError(what, where=key, fix=fix)
    error.jupyterhub_message = f"{what} {fix}"
    return error


def _shown(value: object) -> str:
    """What a person sent, in quotation marks, short and printable."""
    if not isinstance(value, str):
        return _kind(value)
    text = UNPRINTABLE.sub("?", value.encode("utf-8", "replace").decode())
    return f'"{text}"' if len(text) <= LONGEST_CHOICE else f'"{text[:LONGEST_CHOICE]}…"'


def _kind(value: object) -> str:
    kinds = {
        list: "a list",
        dict: "an object",
        bool: "true or false",
        int: "a number",
        float: "a number",
        bytes: "a file",
        type(None): "nothing",
    }
    return kinds.get(type(value), "something else")


def _or(names: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`; a long list is cut."""
    listed = list(names)
    if len(listed) > 12:
        return ", ".join(listed[:12]) + f" or one of {len(listed) - 12} more"
    return " or ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
