"""Can the hub read the files that its menu names? Credentials and certificates, looked at when it starts."""

import os
from collections.abc import Iterator

from libretexts_hub.domain.connections import Connection
from libretexts_hub.domain.menu import Menu
from libretexts_hub.errors import ConfigurationError


def check_files(menu: Menu, where: str) -> None:
    """Raises ConfigurationError for the first file that this process may not read. Their content may change
    while the hub runs, so it is not looked at."""
    for image in menu.images:
        connection, place = image.connection, f"{where}[{image.slug!r}]"
        if image.registry is not None:
            connection, place = image.registry.repository.connection, f"{place}.registry"
        for key, path in _named(connection):
            if not os.access(path, os.R_OK) or not os.path.isfile(path):
                raise ConfigurationError(
                    f"The hub can't read the file {path!r:.200}",
                    where=f"{place}.{key}",
                    fix="Mount it into the hub, and let the hub's user read it.",
                )


def _named(connection: Connection) -> Iterator[tuple[str, str]]:
    files = {"ca": connection.ca}
    if connection.credentials is not None:
        files["credentials.file"] = connection.credentials.file
        files["credentials.password_file"] = connection.credentials.password_file
    return ((key, path) for key, path in files.items() if path)
