"""Where may a browser be sent on to, once a form is done or somebody has logged in?

JupyterHub checks that it is a path of this hub. What is left is whether it fits into a header, and into the
cookie of a login that goes through another service.
"""

import json
import re

# RFC 9110, section 5.5: none of these can stand in a header, and tornado answers with a 500 where one does.
UNSENDABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# Of a cookie, browsers keep 4096 octets; this much of it is left when it is signed and encoded twice.
LONGEST_KEPT = 1800


def is_sendable(path: str) -> bool:
    """Whether an answer can say it."""
    return UNSENDABLE.search(path) is None


def kept_path(path: str) -> str:
    """The path as a login can keep it in its cookie; empty, which is the home page, for one that it can't."""
    return path if is_sendable(path) and len(json.dumps(path)) <= LONGEST_KEPT else ""
