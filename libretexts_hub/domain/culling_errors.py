"""What can the hub and the cluster answer to the culler that is no answer? Each case once."""

from libretexts_hub.errors import LibreTextsHubError


class CullingError(LibreTextsHubError):
    """Something that the culler asked for was not done. Nothing is deleted because of it."""


class ConflictError(CullingError):
    """409, or 422 for another uid: the object is not the one that was read. Read it again, judge it again."""


class GoneError(CullingError):
    """404 for a change: what was to be changed or deleted is not there any more."""


class ForbiddenError(CullingError):
    """401 or 403: the token or the service account may not; `fix` names the scope or shows the Role."""


class UnavailableError(CullingError):
    """429, 5xx, no answer or half of one, after the retries that the client makes itself.

    `is_sure`: the request had no effect, such as 429 and a connection that was refused. Where it is False a
    change may have been made, and has to be looked for.
    """

    def __init__(self, what: str, *, where: str, fix: str, is_sure: bool = False) -> None:
        super().__init__(what, where=where, fix=fix)
        self.is_sure = is_sure


class PartialListError(CullingError):
    """A list that is not whole: cut, changed while it was read, or expired (410). The run ends."""


class RefusedError(CullingError):
    """The hub or the API server said no for a reason of its own (400, 422, an admission policy)."""
