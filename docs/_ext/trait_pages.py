"""What does the page of one setting say? Its name, class, type and default, where it is set, and its help.

The pages are files below `docs/operators/settings`, made anew at each build and never committed.
"""

import inspect
import re
from dataclasses import dataclass
from pathlib import Path

from our_traits import Setting, configurable_classes, own_settings
from traitlets import HasTraits

# Under each page stands where a reader came from; a page in no table of contents has to say so.
PAGE = """\
---
orphan: true
---
# `c.{typed}`

| | |
|---|---|
| Class | {classes} |
| Type | {type} |
| Default | {default} |
| Configuration file | `c.{typed} = …` |
| Helm values | {helm} |

## What it does

{help}

---

[Every setting](../traits.md) · all of [{owner}](../traits.md#{anchor})
"""
# The culler is a program of its own and reads no configuration of a hub.
CULLER = "IdleCuller"
FEW_WORDS = 3
POLICY = ("servers", "homes", "protect", "fuse")


@dataclass(frozen=True)
class Described:
    """One setting with what its page says."""

    setting: Setting
    typed: str
    kind: str
    default: str
    users: tuple[str, ...]

    @property
    def page(self) -> str:
        """The name of its file, which is its address: `LibreTextsSpawner.images.md`."""
        return f"{self.typed}.md"

    @property
    def owner(self) -> str:
        """The class under which it is typed."""
        return self.typed.partition(".")[0]

    @property
    def summary(self) -> str:
        """The first sentence of its help, or what stands before a colon: of some words, not within code."""
        text = " ".join(self.setting.help.split())
        ends = (found.start() for found in re.finditer(r"[.:](?= |$)", text))
        whole = (end for end in ends if text.count("`", 0, end) % 2 == 0)
        return text[: next((end for end in whole if len(text[:end].split()) >= FEW_WORDS), None)] + "."

    @property
    def helm(self) -> str:
        """Where the chart's values have it."""
        if not self.typed.startswith(f"{CULLER}."):
            return f"`hub.config.{self.typed}`"
        name = self.setting.name
        told = "in the culler's own file, see [how it runs](../culler-running.md)"
        return f"`{name}` in the culler's policy file, or {told}" if name in POLICY else told


def described() -> list[Described]:
    """Every setting of ours, by the class under which an operator types it."""
    found = [_described(cls, setting) for cls in configurable_classes() for setting in own_settings(cls)]
    return sorted(found, key=lambda each: each.typed)


def write_pages(folder: Path) -> dict[str, Path]:
    """One file for each setting, and no other; a file that says the same already stays as it is.

    Answers the settings by what an operator types, under every class that has them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages, known = {}, {}
    for one in described():
        pages[folder / one.page] = text_of(one)
        for name in {one.typed, one.setting.id, *(f"{user}.{one.setting.name}" for user in one.users)}:
            known[name] = folder / one.page
    for path in folder.glob("*.md"):
        if path not in pages:
            path.unlink()
    for path, text in pages.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return known


def text_of(one: Described) -> str:
    """The page as Markdown."""
    names = dict.fromkeys((one.owner, *one.users, one.setting.class_name))
    return PAGE.format(
        typed=one.typed,
        classes=", ".join(f"`{name}`" for name in names),
        type=one.kind.replace("|", "\\|"),
        default=_in_cell(one.default),
        helm=one.helm,
        help=one.setting.help,
        owner=one.owner,
        anchor=one.owner.lower(),
    )


def index(folder: str) -> str:
    """All settings by the class under which they are typed, each with its first sentence and its page."""
    owners: dict[str, list[Described]] = {}
    for one in described():
        owners.setdefault(one.owner, []).append(one)
    parts = []
    for cls in configurable_classes():
        if cls.__name__ in owners:
            parts += [f"## {cls.__name__}", "", inspect.getdoc(cls) or "", ""]
            for one in owners[cls.__name__]:
                parts.append(f"- [`c.{one.typed}`]({folder}/{one.page}): {one.summary}")
            parts.append("")
    return "\n".join(parts)


def _described(cls: type[HasTraits], setting: Setting) -> Described:
    """A setting of a mixin is typed under the class of its example, which has the mixin."""
    example = re.search(rf"Example:.*?\bc\.(\w+)\.{setting.name}\b", setting.help, re.DOTALL)
    typed = f"{example[1] if example else setting.class_name}.{setting.name}"
    users = [each.__name__ for each in _whole_classes() if issubclass(each, cls)]
    return Described(setting, typed, setting.trait.info(), _default(cls, setting), tuple(users))


def _whole_classes() -> list[type[HasTraits]]:
    """Classes that an operator can choose: none of ours is made of them."""
    ours = configurable_classes()
    return [one for one in ours if not any(other is not one and issubclass(other, one) for other in ours)]


def _default(cls: type[HasTraits], setting: Setting) -> str:
    """The default as it would be typed. One that a method makes is asked for on an object not set up."""
    try:
        return repr(getattr(cls.__new__(cls), setting.name))
    except Exception:
        return ""


def _in_cell(default: str) -> str:
    """In a table, where a bar would begin the next cell."""
    if not default:
        return "depends on other settings"
    return "`{}`".format(default.replace("|", "\\|"))
