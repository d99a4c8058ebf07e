"""What can go wrong between the hub and an identity provider? Each is treated in its way."""

from libretexts_hub.errors import LibreTextsHubError

LATER = "Nothing to do: it is asked again. If it lasts, look at the provider."


class UpstreamError(LibreTextsHubError):
    """The provider answered what can't be used, or not at all. `where` is its origin, no whole address."""

    jupyterhub_message = (
        "The service that you log in with gave an answer that this hub can't use. Try again in a few "
        "minutes. If it lasts, tell the operators of this hub."
    )

    def __init__(
        self,
        what: str,
        *,
        where: str,
        fix: str = LATER,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, where=where, fix=fix)
        self.status = status
        self.retry_after = retry_after


class UpstreamAway(UpstreamError):  # noqa: N818 - a state of the provider
    """No answer in time, a server error, or none was asked for because it was away a moment ago."""

    jupyterhub_message = (
        "The service that you log in with does not answer at the moment, so this hub can't know who you are. "
        "Nothing is wrong with your account, and servers that run go on. Try again in a few minutes."
    )


class RateLimited(UpstreamError):  # noqa: N818 - a state of the provider
    """The provider asks for a pause (429, or 403 with the signs of a limit); `retry_after` in seconds."""

    jupyterhub_message = (
        "The service that you log in with answers no more questions of this hub for a while. "
        "Try again in a few minutes."
    )


class Expired(UpstreamError):  # noqa: N818 - a state of the login
    """The provider knows the token no more (401): the person has to log in again."""

    jupyterhub_message = "Your login has expired. Log in again."
