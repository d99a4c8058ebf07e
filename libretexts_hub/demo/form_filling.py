"""Which fields would a browser send for these choices, and which choices would it not let a person make?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from libretexts_hub.demo.web_page import Control, Form


class ChoiceNotOfferedError(ValueError):
    """The page does not offer this choice, or wants one that was not made."""


def fill_in(form: Form, choices: Mapping[str, str]) -> list[tuple[str, str]]:
    """The pairs a browser sends when a person makes these choices and leaves every other field as it is.

    Source: "constructing the entry list", https://html.spec.whatwg.org/multipage/form-control-infrastructure.html.
    Raises ChoiceNotOfferedError for what a browser would not send.
    """
    for name, value in choices.items():
        _check_offered(form, name, value)
    pairs = [pair for control in form.controls for pair in _entries(control, choices)]
    _check_required(form, {name for name, value in pairs if value})
    return pairs


def _check_offered(form: Form, name: str, value: str) -> None:
    controls = [control for control in form.named(name) if not control.disabled]
    if not controls:
        raise ChoiceNotOfferedError(f"the page does not ask for {name!r}; it asks for {_names(form)}")
    offered = form.offered(name)
    if offered and value not in offered:
        raise ChoiceNotOfferedError(f"{name} {value!r} is not on the page; it offers {', '.join(offered)}")


def _names(form: Form) -> str:
    visible: Iterable[str] = dict.fromkeys(c.name for c in form.controls if c.kind != "hidden")
    return ", ".join(visible) or "nothing"


def _entries(control: Control, choices: Mapping[str, str]) -> list[tuple[str, str]]:
    if control.disabled or control.kind == "file":
        return []
    chosen = choices.get(control.name)
    if control.is_toggle:
        is_on = control.checked if chosen is None else control.value == chosen
        return [(control.name, control.value)] if is_on else []
    if control.kind == "select" and not control.options:
        return []
    return [(control.name, control.value if chosen is None else chosen)]


def _check_required(form: Form, sent: set[str]) -> None:
    missing = {c.name for c in form.controls if c.required and not c.disabled} - sent
    if missing:
        raise ChoiceNotOfferedError(f"the page wants a choice of {', '.join(sorted(missing))}")
