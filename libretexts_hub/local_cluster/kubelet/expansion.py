"""What does `$(NAME)` in a command or a value become?"""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\)|)", re.DOTALL)


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace `$(NAME)`; `$$` is a dollar sign, an unknown name stays as written.

    Source: third_party/forked/golang/expansion/expand.go.
    """

    def replacement(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name = found[1]
        return found[0] if name is None else values.get(name, found[0])

    return _REFERENCE.sub(replacement, text)
