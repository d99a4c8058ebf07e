"""What was chosen of the options of an environment?"""

from collections.abc import Mapping

from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.options import Option
from libretexts_hub.domain.wording import one_of, refusal, shown

# An option is sent under this and its slug.
EXTRA = "option-"


def as_text(value: object) -> object:
    """What was sent of an option, a check box as text too; what has no meaning is left as it is.

    A form sends nothing for an empty box, so it sends a hidden "0" before the "1" of one ticked at first.
    """
    if isinstance(value, bool):
        return "1" if value else "0"
    return "1" if value == ["0", "1"] else value


def chosen_extras(sent: Mapping[str, str], image: Image, menu: Menu) -> dict[str, str]:
    """What is chosen of each option of the image: "" only for a box that was ticked at first."""
    extras = {}
    for option in menu.options:
        value = sent.get(f"{EXTRA}{option.slug}", option.default)
        if option.belongs_to(image.slug):
            chosen = _extra(option, value)
            if chosen or option.default:
                extras[option.slug] = chosen
        elif value not in ("0", option.default):
            # A form without scripts sends every field; only what was changed is worth a refusal.
            raise refusal(f"{image.name} has no option {option.name}.", "Leave it as it was.", key="options")
    return extras


def _extra(option: Option, value: str) -> str:
    if not option.choices:
        if value not in ("", "0", "1", "on"):  # "on" is what a box without a value sends
            raise refusal(f"{option.name} is either on or off.", 'Send "1", or leave it out.', key="options")
        return "1" if value in ("1", "on") else ""
    if option.choice(value) is None:
        raise refusal(
            f"{shown(value)} is not a choice of {option.name}.",
            f"Choose {one_of(choice.slug for choice in option.choices)}.",
            key="options",
        )
    return value
