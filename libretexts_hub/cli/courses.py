"""`libretexts-hub courses`: is courses.yaml right, who is in which course, and which link brings material?"""

import argparse
import logging
from datetime import datetime

from libretexts_hub.domain.pull_link import OPENS, pull_link


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say whether the file and the rosters that it names are right")
    listed = actions.add_parser("list", help="print each course: today's state, how many people and groups")
    for each in (check, listed):
        each.add_argument("file", metavar="COURSES.YAML")
    link = actions.add_parser(
        "link", help="print the link that pulls a repository and opens it (nbgitpuller)"
    )
    link.add_argument("repository", help="address of the repository, https://…")
    link.add_argument("--hub", required=True, help="address of the hub, https://hub.example.edu")
    link.add_argument("--branch", default="", help="its default branch, unless named")
    link.add_argument("--to", default="", help="folder below the home (the repository's name)")
    link.add_argument("--open", default="", help="file or folder of the repository to open")
    link.add_argument("--interface", choices=tuple(OPENS), default="lab", help="what opens it (lab)")


def run(args: argparse.Namespace) -> int:
    """0: done; 2: what is wrong."""
    if args.action == "link":
        found = pull_link(
            args.hub,
            args.repository,
            branch=args.branch,
            folder=args.to,
            file=args.open,
            interface=args.interface,
        )
        print(found)
        return 0
    from libretexts_hub.hub.course_file import CourseFile

    courses = CourseFile(args.file, logging.getLogger(__name__)).courses
    if args.action == "check":
        print(f"{args.file}: {len(courses)} courses, nothing to mend.")
        return 0
    today = datetime.now().astimezone().date()
    for course in courses:
        members = course.members
        state = "runs" if course.runs(today) else "ended" if course.ends and course.ends < today else "later"
        print(f"{course.id}\t{state}\t{len(members.people)} people\t{len(members.groups)} groups")
    return 0
