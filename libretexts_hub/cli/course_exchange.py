"""`libretexts-hub courses exchange`: does ngshare know the courses and who is in them?"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from libretexts_hub.domain.course_exchange import exchanges
from libretexts_hub.errors import SetupError
from libretexts_hub.hub.course_file import today

if TYPE_CHECKING:
    import argparse

    from libretexts_hub.clients.ngshare import Ngshare
    from libretexts_hub.domain.course_exchange import Exchange
    from libretexts_hub.domain.courses import Course

VARIABLE = "NGSHARE_TOKEN"
LEFT = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `courses exchange COURSES.YAML`."""
    parser.add_argument(
        "--url", required=True, help="address of ngshare, https://hub.example.edu/services/ngshare"
    )
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be added")


def run(args: argparse.Namespace, courses: tuple[Course, ...]) -> int:
    """0: everybody is there; 1: ngshare did not take somebody."""
    token = os.environ.get(VARIABLE, "")
    if not token:
        raise SetupError(
            "There is no token", where=f"${VARIABLE}", fix="Set it to the token of an admin of ngshare."
        )
    return asyncio.run(_run(args.url, token, exchanges(courses, today()), is_dry=args.dry_run))


async def _run(url: str, token: str, wanted: tuple[Exchange, ...], *, is_dry: bool) -> int:
    from libretexts_hub.clients.ngshare import Ngshare

    left = 0
    async with Ngshare(url, token) as ngshare:
        known = set(await ngshare.courses()) if wanted else set()
        for each in wanted:
            missing = each
            if each.course in known:
                instructors = await ngshare.people(each.course, "instructors")
                missing = each.without(instructors, await ngshare.people(each.course, "students"))
            words = f"{len(missing.instructors)} instructors, {len(missing.students)} students"
            print(f"{each.course}\t{'would add' if is_dry else 'adds'} {words}")
            if not is_dry:
                left += await _add(ngshare, missing, is_new=each.course not in known)
    return LEFT if left else 0


async def _add(ngshare: Ngshare, missing: Exchange, *, is_new: bool) -> int:
    """How many ngshare did not take."""
    if is_new:
        await ngshare.add_course(missing.course)
    for name in missing.instructors:
        await ngshare.add_instructor(missing.course, name)
    if not missing.students:
        return 0
    refused = await ngshare.add_students(missing.course, missing.students)
    for name, words in refused.items():
        print(f"{missing.course}\t{name} was not taken: {words}")
    return len(refused)
