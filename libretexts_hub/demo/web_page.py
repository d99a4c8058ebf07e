"""What does an HTML page ask a person for, and what does it tell them?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

# https://html.spec.whatwg.org/multipage/syntax.html#void-elements
VOID_TAGS = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
MUTED_TAGS = frozenset(("script", "style", "template"))
ALERT_CLASSES = frozenset(("alert", "login_error", "error", "spawn-error-msg"))


@dataclass
class Control:
    """One named field of a form, as a browser that runs no script sees it."""

    name: str
    kind: str  # the type of an input, or "select" or "textarea"
    value: str = ""  # what is sent when the field is left as it is (for a box or a radio: when it is checked)
    checked: bool = False
    required: bool = False
    disabled: bool = False
    options: list[str] = field(default_factory=list)  # of a select, those that can be chosen

    @property
    def is_toggle(self) -> bool:
        return self.kind in ("radio", "checkbox")


@dataclass
class Form:
    """One form: where it goes and the fields it sends."""

    id: str
    action: str
    method: str
    multipart: bool
    controls: list[Control] = field(default_factory=list)

    def named(self, name: str) -> list[Control]:
        return [control for control in self.controls if control.name == name]

    def offered(self, name: str) -> list[str]:
        """The values that can be chosen for `name`; empty for free text."""
        values: list[str] = []
        for control in self.named(name):
            if not control.disabled:
                values += control.options or ([control.value] if control.is_toggle else [])
        return values


@dataclass
class Page:
    """What was read from one HTML document."""

    title: str = ""
    text: str = ""
    alerts: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    @property
    def said(self) -> str:
        """What the page wants the person to know: its alerts, else its title and the start of its text."""
        return " ".join(self.alerts) or f"{self.title}: {self.text[:300]}"

    def form(self, *field_names: str) -> Form | None:
        """The first POST form that has all these fields."""
        for form in self.forms:
            if form.method == "post" and all(form.named(name) for name in field_names):
                return form
        return None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open_tags: list[tuple[str, bool, list[str] | None]] = []  # tag, hidden, words of an alert
        self.words: list[str] = []
        self.form: Form | None = None
        self.select: Control | None = None
        self.readers = {
            "form": self._read_form,
            "input": self._read_input,
            "option": self._read_option,
            "select": self._read_select,
            "textarea": self._read_textarea,
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in VOID_TAGS:
            self._open(tag, attributes)
        reader = self.readers.get(tag)
        if reader is not None:
            reader(attributes)

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        classes = set(attributes.get("class", "").split())
        hidden = tag in MUTED_TAGS or "hidden" in attributes or "hidden" in classes or self._is_hidden()
        alert: list[str] | None = [] if classes & ALERT_CLASSES and not hidden else None
        self.open_tags.append((tag, hidden, alert))

    def handle_endtag(self, tag: str) -> None:
        if not any(opened == tag for opened, _, _ in self.open_tags):
            return
        while self.open_tags:
            closed, _, alert = self.open_tags.pop()
            if alert:
                self.page.alerts.append(" ".join(alert))
            if closed == tag:
                break
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        word = " ".join(data.split())
        if not word:
            return
        if any(tag == "title" for tag, _, _ in self.open_tags):
            self.page.title += word
        elif not self._is_hidden():
            self.words.append(word)
            alert = next((words for _, _, words in self.open_tags if words is not None), None)
            if alert is not None:
                alert.append(word)

    def _is_hidden(self) -> bool:
        return any(hidden for _, hidden, _ in self.open_tags)

    def _read_form(self, attributes: dict[str, str]) -> None:
        self.form = Form(
            id=attributes.get("id", ""),
            action=attributes.get("action", ""),
            method=attributes.get("method", "get").lower(),
            multipart=attributes.get("enctype", "").lower() == "multipart/form-data",
        )
        self.page.forms.append(self.form)

    def _read_input(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text").lower()
        if kind not in ("submit", "button", "reset", "image"):
            # https://html.spec.whatwg.org/multipage/input.html: a toggle without a value sends "on"
            default = "on" if kind in ("radio", "checkbox") else ""
            self._add(attributes, kind, attributes.get("value", default))

    def _read_textarea(self, attributes: dict[str, str]) -> None:
        self._add(attributes, "textarea", "")

    def _read_select(self, attributes: dict[str, str]) -> None:
        self.select = self._add(attributes, "select", "")

    def _read_option(self, attributes: dict[str, str]) -> None:
        if self.select is None or "disabled" in attributes:
            return
        value = attributes.get("value", "")
        if "selected" in attributes or not self.select.options:
            self.select.value = value
        self.select.options.append(value)

    def _add(self, attributes: dict[str, str], kind: str, value: str) -> Control | None:
        form = self._owner(attributes)
        if form is None or not attributes.get("name"):
            return None
        control = Control(
            name=attributes["name"],
            kind=kind,
            value=value,
            checked="checked" in attributes,
            required="required" in attributes,
            disabled="disabled" in attributes,
        )
        form.controls.append(control)
        return control

    def _owner(self, attributes: dict[str, str]) -> Form | None:
        if "form" in attributes:
            return next((form for form in self.page.forms if form.id == attributes["form"]), None)
        return self.form


def read_page(html: str) -> Page:
    """Read the forms, the alerts and the text of one document. Broken HTML is read as far as it goes."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    while reader.open_tags:  # an element that was never closed still said something
        reader.handle_endtag(reader.open_tags[-1][0])
    reader.page.text = " ".join(reader.words)
    return reader.page


def find_script_value(html: str, name: str) -> str | None:
    """The string that a script of the page gives to `name`, as in `xsrf_token: "..."`."""
    found = re.search(rf"""\b{re.escape(name)}["']?\s*[:=]\s*["']([^"']*)["']""", html)
    return found.group(1) if found else None


def find_page_value(html: str, name: str) -> str | None:
    """What the page's own element says under `data-NAME`, as our frame does in place of a script."""
    found = re.search(rf'<html\b[^>]*\sdata-{re.escape(name)}="([^"]*)"', html)
    return unescape(found.group(1)) if found else None
