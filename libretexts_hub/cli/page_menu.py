"""Which menu does the gallery show? One with a little of everything, and one with nothing."""

from datetime import UTC, datetime

from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.made import Names, made_by_start
from libretexts_hub.domain.menu import Menu
from libretexts_hub.hub import form
from libretexts_hub.hub.page_look import Look
from libretexts_hub.hub.page_words import Words

IMAGES = {
    "default": {
        "name": "Default environment",
        "image": "registry.example.edu/default:3",
        "default": True,
        "description": "Python 3.13, R 4.4, JupyterLab",
    },
    "r": {
        "name": "RStudio",
        "image": "registry.example.edu/rstudio:4",
        "description": "R 4.4 with tidyverse",
    },
    "databases": {
        "name": "Databases 101",
        "image": "registry.example.edu/databases:1",
        "description": "With a MySQL of your own",
    },
    "old": {
        "name": "Legacy environment",
        "image": "registry.example.edu/default:2",
        "retires": "2030-03-01",
        "successor": "default",
    },
}
SIZES = {
    "small": {"name": "Small", "cpu": {"limit": 2}, "memory": {"limit": "2Gi"}, "default": True},
    "large": {"name": "Large", "cpu": {"limit": 8}, "memory": {"limit": "16Gi"}},
}


NAMES = Names(home="claim-ada", capacity="10Gi", storage_class="fast", namespace="jupyter", database="db-ada")
DATABASES = {
    "mysql": {
        "engine": "mysql",
        "image": "mysql:8.4",
        "storage": "2Gi",
        "images": ["databases"],
        "everybody": True,
    }
}


def menu_form(look: Look, *, is_instructor: bool = False) -> str:
    """The form of a person with a choice."""
    return _form(look, IMAGES, is_instructor)


def empty_form(look: Look) -> str:
    """The form of a person for whom there is nothing."""
    return _form(look, {"default": {**IMAGES["default"], "groups": ["nobody"]}})


def _form(look: Look, images: dict[str, dict[str, object]], is_instructor: bool = False) -> str:
    menu = Menu.parse(images, SIZES, {}).for_person([], datetime(2026, 11, 20, tzinfo=UTC))
    form.use_assets(look.asset)
    try:
        details = made_by_start(menu, NAMES, parse_databases(DATABASES, where="")) if is_instructor else ()
        return form.render_menu(menu, {}, details=details, words=Words(look.gallery_view.language))
    finally:
        form.use_assets(None)
