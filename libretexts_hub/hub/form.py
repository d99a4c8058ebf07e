"""What does the menu look like? One partial of the template pack, by an environment that is built once."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template

from libretexts_hub import templates
from libretexts_hub.domain.images import Image
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.selection import Selection
from libretexts_hub.errors import SelectionError


def template_folder() -> Path:
    """Where the template pack is, in a wheel as in an editable install."""
    return Path(templates.__file__).parent


@cache
def _template() -> Template:
    # KubeSpawner builds an environment at every render, which costs 12 ms: a process needs one.
    environment = Environment(
        loader=FileSystemLoader(template_folder()),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["image_facts"] = image_facts
    return environment.get_template("spawn_menu.html")


def image_facts(menu: Menu, image: Image) -> list[str]:
    """The small lines below an image's name: its version, where it opens, the sizes it is bound to."""
    version = image.reference.partition("@")[0].rpartition("/")[2].partition(":")[2]
    opens = f"opens {image.opens}" if image.opens else ""
    sizes = ", ".join(size.name for size in menu.sizes_of(image)) if image.sizes else ""
    return [" · ".join(filter(None, (version, opens))), f"Size: {sizes}" if sizes else ""]


def render_menu(menu: Menu, last_choice: object) -> str:
    """The fields of the form for one person; their last choice is selected if it is still on their menu."""
    try:
        chosen: Selection | None = Selection.parse(last_choice, menu)
    except SelectionError:
        chosen = default_selection(menu)
    return _template().render(menu=menu, chosen=chosen)


def default_selection(menu: Menu) -> Selection | None:
    """What starts when nothing is chosen; None for an empty menu."""
    image = menu.default_image
    return Selection(image, menu.default_size(image)) if image else None
