"""What is used up, when the API server refuses an object for a quota or a limit?"""

import re

EXCEEDED = re.compile(r"exceeded quota: (.*)", re.S)
# `requested: requests.cpu=2,pods=1, used: …`: only what was asked for and is short is named there.
REQUESTED = re.compile(r"requested: (.*?)(?:, used:|$)", re.S)
TOO_MUCH = re.compile(r"maximum (cpu|memory|storage) usage per (Container|Pod|PersistentVolumeClaim)")
# The first that is found in the name of a resource.
NOUNS = (
    ("memory", "memory"),
    ("ephemeral-storage", "disk"),
    ("storage", "storage"),
    ("persistentvolumeclaims", "storage"),
    ("cpu", "processors"),
    ("pods", "servers"),
    ("/", "devices"),
)
LATER = "Try again later, or choose a smaller size."
OF_STORAGE = "Tell the operators of this hub, who can give you a place for your files."


def words_of_refusal(message: str) -> str:
    """A sentence or two for the person; empty for a refusal that has another cause.

    `failed quota: … must specify limits.cpu` is such: no waiting helps there.
    """
    if TOO_MUCH.search(message):
        return "This size is larger than the cluster allows for one server. Choose a smaller size."
    if not (exceeded := EXCEEDED.search(message)):
        return ""
    requested = REQUESTED.search(exceeded[1])
    names = re.findall(r"([a-z0-9./-]{1,200})=", requested[1]) if requested else []
    nouns = dict.fromkeys(filter(None, (_noun(name) for name in names)))
    what = f": the quota of {' and '.join(nouns)} is used up" if nouns else ""
    return f"There is no room for another server now{what}. {OF_STORAGE if 'storage' in nouns else LATER}"


def _noun(name: str) -> str:
    return next((noun for part, noun in NOUNS if part in name), "")
