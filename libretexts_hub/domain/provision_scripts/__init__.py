"""What runs in the pod before a person works? Small programs, kept as files, that no image needs to have."""

import re
from functools import cache
from importlib.resources import files

# What is for the reader of this repository, and not for each pod.
COMMENT = re.compile(r"^\s*#(?!!).*$|\s+# noqa.*$")


@cache
def program(name: str) -> str:
    """The text of a program; comments of their own line and empty lines are left out."""
    text = files(__package__).joinpath(name).read_text("utf-8")
    lines = (COMMENT.sub("", line) for line in text.splitlines())
    return "\n".join(line for line in lines if line.strip()) + "\n"
