"""What did a check of a configuration find? Each problem with how bad it is, what, where and the fix."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from libretexts_hub.errors import LibreTextsHubError


class Severity(IntEnum):
    """How bad it is: the hub would not start or do harm; probably not what was meant; good to know."""

    ERROR = 0
    WARNING = 1
    INFO = 2

    @property
    def word(self) -> str:
        """`error`, `warning` or `info`."""
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """One problem. `where` is the setting as an operator types it; `file` and `line` where they are known."""

    severity: Severity
    what: str
    where: str
    fix: str
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """The file with its line and the setting, as far as they are known."""
        at = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return ", ".join(part for part in (at, self.where) if part)

    def at(self, file: str, line: int = 0) -> "Finding":
        """The same one, with the file that it was read in."""
        return replace(self, file=file, line=line)

    def as_json(self) -> dict[str, object]:
        """For a program: every field by name."""
        return {
            "severity": self.severity.word,
            "what": self.what,
            "where": self.where,
            "file": self.file or None,
            "line": self.line or None,
            "fix": self.fix,
        }


def error(what: str, where: str, fix: str) -> Finding:
    """A finding that must be mended."""
    return Finding(Severity.ERROR, what, where, fix)


def warning(what: str, where: str, fix: str) -> Finding:
    """A finding that should be looked at."""
    return Finding(Severity.WARNING, what, where, fix)


def info(what: str, where: str, fix: str) -> Finding:
    """A finding that is good to know."""
    return Finding(Severity.INFO, what, where, fix)


def of_error(wrong: LibreTextsHubError) -> Finding:
    """What our own parsers raise."""
    return error(wrong.what, wrong.where, wrong.fix)


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Each once: errors first, then by file, line and setting."""
    return sorted(
        dict.fromkeys(found), key=lambda each: (each.severity, each.file, each.line, each.where, each.what)
    )


def summary(found: Iterable[Finding]) -> str:
    """`2 errors, 1 warning`; "nothing" for none."""
    listed = list(found)
    counts = [
        (sum(each.severity is severity for each in listed), severity.word)
        for severity in (Severity.ERROR, Severity.WARNING)
    ]
    words = [f"{number} {word}{'s' if number > 1 else ''}" for number, word in counts if number]
    return ", ".join(words) or "nothing"
