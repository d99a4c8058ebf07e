"""What does the hub's database keep of logins, and how is it changed while the hub is running?"""

import base64
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sql
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.exc import SQLAlchemyError

from libretexts_hub.errors import SetupError

# JupyterHub's own table; only the columns that are read or written here.
USERS = sql.table("users", sql.column("id"), sql.column("name"), sql.column("encrypted_auth_state"))
# SQLite waits so long for the hub to end what it writes.
PATIENCE_SECONDS = 15


@contextlib.contextmanager
def opened(url: str) -> Iterator[Any]:
    """A connection in a transaction, which is kept when nothing is raised. Raises SetupError."""
    options = {"timeout": PATIENCE_SECONDS} if url.startswith("sqlite") else {}
    try:
        engine = sql.create_engine(url, connect_args=options)
        try:
            with engine.begin() as connection:
                if not sql.inspect(connection).has_table(USERS.name):
                    raise SetupError(
                        "This is no database of a hub",
                        where=safe(url),
                        fix="Name the hub's with --config or --db-url, and run this where the hub runs.",
                    )
                yield connection
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        # Their own words may hold the address with its password.
        raise SetupError(
            f"The hub's database can't be used ({type(error).__name__})",
            where=safe(url),
            fix="Look at its address, and whether it is up.",
        ) from None


def safe(url: str) -> str:
    """The address without its password."""
    try:
        return sql.make_url(url).render_as_string(hide_password=True)
    except (SQLAlchemyError, ValueError):
        return "the address of the database"


def has_user(connection: Any, name: str) -> bool:
    """Whether the hub knows this name."""
    found = connection.execute(sql.select(USERS.c.id).where(USERS.c.name == name)).first()
    return found is not None


def encrypt_again(connection: Any, old: Sequence[bytes], first: bytes) -> tuple[int, int]:
    """Encrypt with `first` what one of the `old` keys opens; how many that were, and how many none opens."""
    every = MultiFernet([_fernet(key) for key in (first, *old)])
    done = lost = 0
    rows = connection.execute(
        sql.select(USERS.c.id, USERS.c.encrypted_auth_state).where(USERS.c.encrypted_auth_state.is_not(None))
    )
    for number, token in rows.all():
        try:
            renewed = every.rotate(bytes(token))
        except InvalidToken:
            lost += 1
            continue
        connection.execute(
            # Only if it is still what was read: the hub may have written a newer one.
            sql.update(USERS)
            .where(USERS.c.id == number, USERS.c.encrypted_auth_state == token)
            .values(encrypted_auth_state=renewed)
        )
        done += 1
    return done, lost


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))
