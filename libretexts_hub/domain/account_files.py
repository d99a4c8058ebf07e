"""Which lines of passwd and group make a person known by name in the container?"""

import re

from libretexts_hub.domain.entries import UNPRINTABLE
from libretexts_hub.domain.identity import Identity

# useradd's limit, and that of utmp.
LONGEST = 32
FALLBACK = "student"
# Who images have already: of Debian's and Ubuntu's base-passwd, of docker-stacks and rocker. The script in
# the pod reads the image's own files and does the same for whatever name is taken, but a variable stays.
OF_DEBIAN = {"root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy"}
OF_DEBIAN |= {"www-data", "backup", "list", "irc", "gnats", "nobody"}
OF_IMAGES = OF_DEBIAN | {"ubuntu", "jovyan", "rstudio"}


def account_name(person: str) -> str:
    """As Linux likes it: `ada.lovelace` for `Ada.Lovelace`, `ada_example.org` for `ada@example.org`.

    Two people may get the same one: in a container there is one of them. Colons and ends of lines, which
    would make another line of it, never come through. Who is called like an account of images has another
    one, so that `$USER` is who `whoami` says.
    """
    name = re.sub(r"[^a-z0-9._-]+", "_", person.casefold()).strip("_.-")[:LONGEST].strip("_.-")
    if not name:
        return FALLBACK
    is_free = name[0].isalpha() and name not in OF_IMAGES
    return name if is_free else f"u_{name}"[:LONGEST].strip("_.-")


def passwd_line(identity: Identity, person: str, full_name: str, home: str, shell: str) -> str:
    """The person's line, without an end of the line."""
    about = " ".join(re.sub(r"[:,]+", " ", UNPRINTABLE.sub(" ", full_name)).split())[:100]
    return f"{account_name(person)}:x:{identity.uid}:{identity.gid}:{about}:{home}:{shell}"


def group_lines(identity: Identity, person: str) -> str:
    """The lines of the person's groups; names that look alike are told apart by their numbers."""
    account = account_name(person)
    lines: list[str] = []
    names: set[str] = set()
    taken: set[int] = set()
    if identity.has_own_group:
        lines.append(f"{account}:x:{identity.gid}:")
        names.add(account)
        taken.add(identity.gid)
    for written, number in identity.groups:
        if number in taken:
            continue
        name = account_name(written)
        if name in names:
            name = f"{name[: LONGEST - 11]}_{number}"
        lines.append(f"{name}:x:{number}:{account}")
        names.add(name)
        taken.add(number)
    return "\n".join(lines)
