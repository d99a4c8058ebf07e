"""Which link brings the newest material of a course to whoever follows it, and opens it?"""

from pathlib import PurePosixPath
from urllib.parse import quote, urlencode, urlsplit

from libretexts_hub.domain.entries import SLUG
from libretexts_hub.errors import LibreTextsHubError

# Where each interface opens a file, below the address of a person's server.
OPENS = {"lab": "lab/tree/", "notebook": "tree/", "rstudio": "rstudio/"}


class LinkError(LibreTextsHubError):
    """A part of the link can't be what was written."""


def pull_link(
    hub: str,
    repository: str,
    *,
    branch: str = "",
    folder: str = "",
    file: str = "",
    interface: str = "lab",
    course: str = "",
) -> str:
    """The link for Canvas, Moodle or a mail: it starts a server, pulls `repository` and opens `file` of it.

    `hub` is the address of the hub, without `/hub`. `folder`, below the home, is named after the repository
    by default; `rstudio` opens no file. With the id of a `course` its environment starts without a form, if
    the person's server is not up yet. Raises LinkError. The parameters are those of nbgitpuller
    (https://nbgitpuller.readthedocs.io/en/latest/link.html), which has to be in the image.
    """
    address, source = _address(hub, "--hub"), _address(repository, "the repository")
    target = _inside(folder, "--to") or PurePosixPath(urlsplit(source).path).name.removesuffix(".git")
    if not target:
        raise LinkError(f"{source!r} names no repository", where="the repository", fix="Add its path.")
    opened = _opened(interface, target, _inside(file, "--open"))
    # The folder is always named: what opens is what is pulled, whether or not the address ends in .git.
    asked = {"repo": source, "targetpath": target, "urlpath": opened}
    if branch:
        asked["branch"] = _branch(branch)
    pull = f"/hub/user-redirect/git-pull?{urlencode(asked, quote_via=quote)}"
    if not course:
        return f"{address}{pull}"
    if not SLUG.fullmatch(course):
        raise LinkError(
            f"{course!r:.80} is no id of a course", where="--course", fix="Write it as courses.yaml has it."
        )
    # JupyterHub goes on to a path of its own only: without the name of the host.
    then = {"opt-image": f"course-{course}", "next": urlsplit(address).path.rstrip("/") + pull}
    return f"{address}/hub/spawn?{urlencode(then, quote_via=quote)}"


def _opened(interface: str, target: str, file: str) -> str:
    if interface not in OPENS:
        raise LinkError(
            f"{interface!r} is no interface", where="--interface", fix=f"Use one of {', '.join(OPENS)}."
        )
    if interface == "rstudio":
        if file:
            raise LinkError(
                "A link can't open a file in RStudio",
                where="--open",
                fix="Leave it out: the files are there.",
            )
        return OPENS[interface]
    # nbgitpuller redirects to it as it stands, so a blank in a name has to be one of an address already.
    return OPENS[interface] + quote(f"{target}/{file}" if file else target)


def _address(raw: str, where: str) -> str:
    try:
        parts = urlsplit(raw.strip())
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole or any(letter.isspace() or not letter.isprintable() for letter in raw.strip()):
        raise LinkError("It is no address", where=where, fix="Write https://example.edu/path.")
    if parts.username or parts.password or parts.query or parts.fragment:
        # Not repeated: a token in it would be read by everybody who gets the link.
        raise LinkError(
            "The address has a name, a password, a query or a fragment in it",
            where=where,
            fix="Everybody reads this link: leave them out.",
        )
    return raw.strip().rstrip("/")


def _inside(raw: str, where: str) -> str:
    path = PurePosixPath(raw)
    if path.is_absolute() or ".." in path.parts or not raw.isprintable():
        raise LinkError(f"{raw!r:.80} leaves the home", where=where, fix="Write a path below it.")
    return "" if path == PurePosixPath() else str(path)


def _branch(raw: str) -> str:
    if raw.startswith("-") or not raw.isprintable() or any(letter in " ~^:?*[\\" for letter in raw):
        raise LinkError(f"{raw!r:.80} is no branch", where="--branch", fix="Write its name, as in: main.")
    return raw
