"""Was this page template written for the Bootstrap of JupyterHub 4 and before?"""

import re
from collections.abc import Iterator

from libretexts_hub.domain.findings import Finding, warning

# Classes and attributes of Bootstrap 3 that JupyterHub's Bootstrap 5 does not know, and what came instead.
OLD = {
    r"\bdata-(?:toggle|target|parent)=|\bdata-dismiss=.(?:modal|alert)\b": "data-bs-…",
    r"\bnavbar-(?:default|inverse|toggle|header|right|left)\b": "navbar-expand-…, ms-auto, me-auto",
    r"\bcol-xs-\d": "col-…",
    r"\bpanel(?:-default|-body|-heading)\b": "card",
    r"\b(?:pull-left|pull-right)\b": "float-start, float-end",
    r"\bbtn-default\b": "btn-secondary",
    r"\bhidden-(?:xs|sm|md|lg)\b": "d-none, d-md-block",
    r"\bimg-responsive\b": "img-fluid",
}
PATTERN = re.compile("|".join(f"({pattern})" for pattern in OLD))
MOST_TEXT = 1_000_000


def template_findings(text: str) -> Iterator[tuple[int, Finding]]:
    """The first of each kind, with its line. `text` is HTML or a Jinja template."""
    seen = set()
    for number, line in enumerate(text[:MOST_TEXT].splitlines(), start=1):
        # A page for both has both.
        for match in PATTERN.finditer(line) if "data-bs-" not in line else ():
            kind = match.lastindex or 0
            if kind not in seen:
                seen.add(kind)
                yield number, _old(match.group(), list(OLD.values())[kind - 1])


def _old(found: str, instead: str) -> Finding:
    return warning(
        f"{found!r:.40} is of Bootstrap 3: the page looks or works wrong since JupyterHub 5",
        "c.JupyterHub.template_paths",
        f"Write {instead}.",
    )
