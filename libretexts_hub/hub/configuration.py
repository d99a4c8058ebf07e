"""Can the hub start with this configuration? Checked before the first person meets a wrong line.

No hook of JupyterHub makes a spawner when the hub starts, and traitlets only warns of an unknown name. So
the last line of a configuration calls `check_or_exit(c)`.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from traitlets import TraitError
from traitlets.config import DeferredConfig, LazyConfigValue

from libretexts_hub.domain.access import parse_access
from libretexts_hub.domain.course_feed import Written
from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.entries import Entry, did_you_mean
from libretexts_hub.domain.homes import parse_homes
from libretexts_hub.domain.images import parse_images
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.menu_checks import known_images
from libretexts_hub.domain.name_templates import check_apart
from libretexts_hub.domain.options import parse_options
from libretexts_hub.domain.provision import parse_provision
from libretexts_hub.domain.routes import Routes
from libretexts_hub.domain.sizes import parse_sizes
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError
from libretexts_hub.hub import namespace_check
from libretexts_hub.hub.collecting import is_collecting
from libretexts_hub.hub.course_check import check_courses, written_path
from libretexts_hub.hub.live_menu import live_menu
from libretexts_hub.hub.menu_environment import images_or_environment
from libretexts_hub.hub.registry_files import check_files

# The names under which `c.JupyterHub.spawner_class` may ask for our class.
OUR_SPAWNER = ("libretexts", "libretexts_hub.hub.spawner.LibreTextsSpawner")
# These are parsed, not only looked at: their errors have a better place than that of the trait.
PARSED: dict[str, Callable[[Any, str], object]] = {
    "images": lambda value, where: parse_images(value, where=where),
    "sizes": lambda value, where: parse_sizes(value, where=where),
    "options": lambda value, where: parse_options(value, where=where),
    "databases": lambda value, where: parse_databases(value, where=where),
    "homes": lambda value, where: parse_homes(value, where=where),
    "routes": lambda value, where: Routes.parse(value, "", where=where.removesuffix(".routes")),
    "provision": lambda value, where: parse_provision(value, where=where),
}
BY_SLUG = tuple(name for name in PARSED if name != "provision")


def check(config: Any) -> None:
    """Check every section that our spawner reads. Inside a hub that starts, the reading of registries begins.

    Raises ConfigurationError for the first line that is wrong.
    """
    for wrong in problems(config):
        raise wrong


def problems(config: Any) -> Iterator[ConfigurationError]:
    """Every line of those sections that is wrong, as `check` would raise it."""
    spawner = _spawner_class(config)
    for section, name, value in _lines(config, spawner):
        yield from _caught(_check_line, spawner, section, name, value)
    wrong = list(_caught(_check_menu, config, spawner))
    if not wrong:
        return
    # The menu is read as a whole; where it is wrong, each of its parts is asked once more by itself.
    parts = list(_check_parts(config, spawner))
    yield from parts or wrong


def _caught(check: Callable[..., None], *arguments: Any) -> Iterator[ConfigurationError]:
    try:
        check(*arguments)
    except ConfigurationError as error:
        yield error


def _check_parts(config: Any, spawner: type) -> Iterator[ConfigurationError]:
    """Each entry of each mapping by slug, alone."""
    for name, parse in PARSED.items():
        section, written = _effective(config, spawner, name)
        value = images_or_environment(written) if name == "images" else written
        where = f"{section}.{name}"
        entries = [{slug: each} for slug, each in value.items()] if isinstance(value, dict) else [value]
        for entry in entries if name in BY_SLUG else [value]:
            yield from _caught(parse, entry, where)


def check_or_exit(config: Any) -> None:
    """`check`, for the last line of a configuration file: one sentence on stderr and exit code 2."""
    if is_collecting():
        return
    try:
        check(config)
    except LibreTextsHubError as error:
        # The log is not set up while configuration is read.
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None


def _spawner_class(config: Any) -> type:
    from libretexts_hub.hub.spawner import LibreTextsSpawner

    chosen = config.get("JupyterHub", {}).get("spawner_class")
    return chosen if isinstance(chosen, type) and issubclass(chosen, LibreTextsSpawner) else LibreTextsSpawner


def _sections(config: Any, spawner: type) -> list[str]:
    """The sections that reach our spawner, the strongest first; stock's only where ours is in use."""
    chosen = config.get("JupyterHub", {}).get("spawner_class")
    in_use = chosen is spawner or chosen in OUR_SPAWNER
    classes = [each for each in spawner.__mro__ if hasattr(each, "class_traits")]
    ours = [
        each.__name__ for each in classes if each.__module__.startswith("libretexts_hub.") or each is spawner
    ]
    stock = [each.__name__ for each in classes if each.__name__ in ("KubeSpawner", "Spawner")]
    return [name for name in (ours + stock if in_use else ours) if name in config]


def _lines(config: Any, spawner: type) -> Iterator[tuple[str, str, Any]]:
    for section in _sections(config, spawner):
        for name, value in config[section].items():
            yield section, name, value


