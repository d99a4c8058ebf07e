"""What of an object may be shown to everybody? All but secrets, and what is different at every start."""

import re
from collections.abc import Mapping
from typing import Any

MASK = "(masked)"
SECRET_NAME = re.compile(r"(?i)(?:token|password|passwd|secret|credentials?|_key|apikey|_pwd)$")
# scheme://user:password@host; `$(NAME)` refers to another variable, and gives nothing away.
URL_PASSWORD = re.compile(r"(://[^\s/@:]*:)(?!\$\()[^\s/@]+@")
REFERENCE = re.compile(r"\$\([A-Za-z_][A-Za-z0-9_.-]*\)")


def shown(manifest: Mapping[str, Any], volatile: Mapping[str, str]) -> dict[str, Any]:
    """A copy without secret values; `volatile` maps annotations to what stands in the place of their text."""
    made: dict[str, Any] = _without_passwords(manifest)
    metadata = made.get("metadata") or {}
    notes = metadata.get("annotations") or {}
    notes.update({key: words for key, words in volatile.items() if key in notes})
    if made.get("kind") == "Secret":
        for part in ("data", "stringData"):
            if made.get(part):
                made[part] = dict.fromkeys(made[part], MASK)
    if made.get("kind") == "Pod":
        for key in ("initContainers", "containers"):
            for container in made["spec"].get(key) or ():
                if container.get("env"):
                    container["env"] = [_variable(each) for each in container["env"]]
    return made


def _variable(variable: dict[str, Any]) -> dict[str, Any]:
    """A variable of the environment, its value masked where the name says that it is a secret."""
    value = variable.get("value")
    named = SECRET_NAME.search(variable.get("name", ""))
    is_secret = value and named and not REFERENCE.fullmatch(str(value))
    return {**variable, "value": MASK} if is_secret else variable


def _without_passwords(value: Any) -> Any:
    """A copy of plain JSON in which no URL has a password."""
    if isinstance(value, Mapping):
        return {key: _without_passwords(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_passwords(each) for each in value]
    return URL_PASSWORD.sub(rf"\1{MASK}@", value) if isinstance(value, str) else value
