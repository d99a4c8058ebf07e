"""Will the servers of who logs in have a number to run as? Asked at the login, not at the first start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets.config import LazyConfigValue

from libretexts_hub.domain.access import folded
from libretexts_hub.domain.denial import Denied
from libretexts_hub.errors import ConfigurationError, SelectionError

if TYPE_CHECKING:
    from libretexts_hub.domain.identity import IdentityRules


def rules_of(spawner: Any, config: Any) -> IdentityRules | None:
    """The numbers that `provision` of the hub's spawner class wants; None where it wants none.

    None as well where an `auth_state_hook` of the operator's may still bring them, and where the setting is
    wrong: the start of a server says both.
    """
    traits = getattr(spawner, "class_traits", dict)()
    raw = _written(spawner, config, "provision") if "provision" in traits else None
    if not isinstance(raw, dict) or not raw.get("uid") or _written(spawner, config, "auth_state_hook"):
        return None
    from libretexts_hub.domain.provision import parse_provision

    try:
        provision = parse_provision(raw, where=f"c.{spawner.__name__}.provision")
    except ConfigurationError:
        return None
    return provision.identity if provision else None


def check_numbers(rules: IdentityRules, model: dict[str, Any]) -> None:
    """Raise Denied, in the words that a start would have, for who has no number or one out of its range."""
    from libretexts_hub.domain.identity import identity_of

    try:
        identity_of(rules, model.get("auth_state"), folded(model.get("groups") or ()))
    except SelectionError as error:
        where = f"the numbers of {model['name']}: provision.uid, provision.gid, provision.groups"
        raise Denied(error.what, cause="numbers", fix=error.fix, where=where) from None


def _written(spawner: Any, config: Any, name: str) -> Any:
    """What the configuration says, the section of the class itself before those of its bases."""
    for section in reversed(spawner.section_names()):
        if section in config and name in config[section]:
            value = config[section][name]
            return value.get_value({}) if isinstance(value, LazyConfigValue) else value
    return None
