"""In which language does this person read? Accept-Language against what there is."""

from collections.abc import Sequence

MOST_ASKED = 20


def best_language(accepted: str, known: Sequence[str], *, default: str = "en") -> str:
    """The known language that the header asks for most (RFC 9110, 12.5.4); the default for none."""
    asked = []
    for number, part in enumerate(accepted.split(",")[:MOST_ASKED]):
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter)
        if tag and weight > 0:
            asked.append((-weight, number, tag.strip().lower()))
    for _, _, tag in sorted(asked):
        for language in known:
            if tag == language or tag.startswith(f"{language}-"):
                return language
        if tag == "*":
            return default
    return default


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
