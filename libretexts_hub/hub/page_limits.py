"""What stops the servers of this hub, as far as its pages know? Its culler's own rules, read here too."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from logging import Logger
from pathlib import Path
from typing import Any

from traitlets.config import LazyConfigValue

from libretexts_hub.domain.cull_servers import ServerRule, parse_server_rules
from libretexts_hub.domain.culling import HubServer, HubUser
from libretexts_hub.domain.idle_limit import End, end_of
from libretexts_hub.hub.watched_file import WatchedFile
from libretexts_hub.yaml_text import read_yaml

CULLER = "c.IdleCuller"
# The culler's entry for what no other one is about, as its settings `timeout` and `max_age` make it.
REST = ("idle", "timeout"), ("max_age", "max_age")


class ServerLimits:
    """The rules of now."""

    def __init__(self, rules: Callable[[], tuple[ServerRule, ...]]) -> None:
        self._rules = rules

    def end_of(self, spawner: Any) -> End | None:
        """When this server is stopped; None where nothing is known of it."""
        rules = self._rules()
        if not rules or not spawner.ready:
            return None
        record = getattr(spawner, "orm_spawner", None)
        groups = getattr(getattr(spawner, "user", None), "groups", None) or ()
        server = HubServer(
            name=spawner.name,
            is_ready=True,
            is_stopped=False,
            pending=spawner.pending or "",
            started=_seconds(getattr(record, "started", None)),
            last_activity=_seconds(getattr(record, "last_activity", None)),
            user_options=_mapping(spawner.user_options),
            state=_mapping(getattr(record, "state", None)),
        )
        person = HubUser(
            getattr(getattr(spawner, "user", None), "name", ""), groups=tuple(group.name for group in groups)
        )
        return end_of(rules, person, server, now=time.time())


def server_limits(written: Any, config: Any, *, where: str, log: Logger) -> ServerLimits:
    """Those of the setting, else those that the culler has in this same configuration.

    `written`: entries as `IdleCuller.servers` has them, or the path of the culler's policy file. Raises
    ConfigurationError.
    """
    culler = dict(config.get("IdleCuller") or {})
    if not written:
        where, written = f"{CULLER}.policy_file", _plain(culler.get("policy_file"))
    if isinstance(written, str) and written:
        watched = WatchedFile(Path(written), _rules_of_file, where=where, log=log)
        return ServerLimits(watched.value)
    if not written:
        where, written = f"{CULLER}.servers", _with_rest(culler)
    rules = parse_server_rules(written, where=where) if written else ()
    return ServerLimits(lambda: rules)


def _plain(value: Any) -> Any:
    return None if isinstance(value, LazyConfigValue) else value


def _with_rest(culler: dict[str, Any]) -> dict[str, Any]:
    servers = _plain(culler.get("servers")) or {}
    seconds = {limit: culler.get(name) for limit, name in REST}
    rest = {limit: f"{value}s" for limit, value in seconds.items() if isinstance(value, int) and value > 0}
    return {**servers, "timeout": {**rest, "order": 10**6}} if rest else dict(servers)


def _rules_of_file(text: str, where: str) -> tuple[ServerRule, ...]:
    policy = read_yaml(text, where)
    servers = policy.get("servers") if isinstance(policy, dict) else None
    return parse_server_rules(servers, where=f"{where}: servers") if servers else ()


def _seconds(moment: datetime | None) -> float | None:
    """JupyterHub's times are UTC without a zone."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}
