"""What are the database and the account of a person called?"""

import re

# MySQL takes up to 32 characters for an account; MariaDB and PostgreSQL take more.
LONGEST = 32
RESERVED = frozenset({"root", "postgres", "mysql", "mariadb", "public", "information_schema", "sys", "test"})
RESERVED_BEGINNINGS = ("pg_", "mysql_", "mariadb_")
FALLBACK = "student"


def account_name(person: str) -> str:
    """A name that needs no quotation marks in SQL: `ada_lovelace` for `Ada.Lovelace`.

    Two people may get the same one: each has a server of their own.
    """
    name = re.sub(r"[^a-z0-9]+", "_", person.casefold()).strip("_")[:LONGEST].strip("_")
    if not name:
        return FALLBACK
    if name in RESERVED or f"{name}_".startswith(RESERVED_BEGINNINGS) or name[0].isdigit():
        return f"u_{name}"[:LONGEST].strip("_")
    return name
