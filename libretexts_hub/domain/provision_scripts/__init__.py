"""What runs in the pod before a person works? Small programs, kept as files, that no image needs to have."""

from functools import cache
from importlib.resources import files


@cache
def program(name: str) -> str:
    """The text of a program; comments of their own line and empty lines are left out, but for the first."""
    text = files(__package__).joinpath(name).read_text("utf-8")
    first, *lines = text.splitlines()
    kept = (line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return "\n".join([first, *kept]) + "\n"
