"""Which commands does a guide tell its reader to type, and what does it say will happen?

A block of Markdown is tried when a comment stands above it: `<!-- docs-test: file NAME -->` writes the block
into a file, `<!-- docs-test: run -->` types the lines that begin with `$ `, and compares what follows each of
them. `...` in a line stands for anything, alone on one for any lines. `<!-- docs-test: run 1 -->` expects
that exit code of the last command.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TAGGED = re.compile(
    r"<!-- docs-test: (?P<what>.*?) -->\n+```[^\n]*\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)
SECONDS = 120


@dataclass
class Step:
    """A file to write, or one command with the output and the exit code that the guide shows."""

    file: str = ""
    text: str = ""
    command: str = ""
    shown: list[str] = field(default_factory=list)
    code: int = 0

    @property
    def name(self) -> str:
        """For the list of tests."""
        return self.file or self.command


def steps(page: str) -> list[Step]:
    """Those of a page, in their order."""
    found: list[Step] = []
    for tagged in TAGGED.finditer(page):
        kind, _, word = tagged["what"].partition(" ")
        if kind == "file":
            found.append(Step(file=word, text=tagged["text"]))
        elif kind == "run":
            found += _commands(tagged["text"], int(word or 0))
        else:
            raise ValueError(f"docs-test knows no {kind!r}")
    return found


def _commands(text: str, code: int) -> list[Step]:
    found: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Step(command=line[2:]))
        elif found and found[-1].command.endswith("\\"):
            found[-1].command += f"\n{line}"
        elif found:
            found[-1].shown.append(line)
    if found:
        found[-1].code = code
    return found


def follow(step: Step, folder: Path, environment: dict[str, str]) -> None:
    """Do it, as the reader would. Raises AssertionError where it is not as the guide says."""
    if step.file:
        path = folder / step.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text, encoding="utf-8")
        return
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", step.command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    said = f"{done.stdout}{done.stderr}"
    assert done.returncode == step.code, f"$ {step.command}\nended with {done.returncode}:\n{said}"
    assert matches(step.shown, said), f"$ {step.command}\nsaid:\n{said}\nthe guide shows:\n" + "\n".join(
        step.shown
    )


def matches(shown: list[str], said: str) -> bool:
    """Whether what was said is what is shown. Nothing shown: anything will do."""
    if not shown:
        return True
    pattern = ""
    for line in shown:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("...")) + r"[ \t]*\n"
    text = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
    return re.fullmatch(pattern.rstrip("\n"), text) is not None


def verbs(page: str) -> set[str]:
    """The programs that a page's commands begin with."""
    return {shlex.split(step.command)[0] for step in steps(page) if step.command}
