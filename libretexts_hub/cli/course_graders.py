"""`libretexts-hub courses values` and `graders`: what do the chart and the cluster need for the graders?"""

import argparse

from libretexts_hub.cli.render_yaml import as_yaml
from libretexts_hub.domain.course_graders import GraderSetting, chart_values, manifests
from libretexts_hub.domain.courses import Course
from libretexts_hub.domain.references import is_reference
from libretexts_hub.errors import SetupError


def add_values_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `courses values COURSES.YAML`."""
    parser.add_argument(
        "--without-roles",
        action="store_true",
        help="only services and their own roles: people get theirs by the login (c.LoginMixin.grants)",
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `courses graders COURSES.YAML`."""
    parser.add_argument("--image", required=True, help="an image with nbgrader and ngshare_exchange in it")
    parser.add_argument("--storage", default="5Gi", help="the disk of each course (5Gi)")
    parser.add_argument("--namespace", default="", help="where the hub is (that of kubectl)")
    parser.add_argument("--base-url", default="/", help="the hub's base_url (/)")
    parser.add_argument(
        "--secret", default="hub", help="the Secret with the tokens of services (hub, the chart's own)"
    )
    parser.add_argument("--exchange", default="", help="the address of ngshare (the one that it expects)")


def values(args: argparse.Namespace, courses: tuple[Course, ...]) -> int:
    """Print values for the chart."""
    print(as_yaml([chart_values(courses, with_roles=not args.without_roles)]), end="")
    return 0


def graders(args: argparse.Namespace, courses: tuple[Course, ...]) -> int:
    """Print the objects of each grader."""
    if not is_reference(args.image):
        raise SetupError(
            f"{args.image!r:.120} is not an image reference", where="--image", fix="Write repository:tag."
        )
    setting = GraderSetting(
        image=args.image,
        storage=args.storage,
        namespace=args.namespace,
        base_url=args.base_url,
        secret=args.secret,
        exchange=args.exchange,
    )
    print(as_yaml(manifests(courses, setting)), end="")
    return 0
