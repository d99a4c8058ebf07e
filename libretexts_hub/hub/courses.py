"""What do courses do to a server? Menu entries, databases, repositories, mounts, and nbgrader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Unicode, default
from traitlets.config import Configurable

from libretexts_hub.domain.access import folded
from libretexts_hub.errors import LibreTextsHubError

if TYPE_CHECKING:
    import logging
    from datetime import date
    from types import ModuleType

    from libretexts_hub.domain.course_feed import Written
    from libretexts_hub.domain.courses import Course

KEPT = 8
# Of a configuration and its courses on one day. Every spawner object has its own copy of the settings.
_fed: list[tuple[Written, tuple[Course, ...], date, Written]] = []
# The courses that could be used last, where those of now name what is not there.
_good: dict[str, tuple[Course, ...]] = {}
_refused: dict[str, tuple[Course, ...]] = {}


def core() -> ModuleType:
    """The core of courses, loaded when it is first asked for."""
    from libretexts_hub.hub import course_core

    return course_core


class CoursesMixin(Configurable):
    """What `courses.yaml` gives the people of a course. Without `courses_file` it changes nothing.

    It stands before the mixins of the menu, of databases and of provisioning, and adds to what they read.
    """

    courses_file = Unicode(
        help="""
        The file `courses.yaml`, for servers: environments, databases, repositories, mounts and graders of
        courses. The default is the file of the authenticator (`c.LoginMixin.courses_file`), so that one line
        is enough; empty, where that is empty too, servers have no courses.

        Example: `c.LibreTextsSpawner.courses_file = "/etc/jupyterhub/courses.yaml"`
        """,
    ).tag(config=True)

    course_exchange = Unicode(
        help="""
        Where servers of courses with `grader: true` find ngshare, the exchange of nbgrader. Empty, the
        default, leaves it to ngshare_exchange, which asks the chart's proxy for `/services/ngshare`.

        Example: `c.LibreTextsSpawner.course_exchange = "http://ngshare:8080/services/ngshare"`
        """,
    ).tag(config=True)

    course_exchange_service = Unicode(
        "ngshare",
        help="""
        The name of the exchange among `JupyterHub.services`: servers of courses with a grader may use it.
        Empty: their tokens ask for no such right.

        Example: `c.LibreTextsSpawner.course_exchange_service = "ngshare"`
        """,
    ).tag(config=True)

    @default("courses_file")
    def _file_of_logins(self):
        known = getattr(getattr(self, "authenticator", None), "courses_file", "")
        if known:
            return known
        # A command has no authenticator: its section says it.
        written = (
            section["courses_file"]
            for name, section in self.config.items()
            if name[:1].isupper() and "courses_file" in section
        )
        return next((str(each) for each in written), "")

    @default("server_token_scopes")
    def _scopes_of_courses(self):
        """Asked before a start has parsed the choice, so by groups alone."""
        return _scopes if self.courses_file else []

    @property
    def courses(self) -> tuple[Course, ...]:
        """Those that can be used now; none where the file can't be read, which the log says."""
        return self._courses_and_settings()[0]

    def _courses_and_settings(self) -> tuple[tuple[Course, ...], Written]:
        path = self.courses_file
        written = core().Written(
            *super().menu_as_written()[:2], super().databases_as_written(), self.provision
        )
        try:
            courses = core().course_file(path, self.log).now()
        except LibreTextsHubError as error:
            _log_once(self.log, path, (), error)
            return (), written
        if courses is _refused.get(path):
            courses = _good.get(path, ())
        try:
            settings = _settings(written, courses)
        except LibreTextsHubError as error:
            _log_once(self.log, path, courses, error)
            courses = _good.get(path, ())
            settings = _settings(written, courses)
        _good[path] = courses
        return courses, settings

    def _here(self) -> tuple[Course, ...]:
        """Of this server, as it is being started."""
        selection = getattr(self, "_selection", None)
        slugs = selection.image.slugs if selection is not None else ()
        found: tuple[Course, ...] = core().courses_here(self.courses, self._member_of, slugs, core().today())
        return found

    @property
    def _member_of(self) -> frozenset[str]:
        return folded(self.group_names)

    # What other mixins read --------------------------------------------------------------------------------

    def menu_as_written(self):
        """The operator's menu and the entries of courses."""
        images, sizes, options = super().menu_as_written()
        if not self.courses_file or not images:
            return images, sizes, options
        return self._courses_and_settings()[1].images, sizes, options

    def databases_as_written(self):
        """The operator's databases and those of courses."""
        return (
            self._courses_and_settings()[1].databases if self.courses_file else super().databases_as_written()
        )

    def provision_as_written(self):
        """The operator's setting and the repositories of courses."""
        return (
            self._courses_and_settings()[1].provision if self.courses_file else super().provision_as_written()
        )

    # Start --------------------------------------------------------------------------------------------------

    async def get_pod_manifest(self):
        """The manifest of everybody else, with mounts and nbgrader's configuration."""
        pod = await super().get_pod_manifest()
        if not self.courses_file or not (here := self._here()):
            return pod
        self.log.info("%s is a server of %s", self._log_name, ", ".join(course.id for course in here))
        return core().add(pod, here, self._member_of, self.course_exchange)


def _scopes(spawner: Any) -> list[str]:
    """For `server_token_scopes`: what servers of courses with a grader may ask the hub for."""
    mine = [
        course
        for course in spawner.courses
        if course.group in spawner._member_of and not course.is_over(core().today())
    ]
    scopes: list[str] = core().server_scopes(mine, spawner.course_exchange_service)
    return scopes


def _settings(written: Written, courses: tuple[Course, ...]) -> Written:
    """The settings with the courses of today, and checked as the start of a hub checks them."""
    day = core().today()
    for index, (known, of, on, made) in enumerate(_fed):
        if of is courses and on == day and known == written:
            if index:
                _fed.insert(0, _fed.pop(index))
            return made
    made = core().with_courses(written, courses, day, core().midnight)
    if courses:
        core().Menu.parse(made.images or {}, made.sizes or {}, where="courses")
        core().parse_databases(made.databases or {}, where="courses")
        core().parse_provision(made.provision, where="courses")
    _fed[:] = [(written, courses, day, made), *_fed[: KEPT - 1]]
    return made


def _log_once(log: logging.Logger, path: str, courses: tuple[Course, ...], error: Exception) -> None:
    if _refused.get(path) is not courses:
        _refused[path] = courses
        log.error("Servers have the courses that were right last: %s", error)


def forget() -> None:
    """As in a new process."""
    for kept in (_fed, _good, _refused):
        kept.clear()
