"""Who starts a server when no hub runs? A person in a database in memory, with JupyterHub's own objects.

Hooks of operators look at `spawner.user`, `spawner.orm_spawner` and `spawner.hub`: these are the real ones.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from traitlets import TraitError

from libretexts_hub.domain.rendered import MASK
from libretexts_hub.errors import ConfigurationError, SetupError


@dataclass(frozen=True)
class Person:
    """Who asks, and for which of their servers."""

    name: str
    groups: tuple[str, ...] = ()
    is_admin: bool = False
    server: str = ""
    claims: dict[str, list[str]] = field(default_factory=dict)
    choice: dict[str, str] = field(default_factory=dict)

    @property
    def auth_state(self) -> dict[str, Any] | None:
        """As an authenticator keeps it; None for a login that says nothing."""
        if not self.claims:
            return None
        claims = dict(self.claims)
        if "email_domain" in claims and "email" not in claims:
            # The one claim that is never said, but made from an address.
            claims["email"] = [f"somebody@{domain}" for domain in claims["email_domain"]]
        return {"user_info": claims}


def chosen_class(config: Any) -> type:
    """The spawner class that this configuration names; ours where it names none.

    Raises ConfigurationError, or SetupError for one that makes no pods.
    """
    from kubespawner import KubeSpawner
    from traitlets.utils.importstring import import_item

    from libretexts_hub.hub.configuration import OUR_SPAWNER
    from libretexts_hub.hub.spawner import LibreTextsSpawner

    chosen = config.get("JupyterHub", {}).get("spawner_class")
    if chosen is None or chosen in OUR_SPAWNER:
        return LibreTextsSpawner
    where = "c.JupyterHub.spawner_class"
    try:
        found = import_item(chosen) if isinstance(chosen, str) and "." in chosen else chosen
    except ImportError as error:
        raise ConfigurationError(
            f"{chosen!r:.80} can't be imported: {type(error).__name__}", where=where, fix="Correct the name."
        ) from None
    if not isinstance(found, type) or not issubclass(found, KubeSpawner):
        raise SetupError(
            f"{chosen!r:.80} is no KubeSpawner", where=where, fix='Write "libretexts" to render pods.'
        )
    return found


def make_hub(config: Any) -> Any:
    """JupyterHub's application as far as a spawner looks at it: its addresses. Nothing is started."""
    from jupyterhub.app import JupyterHub

    try:
        app = JupyterHub(config=config)
        app.log = logging.getLogger("libretexts_hub.cli.render.hub")
        app.log.disabled = True  # it warns of what a hub would warn of
        app.init_hub()
    except TraitError as error:
        raise ConfigurationError(
            f"JupyterHub refuses a setting: {error!s:.200}", where="c.JupyterHub", fix="Correct the value."
        ) from None
    return app


def make_spawner(app: Any, spawner_class: type, person: Person, log: logging.Logger) -> Any:
    """The spawner of this person's server, before its start. Raises SetupError for an impossible server."""
    from jupyterhub import orm
    from jupyterhub.user import User

    # Not `new_session_factory`: it migrates a database that exists, and sets up a log for that.
    engine = orm.create_engine("sqlite:///:memory:", poolclass=orm.StaticPool)
    orm.register_foreign_keys(engine)
    orm.Base.metadata.create_all(engine)
    db = orm.sessionmaker(bind=engine, expire_on_commit=False)()
    known = orm.User(name=person.name, admin=person.is_admin)
    known.groups = [orm.Group(name=name) for name in person.groups]
    db.add(known)
    db.commit()
    settings = {
        "config": app.config,
        "hub": app.hub,
        "base_url": app.base_url,
        "subdomain_host": app.subdomain_host,
        "domain": app.domain,
        "spawner_class": spawner_class,
        "allow_named_servers": app.allow_named_servers,
        "cookie_options": app.tornado_settings.get("cookie_options", {}),
        "cookie_host_prefix_enabled": app.cookie_host_prefix_enabled,
        "public_url": app.public_url,
    }
    user = User(known, settings)
    user.get_auth_state = _said_by_login(person)
    spawner = _server(user, person.server)
    spawner.log = log
    spawner.server = _address(db, spawner, user, person.server)
    return spawner


def _said_by_login(person: Person) -> Callable[[], Awaitable[dict[str, Any] | None]]:
    """For hooks that ask the person; JupyterHub keeps it encrypted, with a key that is not here."""

    async def get_auth_state() -> dict[str, Any] | None:
        return person.auth_state

    return get_auth_state


def begin(spawner: Any, choice: Mapping[str, str], *, is_shared: bool) -> None:
    """What JupyterHub gives a spawner right before a start. `is_shared`: administrators may enter."""
    spawner.user_options = spawner.orm_spawner.user_options = dict(choice)
    spawner.clear_state()
    # Never a real one: it stands in the environment, and wherever a hook puts it.
    spawner.api_token = MASK
    spawner.admin_access = is_shared


def _server(user: Any, name: str) -> Any:
    from jupyterhub import orm

    if not hasattr(user, "get_or_create_spawner"):  # JupyterHub 5
        if name:
            user.db.add(orm.Spawner(name=name, user=user.orm_user))
            user.db.commit()
        return user.spawners[name]
    try:
        return user.get_or_create_spawner(name, "")
    except ValueError:
        raise SetupError(
            f"{name!r:.80} is not the name of a server",
            where="--server",
            fix="Use letters, digits and dashes.",
        ) from None


def _address(db: Any, spawner: Any, user: Any, name: str) -> Any:
    from jupyterhub import orm
    from jupyterhub.objects import Server
    from jupyterhub.utils import url_escape_path, url_path_join

    # With a port: its default is one that is free on this machine.
    record = orm.Server(base_url=url_path_join(user.base_url, url_escape_path(name), "/"), port=spawner.port)
    db.add(record)
    spawner.orm_spawner.server = record
    db.commit()
    return Server(orm_server=record)
