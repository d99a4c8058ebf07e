"""`libretexts-hub courses`: is courses.yaml right, who is in which course, and what follows from it?"""

import argparse
import logging
from datetime import date

from libretexts_hub.domain.courses import Course
from libretexts_hub.domain.pull_link import OPENS, pull_link

# Action -> its line in the help. All of these read the file.
OF_FILE = {
    "check": "say whether the file and the rosters that it names are right",
    "list": "print each course: today's state, how many people and groups",
    "values": "print values for the chart: services and roles of graders and instructors",
    "graders": "print the objects with which the graders run in the cluster, as YAML",
    "exchange": "add courses and their people to ngshare, the exchange of nbgrader",
    "databases": "print the databases of courses and which are over; with --delete these go",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    from libretexts_hub.cli import course_databases, course_exchange, course_graders, course_import

    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    made = {action: actions.add_parser(action, help=words) for action, words in OF_FILE.items()}
    for each in made.values():
        each.add_argument("file", metavar="COURSES.YAML")
    course_graders.add_values_arguments(made["values"])
    course_graders.add_arguments(made["graders"])
    course_databases.add_arguments(made["databases"])
    course_exchange.add_arguments(made["exchange"])
    imported = actions.add_parser("import", help="print the courses of a file of Class Tools as ours")
    course_import.add_arguments(imported)
    actions.add_parser("schema", help="print the JSON Schema of the file, for an editor")
    _add_link(
        actions.add_parser("link", help="print the link that pulls a repository and opens it (nbgitpuller)")
    )


def _add_link(link: argparse.ArgumentParser) -> None:
    link.add_argument("repository", help="address of the repository, https://…")
    link.add_argument("--hub", required=True, help="address of the hub, https://hub.example.edu")
    link.add_argument("--branch", default="", help="its default branch, unless named")
    link.add_argument("--to", default="", help="folder below the home (the repository's name)")
    link.add_argument("--open", default="", help="file or folder of the repository to open")
    link.add_argument("--interface", choices=tuple(OPENS), default="lab", help="what opens it (lab)")
    link.add_argument(
        "--course", default="", metavar="ID", help="start the environment of this course, without a form"
    )


def run(args: argparse.Namespace) -> int:
    """0: done; 1: databases are left; 2: what is wrong."""
    if args.action == "link":
        return _link(args)
    if args.action == "schema":
        from libretexts_hub.cli.course_schema import text

        print(text(), end="")
        return 0
    if args.action == "import":
        from libretexts_hub.cli import course_import

        return course_import.run(args)
    from libretexts_hub.cli import course_databases, course_exchange, course_graders
    from libretexts_hub.hub.course_file import CourseFile, today

    courses = CourseFile(args.file, logging.getLogger(__name__)).courses
    if args.action == "values":
        return course_graders.values(args, courses)
    if args.action == "graders":
        return course_graders.graders(args, courses)
    if args.action == "exchange":
        return course_exchange.run(args, courses)
    if args.action == "databases":
        return course_databases.run(args, courses)
    if args.action == "check":
        print(f"{args.file}: {len(courses)} courses, nothing to mend.")
    else:
        _list(courses, today())
    return 0


def _list(courses: tuple[Course, ...], today: date) -> None:
    for course in courses:
        members = course.members
        state = "runs" if course.runs(today) else "ended" if course.is_over(today) else "later"
        print(f"{course.id}\t{state}\t{len(members.people)} people\t{len(members.groups)} groups")


def _link(args: argparse.Namespace) -> int:
    found = pull_link(
        args.hub,
        args.repository,
        branch=args.branch,
        folder=args.to,
        file=args.open,
        interface=args.interface,
        course=args.course,
    )
    print(found)
    return 0
