"""Is the hub user of this name the one who logs in? Asked once per login, after everything else."""

from __future__ import annotations

from typing import Any

from jupyterhub import orm
from sqlalchemy.exc import IntegrityError
from traitlets import Enum
from traitlets.config import Configurable

from libretexts_hub.domain.binding import TELL, Account, BindExisting, must_bind
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.wording import shown
from libretexts_hub.hub.authenticators.accounts import Accounts


class BindingMixin(Configurable):
    """Binds each hub user to the provider's immutable id at the first login, and holds it to that."""

    bind_existing = Enum(
        [each.value for each in BindExisting],
        default_value=BindExisting.FIRST_LOGIN.value,
        help="""
        What happens at the login of a person whose hub user was there before and is bound to nobody.
        `first_login`, the default: it belongs to who logs in first. `refuse`: to nobody, until
        `libretexts-hub rebind` says whose it is.

        Example: `c.LoginMixin.bind_existing = "refuse"`
        """,
    ).tag(config=True)

    _has_table = False

    def accounts(self) -> Accounts | None:
        """The hub's table; None where there is no hub, as in a test of an authenticator alone."""
        db = getattr(self.parent, "db", None)
        if db is None:
            return None
        accounts = Accounts(db)
        if not self._has_table:
            accounts.make_table()
            db.commit()
            self._has_table = True
        return accounts

    def bind(self, name: str, provider: str, subject: str) -> None:
        """Bind the hub user of this name to the person who logs in. Raises Denied.

        Nothing is awaited between looking and writing, so two logins at once can't both be the first.
        """
        accounts = self.accounts()
        if accounts is None:
            return
        db, asking = self.parent.db, Account(name, provider, subject)
        is_new = must_bind(
            asking,
            of_name=accounts.of_name(name),
            of_subject=accounts.of_subject(asking.provider, asking.subject),
            has_user=self._column(name, orm.User.id) is not None,
            policy=BindExisting(self.bind_existing),
        )
        if not is_new:
            return
        try:
            accounts.bind(asking)
            db.commit()
        except IntegrityError:
            # `libretexts-hub rebind` was faster.
            db.rollback()
            raise Denied(
                "Your account was changed a moment ago", cause="bound", fix="Log in again."
            ) from None
        self.log.info("The hub user %s now belongs to %s of %s", name, asking.subject, asking.provider)

    def check_bound(self, name: str, provider: str, subject: str) -> None:
        """Raise Denied when the hub user is somebody else's now: `libretexts-hub rebind` can say so."""
        accounts = self.accounts()
        bound = accounts.of_name(name) if accounts is not None else None
        if bound is not None and not bound.is_of(Account(name, provider, subject)):
            raise Denied(
                f"The name {shown(name)} belongs to another account here now", cause="bound", fix=TELL
            )

    def is_admin_now(self, name: str) -> bool:
        """Whether the hub's user of this name is an admin already; nobody's login says so."""
        return bool(self._column(name, orm.User.admin))

    def _column(self, name: str, column: Any) -> Any:
        """One column of a hub user, None without one: the whole user takes five questions to the database."""
        db = getattr(self.parent, "db", None)
        found = db.query(column).filter(orm.User.name == name).first() if db is not None else None
        return found[0] if found else None
