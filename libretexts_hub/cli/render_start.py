"""What does one start create? A real spawner goes through it, up to where it would wait for its pod."""

import asyncio
import contextlib
import inspect
import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado import web

from libretexts_hub.cli.menu_reading import Reading
from libretexts_hub.cli.render_capture import CompleteError, capturing, capturing_class
from libretexts_hub.cli.render_menu import StillMenu, asking, read_for
from libretexts_hub.cli.render_person import Person, begin, make_hub, make_spawner
from libretexts_hub.cli.render_reasons import reasons
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError

# The hub counts these on its own clock; nobody watches this start for longer.
LONGEST_SECONDS = 120


@dataclass
class Rendered:
    """What a start came to: its objects in the order of their creation, or the words with which it was
    refused. `notes` and `reasons` are for the operator."""

    spawner: Any
    hub: Any
    hub_namespace: str
    objects: list[dict[str, Any]] = field(default_factory=list)
    refused: str = ""
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class Errors(logging.Handler):
    """What a spawner tells its operator of a refusal, in its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Without a traceback, and without the refusal itself, which JupyterHub logs too."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            self.words.append(record.getMessage())
        elif not isinstance(error, web.HTTPError):
            self.words.append(f"{record.getMessage()}: {type(error).__name__} ({_place_of(error)})")


async def render(config: Any, spawner_class: type, person: Person, *, cached: bool) -> Rendered:
    """Start this person's server without a cluster. Raises ConfigurationError for what fails in the start."""
    from libretexts_hub.hub.live_menu import use_refresher

    app = make_hub(config)
    settings = _settings(config, spawner_class)
    reading = await read_for(spawner_class, settings, cached=cached)
    asks = asking(cached)
    use_refresher(StillMenu(reading, asks))
    errors = Errors()
    log = _log(errors)
    try:
        with capturing() as captured, _in_words():
            spawner = make_spawner(app, capturing_class(spawner_class, captured), person, log)
            if spawner.has_trait("failed_starts"):
                spawner.failed_starts = ""  # a refusal here is no failed start of that person
            # Servers run beside the hub, unless a route or a namespace for each person says otherwise.
            rendered = Rendered(spawner, app.hub, settings["namespace"])
            rendered.notes += _unread(reading, cached=cached)
            if app.internal_ssl:
                rendered.notes.append("internal_ssl is on: its Secret and its mounts are not shown.")
            try:
                rendered.refused = await _refusal_of(app, spawner, person)
                rendered.reasons = reasons(spawner, person.choice)
            finally:
                spawner.clear_state()  # its seat on a route
            rendered.objects = [] if rendered.refused else captured.objects
            rendered.notes += errors.words
            return rendered
    finally:
        if asks is not None:
            await asks.close()
        log.removeHandler(errors)


async def _refusal_of(app: Any, spawner: Any, person: Person) -> str:
    """Go through the start; the words for the person where it is refused."""
    if person.server and not app.allow_named_servers:
        return "Named servers are not enabled."
    try:
        await asyncio.wait_for(_start(app, spawner, person), LONGEST_SECONDS)
    except CompleteError:
        return ""
    except web.HTTPError as error:
        words = getattr(error, "jupyterhub_message", "") or error.log_message or f"HTTP {error.status_code}"
        return str(words)
    except TimeoutError:
        raise ConfigurationError(
            f"The start was not through in {LONGEST_SECONDS} s",
            where="a hook",
            fix="Look at what it waits for.",
        ) from None
    return ""


async def _start(app: Any, spawner: Any, person: Person) -> None:
    """The steps of `User.spawn` (jupyterhub/user.py) from the choice on, up to the pod."""
    begin(spawner, person.choice, is_shared=app.admin_access)
    await spawner.run_auth_state_hook(person.auth_state)
    await spawner.apply_group_overrides()
    await spawner._run_apply_user_options(spawner.user_options)
    hooked = spawner.run_pre_spawn_hook()
    if inspect.isawaitable(hooked):
        await hooked
    await spawner.start()


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """What a setting or a hook raises, as one sentence with its place."""
    try:
        yield
    except (LibreTextsHubError, web.HTTPError):
        raise
    except Exception as error:
        raise ConfigurationError(
            f"The start raises {type(error).__name__}",  # not its text, which may repeat a secret
            where=_place_of(error),
            fix="Correct it there, or the setting that leads there.",
        ) from None


def _unread(reading: Reading | None, *, cached: bool) -> list[str]:
    """What could not be read of registries. That it is old is no news to who asked for what was kept."""
    problems = reading.problems if reading else {}
    return [
        f"{where}: {words}"
        for where, words in problems.items()
        if not cached or (reading and where in reading.unread)
    ]


def _settings(config: Any, spawner_class: type) -> Mapping[str, Any]:
    """What a spawner of this class would have, before anything is asked of a person."""
    from traitlets.config import LoggingConfigurable

    unfinished: Any = spawner_class.__new__(spawner_class)
    LoggingConfigurable.__init__(unfinished, config=config)
    names = ("images", "sizes", "options", "menu_cache", "namespace")
    return {name: getattr(unfinished, name) for name in names if unfinished.has_trait(name)}


def _log(errors: Errors) -> logging.Logger:
    log = logging.getLogger("libretexts_hub.cli.render.spawner")
    log.propagate = False
    log.setLevel(logging.INFO)
    log.addHandler(errors)
    return log


def _place_of(error: BaseException) -> str:
    """The last line of a file of the operator on the way; else the last of all."""
    frames = traceback.extract_tb(error.__traceback__)
    library = os.sep + "site-packages" + os.sep
    package = str(Path(__file__).parents[1])
    theirs = [
        frame for frame in frames if library not in frame.filename and not frame.filename.startswith(package)
    ]
    theirs = [frame for frame in theirs if not frame.filename.startswith(os.path.dirname(os.__file__))]
    last = (theirs or list(frames))[-1]
    return f"{last.filename}:{last.lineno}" if theirs else f"{Path(last.filename).name}:{last.lineno}"
