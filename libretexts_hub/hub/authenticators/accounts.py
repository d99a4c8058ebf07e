"""Where does the hub keep which hub user is whose? In a table of its own, in the hub's database.

docs/decisions/10-account-binding.md says why it is no file and no auth_state.
"""

import hashlib
import time
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sql

from libretexts_hub.domain.binding import Account

VERSION = 1
# Not in JupyterHub's own metadata: its migrations and checks never look at it.
METADATA = sql.MetaData()
# Digests are the keys, as databases differ in which letters they hold for the same: MySQL takes e for é, and
# a for A, and subjects differ in just that.
ACCOUNTS = sql.Table(
    "libretexts_accounts",
    METADATA,
    sql.Column("name_key", sql.String(64), primary_key=True),
    sql.Column("subject_key", sql.String(64), nullable=False, unique=True),
    sql.Column("name", sql.Unicode(255), nullable=False),
    sql.Column("provider", sql.UnicodeText, nullable=False),
    sql.Column("subject", sql.UnicodeText, nullable=False),
    sql.Column("bound_at", sql.Float, nullable=False),
    sql.Column("version", sql.Integer, nullable=False),
)
COLUMNS = (ACCOUNTS.c.name, ACCOUNTS.c.provider, ACCOUNTS.c.subject)


class Accounts:
    """The table, seen through `connection`: a session or a connection of SQLAlchemy.

    Nothing here commits. A hub's own session is used in a hub: a second connection would wait for the first,
    and SQLite would keep the event loop waiting with it.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def make_table(self) -> None:
        """Make the table, if it is not there."""
        connection = self._connection
        METADATA.create_all(connection.connection() if hasattr(connection, "get_bind") else connection)

    def has_table(self) -> bool:
        """Whether the hub has ever kept an account here."""
        connection = self._connection
        inner = connection.connection() if hasattr(connection, "get_bind") else connection
        return bool(sql.inspect(inner).has_table(ACCOUNTS.name))

    def of_name(self, name: str) -> Account | None:
        """Whose this hub user is."""
        return self._one(ACCOUNTS.c.name_key == _digest(name))

    def of_subject(self, provider: str, subject: str) -> Account | None:
        """Which hub user this person has."""
        return self._one(ACCOUNTS.c.subject_key == _digest(provider, subject))

    def every(self) -> list[Account]:
        """All of them, by name."""
        return [Account(*row) for row in self._connection.execute(sql.select(*COLUMNS).order_by(COLUMNS[0]))]

    def bind(self, account: Account) -> None:
        """Write it, in place of what the name was bound to."""
        self.forget([account.name])
        self._connection.execute(
            sql.insert(ACCOUNTS).values(
                name_key=_digest(account.name),
                subject_key=_digest(account.provider, account.subject),
                name=account.name,
                provider=account.provider,
                subject=account.subject,
                bound_at=time.time(),
                version=VERSION,
            )
        )

    def forget(self, names: Iterable[str]) -> int:
        """Bind these names to nobody; how many were bound."""
        keys = [_digest(name) for name in names]
        done = self._connection.execute(sql.delete(ACCOUNTS).where(ACCOUNTS.c.name_key.in_(keys)))
        return int(done.rowcount)

    def _one(self, condition: Any) -> Account | None:
        row = self._connection.execute(sql.select(*COLUMNS).where(condition)).first()
        return Account(*row) if row else None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
