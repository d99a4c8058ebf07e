"""What does a registry want to see before it answers? The WWW-Authenticate header of a 401.

RFC 9110, section 11.6.1: a scheme and parameters, whose quoted values may hold commas, as in
`scope="repository:a:pull,push"`.
"""

import re
from dataclasses import dataclass

PARAMETER = re.compile(
    r"""[ \t,]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))"""
)
SCHEME = re.compile(r"[ \t,]*([A-Za-z]+)(?=[ \t,]|$)(?![ \t]*=)")
LONGEST_HEADER = 4096


@dataclass(frozen=True)
class Challenge:
    """One way to authenticate: `scheme` in lower case, its parameters by lower-case name."""

    scheme: str
    parameters: dict[str, str]


def parse_challenges(header: str) -> list[Challenge]:
    """All challenges of a header; what can't be read ends the list."""
    challenges: list[Challenge] = []
    text, at = header[:LONGEST_HEADER], 0
    while at < len(text):
        if (parameter := PARAMETER.match(text, at)) and challenges:
            value = parameter[2] if parameter[2] is not None else parameter[3]
            challenges[-1].parameters.setdefault(parameter[1].lower(), re.sub(r"\\(.)", r"\1", value))
            at = parameter.end()
        elif scheme := SCHEME.match(text, at):
            challenges.append(Challenge(scheme[1].lower(), {}))
            at = scheme.end()
        else:
            break
    return challenges
