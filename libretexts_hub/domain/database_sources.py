"""With which data does a new database begin? SQL files, each source loaded once."""

import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError

KINDS = ("config_map", "secret", "claim", "url")
SOURCE_KEYS = (*KINDS, "path", "sha256")
# An object of Kubernetes: a DNS subdomain (RFC 1123).
OBJECT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
SHA256 = re.compile(r"[0-9a-f]{64}")
URL_PATH = re.compile(r"/[A-Za-z0-9._~!&'()*+,;=:@%/-]*\.sql(?:\.gz)?")
CLAIM_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True)
class Source:
    """One source of SQL: `kind` is one of `KINDS`, `name` the object or the address. `path` is a file or
    folder in a claim; `sha256` what a download must have."""

    kind: str
    name: str
    path: str = ""
    sha256: str = ""

    @property
    def key(self) -> str:
        """What marks it as loaded in a person's volume: no source is loaded twice, in whatever order."""
        written = json.dumps([self.kind, self.name, self.path, self.sha256])
        return f"{self.kind.replace('_', '-')}-{hashlib.sha256(written.encode()).hexdigest()[:10]}"

    @property
    def file(self) -> str:
        """Under which name a download is kept: the suffix says whether it is compressed."""
        return "data.sql.gz" if urlsplit(self.name).path.endswith(".gz") else "data.sql"


def parse_sources(entry: Entry, key: str = "initial") -> tuple[Source, ...]:
    """Read this key, a list of mappings. Raises ConfigurationError."""
    raw = entry.fields.get(key, ())
    if not isinstance(raw, list | tuple):
        raise ConfigurationError(
            f"{key!r} must be a list, not {raw!r:.60}",
            where=entry.place(key),
            fix=f"Write {key}: [{{config_map: NAME}}].",
        )
    found = tuple(
        _source(fields, entry.slug, f"{entry.place(key)}[{index}]") for index, fields in enumerate(raw)
    )
    if len(set(found)) < len(found):
        raise ConfigurationError(
            "Two sources are the same", where=entry.place(key), fix="Each is loaded once: keep one."
        )
    return found


def _source(fields: object, slug: str, where: str) -> Source:
    if not isinstance(fields, dict):
        raise ConfigurationError(
            f"A source must be a mapping, not {fields!r:.60}", where=where, fix="Write {config_map: NAME}."
        )
    entry = Entry(slug, fields, where)
    entry.only(SOURCE_KEYS)
    written = [kind for kind in KINDS if kind in fields]
    if len(written) != 1:
        raise ConfigurationError(
            f"A source is one of {', '.join(KINDS)}, not {' and '.join(written) or 'none'}",
            where=where,
            fix="Write one of them; a list may have several sources.",
        )
    [kind] = written
    source = Source(kind, entry.text(kind), entry.text("path", default=""), entry.text("sha256", default=""))
    _check(source, entry)
    return source


def _check(source: Source, entry: Entry) -> None:
    if source.kind == "url":
        _check_url(source, entry)
    elif not OBJECT_NAME.fullmatch(source.name):
        raise ConfigurationError(
            f"{source.name!r:.80} is not a name in Kubernetes",
            where=entry.place(source.kind),
            fix="Use lower-case letters, digits, dots and dashes.",
        )
    if source.path and (source.kind != "claim" or not CLAIM_PATH.fullmatch(source.path)):
        raise ConfigurationError(
            f"{source.path!r:.80} is not a path below a claim",
            where=entry.place("path"),
            fix="Write path: with claim: only, as in path: datasets/flights.sql.gz.",
        )
    if source.sha256 and (source.kind != "url" or not SHA256.fullmatch(source.sha256)):
        raise ConfigurationError(
            "'sha256' is 64 hexadecimal digits, beside url",
            where=entry.place("sha256"),
            fix="Write what sha256sum prints.",
        )


def _check_url(source: Source, entry: Entry) -> None:
    try:
        parts = urlsplit(source.name)
        good = parts.scheme == "https" and bool(parts.hostname) and not parts.username and not parts.fragment
    except ValueError:
        good = False
    if not good or not URL_PATH.fullmatch(parts.path):
        # One with a password in it is not repeated: it would stand in the log.
        shown = repr(source.name)[:80] if "@" not in source.name else "This"
        raise ConfigurationError(
            f"{shown} is not the address of a file with SQL",
            where=entry.place("url"),
            fix="Write https://, no password, and a path that ends in .sql or .sql.gz.",
        )