def _check_line(spawner: Any, section: str, name: str, value: Any) -> None:
    traits = spawner.class_traits(config=True)
    if name in getattr(spawner, "_deprecated_traits", ()):
        return  # KubeSpawner translates these, with a warning
    if name not in traits:
        raise ConfigurationError(
            f"{name!r} is not a setting of {spawner.__name__}",
            where=f"c.{section}.{name}",
            fix=_nearest(name, traits),
        )
    if isinstance(value, LazyConfigValue | DeferredConfig) or name in PARSED:
        return
    # An object without __init__: a spawner needs a user and a cluster, a trait's own validation doesn't.
    unfinished = spawner.__new__(spawner)
    unfinished._cross_validation_lock = True
    try:
        traits[name]._validate(unfinished, value)
    except TraitError:
        # Not traitlets' own sentence: it repeats the value, and that may be a secret.
        raise ConfigurationError(
            f"{name!r} must be {traits[name].info()}, not of type {type(value).__name__}",
            where=f"c.{section}.{name}",
            fix="Correct the value.",
        ) from None


def _nearest(name: str, traits: dict[str, Any]) -> str:
    """The nearest name; our own ones where none is near, since all would fill a page."""
    words = did_you_mean(name, sorted(traits))
    return words if words.startswith("Did") else "Look it up in the reference of settings."


def _check_menu(config: Any, spawner: type) -> None:
    where, written = _effective(config, spawner, "images")
    images = images_or_environment(written)
    sizes_where, sizes = _effective(config, spawner, "sizes")
    options_where, options = _effective(config, spawner, "options")
    parse_images(images, where=f"{where}.images")
    parse_sizes(sizes, where=f"{sizes_where}.sizes")
    parse_options(options, where=f"{options_where}.options")
    for name, place, value in (("sizes", sizes_where, sizes), ("options", options_where, options)):
        if value and not images:
            raise ConfigurationError(
                f"There are {name}, but no images", where=f"{place}.{name}", fix=f"Write {place}.images too."
            )
    menu = Menu.parse(images, sizes, options, where=where)
    _check_databases(config, spawner, menu)
    section, provision = _effective(config, spawner, "provision")
    parse_provision(provision, where=f"{section}.provision")
    where_homes, homes = _effective(config, spawner, "homes")
    parse_homes(homes, where=f"{where_homes}.homes")
    _check_courses(config, Written(images, sizes, _effective(config, spawner, "databases")[1], provision))
    check_files(menu, f"{where}.images")
    _check_routes(config, spawner, menu)
    _check_profiles(config, spawner)
    _start_reading(config, spawner, menu)


def _check_courses(config: Any, written: Written) -> None:
    if written_path(config)[0]:
        check_courses(config, written)


def _check_routes(config: Any, spawner: type, menu: Menu) -> None:
    where, routes = _effective(config, spawner, "routes")
    _, default = _effective(config, spawner, "default_route")
    _, refuse_unrouted = _effective(config, spawner, "refuse_unrouted")
    parsed = Routes.parse(
        routes,
        default or "",
        refuse_unrouted=bool(refuse_unrouted),
        images=[image.slug for image in menu.images],
        sizes=[size.slug for size in menu.sizes],
        where=where,
    )
    written = (_effective(config, spawner, name)[1] for name in namespace_check.CONNECTION)
    connection = tuple(None if value == {} else value for value in written)
    namespace_check.begin((route.place.namespace for route in parsed.all), connection)


def _check_databases(config: Any, spawner: type, menu: Menu) -> None:
    where, written = _effective(config, spawner, "databases")
    databases = parse_databases(written, where=f"{where}.databases")
    known_images(databases, [image.slug for image in menu.images], f"{where}.databases")
    section, template = _effective(config, spawner, "database_name_template")
    if template:
        check_apart(template, where=f"{section}.database_name_template")


def _check_profiles(config: Any, spawner: type) -> None:
    """The groups in the operator's own profiles; what a callable returns is seen only when it is asked."""
    where, profiles = _effective(config, spawner, "profile_list")
    named = enumerate(profiles) if isinstance(profiles, list) else dict(profiles or {}).items()
    for key, profile in () if callable(profiles) else named:
        if isinstance(profile, dict):
            parse_access(Entry(str(key), profile, f"{where}.profile_list[{key!r}]"))


def _start_reading(config: Any, spawner: type, menu: Menu) -> None:
    """Where a hub reads its configuration its loop runs (`JupyterHub.initialize` is a coroutine); a command
    has no loop, and nothing is read."""
    _, memory = _effective(config, spawner, "menu_cache")
    live_menu(menu, memory=memory if isinstance(memory, str) else spawner.menu_cache.default_value)


def _effective(config: Any, spawner: type, name: str) -> tuple[str, Any]:
    """The section that decides, and its value."""
    for section in _sections(config, spawner):
        if name in config[section]:
            value = config[section][name]
            return f"c.{section}", value.get_value({}) if isinstance(value, LazyConfigValue) else value
    return f"c.{spawner.__name__}", {}
