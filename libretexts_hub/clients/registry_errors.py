"""What can go wrong with a registry, in words for the operator?"""

from libretexts_hub.errors import LibreTextsHubError


class RegistryError(LibreTextsHubError):
    """A registry did not answer as the OCI distribution specification says. `retry_after`: seconds it asked
    to be left alone for, or None."""

    def __init__(self, what: str, *, where: str, fix: str, retry_after: float | None = None) -> None:
        super().__init__(what, where=where, fix=fix)
        self.retry_after = retry_after


class TagNotFoundError(RegistryError):
    """The registry is sure that there is no such tag or repository."""
