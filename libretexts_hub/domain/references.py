"""What does the reference of an image say: host, path, tag, digest?"""

import re

# The reference grammar of the OCI distribution specification, with a length that a kubelet accepts.
REFERENCE = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/|\[[0-9a-fA-F:]+\](?::[0-9]{1,5})?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
LONGEST_REFERENCE = 512


def is_reference(text: str) -> bool:
    """Whether a registry and a kubelet would understand it."""
    return len(text) <= LONGEST_REFERENCE and REFERENCE.fullmatch(text) is not None


def split_reference(reference: str) -> tuple[str, str, str, str]:
    """Host, path, tag and digest of a reference, as Docker reads it: without a host it is on Docker Hub."""
    name, _, digest = reference.partition("@")
    first, slash, rest = name.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    host, path = (first, rest) if is_host else ("docker.io", name)
    path, _, tag = path.partition(":")
    return host, path, tag, digest
