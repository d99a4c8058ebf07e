"""How does this package say that something is wrong? Always with what, where and how to fix it."""


class LibreTextsHubError(Exception):
    """Something is wrong: `what` it is, `where` it was written or seen, and the `fix`.

    The text of the exception is for the operator's log or terminal. `jupyterhub_message`, where a
    subclass has one, is for the person at the page: JupyterHub shows it in place of its own words.
    """

    def __init__(self, what: str, *, where: str, fix: str) -> None:
        super().__init__(f"{what} ({where}). {fix}")
        self.what = what
        self.where = where
        self.fix = fix


class ConfigurationError(LibreTextsHubError):
    """The operator's configuration is wrong; the hub must not start with it."""


class SetupError(LibreTextsHubError):
    """This machine lacks what a command needs: a port, a folder, a program. Commands exit with 2."""


class SelectionError(LibreTextsHubError):
    """A person chose, or sent over REST, what is not on their menu. It is never a failed start."""

    jupyterhub_message = "That choice is not on your menu. Go back and choose again."
