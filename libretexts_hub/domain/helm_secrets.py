"""Which part of a configuration is a secret, and how does it reach a hub without standing in values?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from libretexts_hub.domain.rendered import MASK, URL_PASSWORD
from libretexts_hub.domain.scrub import scrubbed

# Ends of names: client_secret, lookup_dn_search_password, apiToken, secretToken, OPENAI_API_KEY.
NAMED = re.compile(
    r"(?i)(?:secret|passw(?:or)?d|passphrase|token|credentials?|(?:api|private|access|secret|crypt)_?key)$"
)
# Those only say where a secret is.
PLACES = frozenset({"existingsecret", "imagepullsecret", "secretname"})
PEM = "-----BEGIN "
Path = tuple[str | int, ...]


def is_secret(name: str, value: object) -> bool:
    """By its name, or because it looks like one. Unknown means yes: what is none works from a Secret too."""
    if not isinstance(value, str) or not value:
        return False
    if NAMED.search(name) and name.lower() not in PLACES:
        return True
    return has_secret(value)


def has_secret(text: str) -> bool:
    """A private key, a password in an address, a long token."""
    return (
        PEM in text or bool(URL_PASSWORD.search(text)) or any(MASK in scrubbed(x) for x in text.split("\n"))
    )


def secret_places(value: Any, name: str = "", path: Path = ()) -> Iterator[Path]:
    """The keys that lead to each secret in plain values."""
    if isinstance(value, Mapping):
        # A variable of a container: `{name: API_TOKEN, value: ...}`.
        own = str(value["name"]) if {"name", "value"} <= value.keys() else ""
        for key, each in value.items():
            # `valueFrom: {secretKeyRef: ...}` and its like name a Secret and have none.
            if key not in ("valueFrom", "secretKeyRef", "secretRef"):
                yield from secret_places(each, own if own and key == "value" else str(key), (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from secret_places(each, name, (*path, number))
    elif is_secret(name, value):
        yield path


def without(value: Any, path: Path) -> Any:
    """A copy of plain values without what is at the end of this path."""
    first, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        if rest:
            return {key: without(each, rest) if key == first else each for key, each in value.items()}
        return {key: each for key, each in value.items() if key != first}
    # A list keeps its length: the places of the others are written down.
    return [_emptied(each, rest) if number == first else each for number, each in enumerate(value)]


def _emptied(value: Any, rest: Path) -> Any:
    return without(value, rest) if rest else ""


def variable_of(section: str, path: Path) -> str:
    """The variable of the hub's environment that carries it."""
    if path == ("client_secret",) and section.lower().endswith("authenticator"):
        return "OAUTH_CLIENT_SECRET"  # oauthenticator reads this one by itself
    words = "_".join(str(part) for part in (section, *path))
    return re.sub(r"[^A-Z0-9]+", "_", words.upper()).strip("_")


def key_in_secret(variable: str) -> str:
    """The key in the Secret: a DNS label reads best in `kubectl`."""
    return variable.lower().replace("_", "-")


def assignment(section: str, path: Path, variable: str) -> str:
    """The line of a snippet that puts it where it belongs; "" where the hub looks for it by itself."""
    if variable == "OAUTH_CLIENT_SECRET":
        return ""
    # Empty outside the hub's pod, so that commands can read these values anywhere.
    value = f'os.environ.get("{variable}", "")'
    if len(path) == 2 and isinstance(path[1], str):
        # Works too where nothing else has set the mapping yet.
        return f"c.{section}.{path[0]}.update({{{path[1]!r}: {value}}})"
    below = "".join(f"[{part!r}]" for part in path[1:])
    return f"c.{section}.{path[0]}{below} = {value}"
