"""Which options of jupyterhub-idle-culler mean the same here? Those about servers; none deletes people."""

from typing import Any

from traitlets import Bool, Int, validate

from libretexts_hub.culler.notice_settings import NoticeSettings
from libretexts_hub.errors import ConfigurationError


class PeerSettings(NoticeSettings):
    """Settings with the names that they have there."""

    timeout = Int(
        0,
        min=0,
        help="""
        Seconds without use after which any server is stopped, where `servers` has no entry about it. 0, the
        default, stops none.

        Example: `c.IdleCuller.timeout = 3600`
        """,
    ).tag(config=True)
    max_age = Int(
        0,
        min=0,
        help="""
        Seconds after which any server is stopped even in use, where `servers` has no entry about it. 0, the
        default, stops none.

        Example: `c.IdleCuller.max_age = 86400`
        """,
    ).tag(config=True)
    remove_named_servers = Bool(
        False,
        help="""
        Whether named servers that `timeout` or `max_age` stop are forgotten too. Homes stay. The default
        keeps their records.

        Example: `c.IdleCuller.remove_named_servers = True`
        """,
    ).tag(config=True)
    cull_admin_users = Bool(
        True,
        help="""
        Whether homes of administrators may be deleted, once `protect` says `admins: false` too. Their
        servers are stopped like all others. The default leaves it to `protect`.

        Example: `c.IdleCuller.cull_admin_users = False`
        """,
    ).tag(config=True)
    cull_default_servers = Bool(
        True,
        help="""
        Whether `timeout` and `max_age` stop default servers. The default is True.

        Example: `c.IdleCuller.cull_default_servers = False`
        """,
    ).tag(config=True)
    cull_named_servers = Bool(
        True,
        help="""
        Whether `timeout` and `max_age` stop named servers. The default is True.

        Example: `c.IdleCuller.cull_named_servers = False`
        """,
    ).tag(config=True)
    cull_users = Bool(
        False,
        help="""
        Not here: jupyterhub-idle-culler deletes the records of idle people at once, and the hub their homes
        with them. Write `homes`, which announces it first. True stops the culler with this sentence. The
        default is False.

        Example: `c.IdleCuller.cull_users = False`
        """,
    ).tag(config=True)

    @validate("cull_users")
    def _check_cull_users(self, proposal: Any) -> Any:
        if proposal.value:
            raise ConfigurationError(
                "People are not deleted because of a timeout here",
                where="c.IdleCuller.cull_users",
                fix="Leave it out, and write homes: {left: {inactive: 180d}}.",
            )
        return proposal.value

    def as_entry(self) -> dict[str, Any]:
        """`timeout` and `max_age` as the last entry of `servers`; empty where they stop nothing."""
        kinds = {"default": self.cull_default_servers, "named": self.cull_named_servers}
        wanted = [kind for kind, is_wanted in kinds.items() if is_wanted]
        limits = {
            key: f"{seconds}s"
            for key, seconds in (("idle", self.timeout), ("max_age", self.max_age))
            if seconds
        }
        if not wanted or not limits:
            return {}
        kind = "all" if len(wanted) == len(kinds) else wanted[0]
        return {**limits, "servers": kind, "order": 10**6, "remove_named": self.remove_named_servers}
