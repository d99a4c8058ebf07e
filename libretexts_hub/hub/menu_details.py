"""Who sees on the spawn page what a start will create, and of which spawner is it read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from libretexts_hub.domain.made import Made
    from libretexts_hub.domain.menu import Menu


def details_for(spawner: Any, menu: Menu) -> tuple[Made, ...]:
    """For instructors and administrators who look at the form of this spawner; nothing for others."""
    # Here, since a hub's start waits for every import.
    from libretexts_hub.domain import made
    from libretexts_hub.domain.access import folded

    viewer = getattr(getattr(spawner, "handler", None), "current_user", None) or spawner.user
    groups = [group.name for group in getattr(viewer, "groups", None) or ()]
    is_admin = bool(getattr(viewer, "admin", False))
    if not made.may_see_details(groups, is_admin=is_admin, others=spawner.menu_details_groups):
        return ()
    databases: tuple[Any, ...] = ()
    if written := getattr(spawner, "databases", None):
        from libretexts_hub.hub.sidecar import parsed_databases

        databases = parsed_databases(written, f"c.{type(spawner).__name__}.databases")
    return made.made_by_start(menu, _names(spawner), databases, folded(spawner.group_names))


def _names(spawner: Any) -> Any:
    from libretexts_hub.domain.made import Names
    from libretexts_hub.domain.quantities import as_quantity

    home = getattr(spawner, "home", None)
    capacity = as_quantity(home.capacity) if home and home.capacity else spawner.storage_capacity or ""
    template = getattr(spawner, "database_name_template", "")
    return Names(
        home=spawner.pvc_name if spawner.storage_pvc_ensure else "",
        capacity=capacity,
        storage_class=(home.storage_class if home else "") or spawner.storage_class or "",
        namespace=spawner.namespace,
        database=spawner._expand_user_properties(template) if template else "",
    )
