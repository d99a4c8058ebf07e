"""Why can't a node fetch an image, and may that pass?"""

import re
from dataclasses import dataclass

# Reasons of a waiting container whose image is asked for again and again.
PULL_TROUBLES = frozenset({"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"})
QUOTED = re.compile(r'"[^"]*"')
# A server whose name, or whose image's name, holds one of these words must not decide.
REFERENCE = re.compile(r"\S+/\S+")


@dataclass(frozen=True, slots=True)
class PullTrouble:
    """Part of a sentence; `passes`: waiting may help, so only the start's own time ends it."""

    words: str
    passes: bool = False


KNOWN = (
    (
        re.compile(r"toomanyrequests|\b429\b|rate limit", re.I),
        PullTrouble("its registry is asked too often at the moment", passes=True),
    ),
    (
        re.compile(r"no space left|disk quota", re.I),
        PullTrouble("the disk of the machine is full", passes=True),
    ),
    (
        re.compile(r"unauthorized|denied|forbidden|authentication required|\b40[13]\b|credentials", re.I),
        PullTrouble("its registry does not give it to this cluster"),
    ),
    (
        re.compile(r"no match for platform|exec format|no matching manifest|architecture", re.I),
        PullTrouble("it is not made for these machines"),
    ),
    (
        re.compile(
            r"time-?out|deadline exceeded|connection (refused|reset)|\bEOF\b|unavailable"
            r"|\b50[0234]\b|no route",
            re.I,
        ),
        PullTrouble("its registry does not answer", passes=True),
    ),
    (re.compile(r"no such host", re.I), PullTrouble("the name of its registry is not known")),
    (
        re.compile(r"x509|certificate|tls:", re.I),
        PullTrouble("the certificate of its registry is not trusted"),
    ),
    (
        re.compile(r"not ?found|manifest unknown|no such manifest|name unknown|\b404\b", re.I),
        PullTrouble("it does not exist"),
    ),
)
UNKNOWN = PullTrouble("it can't be fetched")


def why_no_image(message: str) -> PullTrouble:
    """What the container runtime said, read without the names in it."""
    text = REFERENCE.sub(" ", QUOTED.sub(" ", message))
    return next((trouble for pattern, trouble in KNOWN if pattern.search(text)), UNKNOWN)
