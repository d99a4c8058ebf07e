"""Which hubs do the cullers of the benchmark work on? Real ones, with SQLite or PostgreSQL, filled by SQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy
from jupyterhub import orm, roles

from libretexts_hub.domain.cull_annotations import LEFT_TO_CULLER
from tests.clients.culler_hub import SPAWNER, services
from tests.servers.engines import newer_postgresql
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ENGINES = ("sqlite", "postgresql")
# A hub on a busy machine that reads a hundred thousand people at its start.
START_SECONDS = 600
ROWS_AT_A_TIME = 5000
LARGE_PAGE = 1000


@contextmanager
def databases(engine: str, folder: Path) -> Iterator[dict[str, str]]:
    """The address of an empty database for each side; real PostgreSQL is started for it, and ended."""
    if engine == "sqlite":
        yield {side: f"sqlite:///{folder}/{side}.sqlite" for side in ("ours", "peer")}
        return
    data = folder / "postgresql"
    data.mkdir()
    # PostgreSQL refuses to run as root.
    who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    if who:
        folder.chmod(0o755)
        shutil.chown(data, who["user"], who["group"])
    run = {"env": dict(newer_postgresql().environment), "cwd": data, **who}
    quiet = {"stdout": subprocess.DEVNULL, "check": True, **run}
    subprocess.run(["initdb", "-D", data / "data", "-U", "hub", "-A", "trust", "-E", "UTF8"], **quiet)
    # Only a socket, so that no port is taken; the disk is as safe as by default.
    options = f"-c listen_addresses='' -c unix_socket_directories='{data}'"
    log = data / "log"
    subprocess.run(["pg_ctl", "-D", data / "data", "-l", log, "-w", "-o", options, "start"], **quiet)
    try:
        for side in ("ours", "peer"):
            subprocess.run(["createdb", "-h", data, "-U", "hub", side], **quiet)
        yield {side: f"postgresql+psycopg2://hub@/{side}?host={data}" for side in ("ours", "peer")}
    finally:
        subprocess.run(
            ["pg_ctl", "-D", data / "data", "-m", "immediate", "stop"], **(quiet | {"check": False})
        )


def filled_hub(
    folder: Path, url: str, people: Iterable[tuple[str, str]], *, is_tuned: bool = False
) -> HubProcess:
    """A hub, not started yet, with JupyterHub's own schema and default roles and with these people.

    `(name, last activity)` of each, who have a stopped server with a home. `is_tuned`: the servers of a
    person are found without a look at those of all, a token needs no slow hash, and a page may be larger.
    """
    session = orm.new_session_factory(url)()
    for role in roles.get_default_roles():
        roles.create_role(session, role)
    session.commit()
    engine = session.get_bind()
    session.close()
    with engine.begin() as connection:
        _add(connection, people)
        if is_tuned:
            connection.execute(sqlalchemy.text("create index servers_of_a_person on spawners (user_id)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text("analyze"))
    engine.dispose()
    settings: dict[str, object] = {"JupyterHub.db_url": url}
    if is_tuned:
        settings |= {"JupyterHub.trust_user_provided_tokens": True}
        settings |= {"JupyterHub.api_page_max_limit": LARGE_PAGE}
    extra = assignments(settings) + services()
    # As anybody would start it.
    return HubProcess(folder, spawner=SPAWNER, extra=extra, preloaded=False)


def _add(connection: sqlalchemy.Connection, people: Iterable[tuple[str, str]]) -> None:
    one = connection.execute
    text = sqlalchemy.text
    role = one(text("select id from roles where name = 'user'")).scalar_one()
    first = one(text("select coalesce(max(id), 0) + 1 from users")).scalar_one()
    rows = [
        {"id": first + number, "name": name, "seen": seen, "role": role, "cookie": f"cookie-{name}"}
        | {"state": json.dumps({"pvc_name": f"claim-{name}", LEFT_TO_CULLER: True})}
        for number, (name, seen) in enumerate(people)
    ]
    columns = "id, name, admin, created, last_activity, cookie_id, state"
    created = "'2000-01-01 00:00:00'"
    statements = (
        f"insert into users ({columns}) values (:id, :name, :admin, {created}, :seen, :cookie, '{{}}')",
        # Without its role a hub gives it to each of them when it starts.
        "insert into user_role_map (user_id, role_id, managed_by_auth) values (:id, :role, :admin)",
        "insert into spawners (user_id, name, state, user_options) values (:id, '', :state, '{}')",
    )
    for statement in statements:
        for begin in range(0, len(rows), ROWS_AT_A_TIME):
            part = [row | {"admin": False} for row in rows[begin : begin + ROWS_AT_A_TIME]]
            one(text(statement), part)
    if connection.dialect.name == "postgresql":
        one(text("select setval('users_id_seq', (select max(id) from users))"))
        one(text("select setval('spawners_id_seq', (select max(id) from spawners))"))
