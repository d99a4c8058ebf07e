"""What would a browser do with a page? Its elements, and what they load and run."""

from __future__ import annotations

from html.parser import HTMLParser

# What a browser asks for, goes to, or runs.
ADDRESSES = {"href", "src", "action", "formaction", "srcset", "poster", "data", "ping", "background", "cite"}
SAFE_SCHEMES = ("http:", "https:", "mailto:")
RUNNING = ("script", "style", "iframe", "object", "embed", "svg", "math", "base", "template", "link", "meta")


class Page(HTMLParser):
    """`shape`: each element with the names of its attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.programs: list[str] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self._inside = tag
        for name, value in attrs:
            if name in ADDRESSES:
                self.addresses.append((value or "").strip())
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.programs.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        (self.programs if self._inside in ("script", "style") else self.texts).append(data)

    @property
    def elements(self) -> dict[str, int]:
        """How many there are of each kind that runs or loads something."""
        names = [tag for tag, _ in self.shape]
        return {name: names.count(name) for name in RUNNING}

    @property
    def handlers(self) -> set[str]:
        """The attributes that hold a program."""
        return {name for _, names in self.shape for name in names if name.startswith("on")}

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def harmless(page: Page, like: Page, mark: str) -> None:
    """Assert that what was sent made nothing live that is not in the page of something plain."""
    assert {name: count for name, count in page.elements.items() if count > like.elements[name]} == {}
    assert page.handlers <= like.handlers
    assert not [each for each in page.programs if mark in each and mark not in "".join(like.programs)]
    for address in page.addresses:
        scheme = address.lower().partition(":")[0]
        is_relative = ":" not in address.partition("/")[0].partition("?")[0].partition("#")[0]
        assert is_relative or address.lower().startswith(SAFE_SCHEMES), (scheme, address)
        assert mark not in address.partition("?")[0].partition("//")[2].partition("/")[0], address
