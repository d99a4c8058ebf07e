"""Do an operator's own templates fit JupyterHub's and ours? Read once, before anybody sees a page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    TemplateError,
    TemplateNotFound,
    nodes,
)
from jupyterhub._data import DATA_FILES_PATH
from traitlets.config import LazyConfigValue

from libretexts_hub import templates
from libretexts_hub.domain.entries import did_you_mean
from libretexts_hub.errors import ConfigurationError

FOLDER = Path(templates.__file__).parent
STOCK = Path(DATA_FILES_PATH) / "templates"
WHERE = "c.JupyterHub.template_paths"
MOST_TEMPLATES = 500


def environment(folders: list[str], *, is_async: bool = False) -> Environment:
    """Jinja as JupyterHub 5.5 and 6.1 set it up (app.py, `init_tornado_settings`)."""
    stock = FileSystemLoader(STOCK)
    loader = ChoiceLoader([PrefixLoader({"templates": stock}, "/"), FileSystemLoader([*folders, STOCK])])
    return Environment(loader=loader, autoescape=True, enable_async=is_async)


def folders_of(config: Any) -> list[str]:
    """`JupyterHub.template_paths` as written, also where it was only appended to."""
    paths = config.JupyterHub.get("template_paths") or []
    if isinstance(paths, LazyConfigValue):
        paths = paths.get_value([])
    return [str(path) for path in paths]


def check_templates(folders: list[str]) -> None:
    """Raises ConfigurationError for a folder or template that can't be read, and for a block of no page."""
    jinja = environment([*folders, str(FOLDER)])
    for folder in folders:
        if Path(folder) != FOLDER:
            for path in _templates_in(Path(folder)):
                _check(jinja, path)


def _templates_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".html")[:MOST_TEMPLATES]
    except OSError as error:
        raise ConfigurationError(
            f"The template folder {folder} can't be read: {error.strerror}",
            where=WHERE,
            fix="Correct the path, or who may read it.",
        ) from None


def _check(jinja: Environment, path: Path) -> None:
    try:
        tree = jinja.parse(path.read_text(encoding="utf-8"), filename=str(path))
        known = _blocks_of_parents(jinja, tree)
    except TemplateError as error:
        missing = f"there is no {error.message}" if isinstance(error, TemplateNotFound) else error.message
        raise ConfigurationError(
            f"A template can't be read: {missing or type(error).__name__}",
            where=f"{getattr(error, 'filename', None) or path}:{getattr(error, 'lineno', 0)}",
            fix="Correct it, or take its folder out of template_paths.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ConfigurationError(
            f"A template can't be read: {what}", where=str(path), fix="Correct it, or take it away."
        ) from None
    for block in _outermost(tree) if known is not None else ():
        if block.name not in (known or ()):
            raise ConfigurationError(
                f"The block {block.name!r:.60} is of no page, so nobody would see what is in it",
                where=f"{path}:{block.lineno}",
                fix=did_you_mean(block.name, sorted(known or ())),
            )


def _blocks_of_parents(jinja: Environment, tree: nodes.Template) -> set[str] | None:
    """Of all that it extends; None for one that extends nothing, or what is known only when it is shown."""
    found: set[str] = set()
    seen: set[str] = set()
    parents = _parents(tree)
    if not parents:
        return None
    while parents:
        name = parents.pop()
        if name is None:
            return None
        if name in seen:
            continue
        seen.add(name)
        source = jinja.loader.get_source(jinja, name)[0] if jinja.loader else ""
        parent = jinja.parse(source, filename=name)
        found |= {block.name for block in parent.find_all(nodes.Block)}
        parents += _parents(parent)
    return found


def _parents(tree: nodes.Template) -> list[str | None]:
    """Names after `extends`; both of a choice, as our own pages have it. None for anything else."""
    return [name for each in tree.find_all(nodes.Extends) for name in _names(each.template)]


def _names(written: nodes.Expr) -> Iterator[str | None]:
    if isinstance(written, nodes.Const):
        yield str(written.value)
    elif isinstance(written, nodes.CondExpr):
        yield from _names(written.expr1)
        yield from _names(written.expr2) if written.expr2 is not None else ()
    else:
        yield None


def _outermost(node: nodes.Node) -> Iterator[nodes.Block]:
    """Blocks that stand in no other one: those are the ones that a page must have."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block):
            yield child
        else:
            yield from _outermost(child)
