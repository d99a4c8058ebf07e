"""`libretexts-hub courses import`: what do the files of Class Tools become?"""

import argparse
import sys
from pathlib import Path

import yaml

from libretexts_hub.cli.yaml_places import read_yaml
from libretexts_hub.domain.class_tools import Wishes, import_courses
from libretexts_hub.domain.courses import parse_courses
from libretexts_hub.errors import ConfigurationError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `courses import`."""
    parser.add_argument("file", metavar="COURSES.YAML", help="the file of Class Tools, a list of courses")
    parser.add_argument("--data", metavar="DATA.YAML", help="its list of repositories with data")
    parser.add_argument(
        "--group", action="append", default=[], help="group of the people in them; may be repeated"
    )
    parser.add_argument("--image", default="", help="slug of the menu that they start")
    parser.add_argument("--database", default="", metavar="SLUG", help="entry of `databases` that all have")
    parser.add_argument("--graders", action="store_true", help="a grader for each that has an instructor")


def run(args: argparse.Namespace) -> int:
    """0: the new file is on stdout, what is to be known about it on stderr. Raises ConfigurationError."""
    wishes = Wishes(tuple(args.group), args.image, args.database, args.graders)
    data = _read(args.data) if args.data else None
    made = import_courses(_read(args.file), data, wishes=wishes, where=args.file, data_where=args.data or "")
    # What is printed is read as the hub will read it.
    parse_courses(made.courses, where=f"{args.file}, imported", read_roster=_no_roster)
    print(yaml.safe_dump({"courses": made.courses}, sort_keys=False, allow_unicode=True, width=100), end="")
    for remark in made.remarks:
        print(remark, file=sys.stderr)
    return 0


def _read(path: str) -> object:
    document = read_yaml(Path(path))
    for keys, line in document.twice:
        raise ConfigurationError(
            f"{keys[-1]!r:.80} is written twice", where=f"{path}:{line}", fix="Leave one of them out."
        )
    return document.value


def _no_roster(name: str) -> str:
    raise AssertionError(f"the old file has no roster, {name}")
