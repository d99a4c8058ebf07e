"""How is a person's choice refused? In one short, printable sentence that says what would be right."""

from collections.abc import Iterable
from datetime import datetime

from libretexts_hub.domain.availability import Availability
from libretexts_hub.errors import SelectionError

LONGEST_SHOWN = 63
MOST_NAMED = 12


def refusal(what: str, fix: str, *, key: str = "options") -> SelectionError:
    """The error to raise; the same words for the person and for the log. `key`: the option that was wrong."""
    error = SelectionError(what, where=key, fix=fix)
    error.jupyterhub_message = f"{what} {fix}"
    return error


def at_another_time(
    name: str, available: Availability, now: datetime | None, *, key: str, noun: str
) -> SelectionError:
    """The refusal of what a person may have, but not `now`."""
    if now is None or available.is_past(now):
        when = available.words(now) if now is not None else "at another time"
        return refusal(f"{name} was offered {when}.", f"Choose another {noun}.", key=key)
    return refusal(
        f"{name} is offered {available.words(now)}.", f"Come back then, or choose another {noun}.", key=key
    )


def shown(value: object) -> str:
    """What a person sent, in quotation marks, short and printable."""
    if not isinstance(value, str):
        return kind_of(value)
    text = "".join(each if each.isprintable() else "?" for each in value[:LONGEST_SHOWN])
    return f'"{text}"' if len(value) <= LONGEST_SHOWN else f'"{text}…"'


def kind_of(value: object) -> str:
    """What kind of thing was sent where one name was wanted."""
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


def one_of(names: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`; a long list is cut."""
    listed = list(names)
    if len(listed) > MOST_NAMED:
        return ", ".join(listed[:MOST_NAMED]) + f" or one of {len(listed) - MOST_NAMED} more"
    return " or ".join(filter(None, (", ".join(listed[:-1]), "".join(listed[-1:]))))
