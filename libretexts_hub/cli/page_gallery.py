"""How is a page rendered without a hub? As JupyterHub renders it, for people who do not exist."""

import shutil
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError
from jupyterhub._data import DATA_FILES_PATH
from markupsafe import escape

from libretexts_hub.cli.page_states import State, states
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.page_templates import environment, folders_of
from libretexts_hub.hub.pages import FOLDER, Pages

STATIC = Path(DATA_FILES_PATH) / "static"
# Relative, so that the folder can be opened from a disk or put on any web server.
HERE = "."


def write_gallery(pages: Pages, config: Any, out: Path, *, language: str = "en") -> int:
    """Every page and state, and an index; how many. Raises ConfigurationError for a template that fails."""
    folders = folders_of(config)
    templates = environment([*folders, *([] if str(FOLDER) in folders else [str(FOLDER)])])
    look = pages.build(HERE)
    if not look.logo:
        look.assets.add("logo.png", (STATIC / "images" / "jupyterhub-80.png").read_bytes())
    look.gallery_view.language = pages.settings.language or language
    look.gallery_view.request_id = "7f3a-21c9"  # the same in every gallery
    (out / "libretexts").mkdir(exist_ok=True)
    for name, content in look.assets.texts().items():
        (out / "libretexts" / name).write_bytes(content)
    written = [_write(templates, pages, state, out) for state in states(pages, look.gallery_view.language)]
    (out / "index.html").write_text(_index(written, pages), encoding="utf-8")
    return len(written)


def _write(templates: Environment, pages: Pages, state: State, out: Path) -> State:
    def static_url(path: str, include_version: bool = True) -> str:
        source, target = STATIC / path, out / "static" / path
        if source.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        return f"static/{path}"

    try:
        html = templates.get_template(state.template).render(
            **{**common(pages, state), **state.names, "static_url": static_url}
        )
    except TemplateError as error:
        place = getattr(error, "filename", None) or state.template
        raise ConfigurationError(
            f"A template can't be rendered: {error.message or type(error).__name__}",
            where=f"{place}:{getattr(error, 'lineno', 0)}",
            fix="Correct it, or take its folder out of template_paths.",
        ) from None
    (out / f"{state.key}.html").write_text(html, encoding="utf-8")
    return state


def common(pages: Pages, state: State) -> dict[str, Any]:
    """What JupyterHub gives to every page (handlers/base.py, `template_namespace`)."""
    return {
        "lt": pages.look,
        "base_url": "./",
        "prefix": "./",
        "login_url": "login.html",
        "logout_url": "logout.html",
        "login_service": "",
        "services": [],
        "parsed_scopes": {"admin-ui"} if state.is_admin else set(),
        "expanded_scopes": set(),
        "xsrf": "xsrf",
        "xsrf_token": "xsrf",
        "version_hash": "",
        "user": None,
    }


def _index(written: list[State], pages: Pages) -> str:
    rows = "".join(f'<li><a href="{each.key}.html">{escape(each.words)}</a></li>' for each in written)
    style = pages.look.asset("pack.css")
    name = escape(pages.look.brand.name)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Pages of {name}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{style}"></head><body><main class="lt-page lt-narrow">'
        f"<h1>Pages of {name}</h1><ul>{rows}</ul></main></body></html>\n"
    )
