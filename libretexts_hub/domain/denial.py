"""Why may this person not log in, and what can they do about it?"""

from libretexts_hub.errors import LibreTextsHubError

OPERATORS = "If that does not help, tell the operators of this hub."


class Denied(LibreTextsHubError):  # noqa: N818 - what the person is told, not a fault of anybody
    """A sure no. It holds under `allow_all` and for admins, unless `exempt` names the person.

    `cause` is a short label for metrics: organisation, domain, blocked, allow, bound, name, ... `what`
    says what is missing and `fix` how to get it, both to the person at the page, so neither holds a secret,
    a host or an entry's DN; `where` is for the log.
    """

    status = 403

    def __init__(self, what: str, *, cause: str, fix: str = OPERATORS, where: str = "login") -> None:
        super().__init__(what, where=where, fix=fix)
        self.cause = cause
        self.jupyterhub_message = f"{what.rstrip('.')}. {fix}".strip()


class FormRefused(Denied):
    """A form that no page of a hub has."""

    status = 400


def no_such_form() -> FormRefused:
    """For a name and a password where a hub asks for neither: nobody is looked for."""
    return FormRefused(
        "Nobody logs in here with a form", cause="form", fix="Open the login page, and choose a way there."
    )
