"""What does a notebook need so that `%sql`, `mysql`, `psql` and SQLAlchemy find the database?"""

from typing import Any

from libretexts_hub.domain.sidecar import PASSWORD, ROOT_PASSWORD, Place, from_secret

HOST = "127.0.0.1"
# The kubelet puts the value of the variable in its place.
PUT_IN = "$(DATABASE_PASSWORD)"


def notebook_environment(place: Place) -> list[dict[str, Any]]:
    """Variables of the notebook. A password is put into an address by the kubelet, which knows it from the
    variable before: the pod's own text has none."""
    made = [from_secret(place, "DATABASE_PASSWORD", PASSWORD)]
    made += _plain(DATABASE_URL=_url(place, place.account, "DATABASE_PASSWORD", place.account))
    made += _of_postgresql(place) if place.database.engine == "postgresql" else _of_mysql(place)
    if place.has_root:
        root, home = ("postgres", "postgres") if place.database.engine == "postgresql" else ("root", "mysql")
        made.append(from_secret(place, "DATABASE_ROOT_PASSWORD", ROOT_PASSWORD))
        made += _plain(
            DATABASE_ROOT_USER=root, DATABASE_ROOT_URL=_url(place, root, "DATABASE_ROOT_PASSWORD", home)
        )
    return made


def _of_postgresql(place: Place) -> list[dict[str, Any]]:
    """As libpq names them: https://www.postgresql.org/docs/current/libpq-envars.html"""
    port = str(place.database.port)
    return [
        *_plain(PGHOST=HOST, PGPORT=port, PGUSER=place.account, PGDATABASE=place.account),
        {"name": "PGPASSWORD", "value": PUT_IN},
    ]


def _of_mysql(place: Place) -> list[dict[str, Any]]:
    """MYSQL_HOME has a my.cnf, which every client reads: no variable names the account."""
    port = str(place.database.port)
    return [
        *_plain(MYSQL_HOST=HOST, MYSQL_TCP_PORT=port, MYSQL_PORT=port, MYSQL_USER=place.account),
        *_plain(MYSQL_DATABASE=place.account, MYSQL_HOME=place.folder, MARIADB_HOME=place.folder),
        {"name": "MYSQL_PWD", "value": PUT_IN},
        {"name": "MYSQL_PASSWORD", "value": PUT_IN},
    ]


def _url(place: Place, user: str, password: str, name: str) -> str:
    """As SQLAlchemy reads it. Passwords are made of letters and digits: nothing in it has to be quoted."""
    family = "postgresql" if place.database.engine == "postgresql" else "mysql"
    scheme = f"{family}+{place.database.driver}" if place.database.driver else family
    charset = "?charset=utf8mb4" if family == "mysql" else ""
    return f"{scheme}://{user}:$({password})@{HOST}:{place.database.port}/{name}{charset}"


def _plain(**variables: str) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in variables.items()]
