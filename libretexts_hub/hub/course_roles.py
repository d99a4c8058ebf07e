"""How do instructors get their roles where the login manages none? `install(c)`, when a hub starts."""

import sys
from typing import Any

from traitlets.config import LazyConfigValue

from libretexts_hub.domain.course_roles import course_roles
from libretexts_hub.errors import LibreTextsHubError
from libretexts_hub.hub.collecting import is_collecting
from libretexts_hub.hub.course_check import read_courses, written_path


def install(config: Any) -> None:
    """Add the roles of the courses that `courses_file` names to `c.JupyterHub.load_roles`.

    With `grants` it does nothing: the login manages roles then, those of courses too, and follows the file
    without a restart. A wrong file is one sentence on stderr and exit code 2.
    """
    path, _ = written_path(config)
    if not path or any(section.get("grants") for name, section in config.items() if name[:1].isupper()):
        return
    try:
        courses = read_courses(path) or ()
    except LibreTextsHubError as error:
        if is_collecting():
            return  # a check tells it, with everything else
        # The log is not set up while configuration is read.
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    written = config.JupyterHub.get("load_roles") or []
    if isinstance(written, LazyConfigValue):
        written = written.get_value([])
    known = {role.get("name") for role in written}
    added = [role for role in course_roles(courses) if role["name"] not in known]
    config.JupyterHub.load_roles = [*written, *added]
