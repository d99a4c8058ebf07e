"""`libretexts-hub courses databases`: whose database of a course is over, and shall it go?"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from libretexts_hub.clients.claim_pods import ClaimPods
from libretexts_hub.clients.claims import Claims
from libretexts_hub.clients.database_secrets import DatabaseSecrets
from libretexts_hub.clients.kube_access import find_access
from libretexts_hub.clients.kube_api import KubeApi
from libretexts_hub.clients.polite_requests import PoliteClient
from libretexts_hub.domain.course_databases import verdicts
from libretexts_hub.domain.culling_errors import ConflictError, GoneError
from libretexts_hub.hub.course_file import today

if TYPE_CHECKING:
    import argparse

    from libretexts_hub.domain.course_databases import Verdict
    from libretexts_hub.domain.courses import Course
    from libretexts_hub.domain.culling import Claim

LEFT = 1
OWNER = "hub.jupyter.org/username"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `courses databases COURSES.YAML`."""
    parser.add_argument("--namespace", action="append", default=[], help="where servers run; may be repeated")
    parser.add_argument("--delete", action="store_true", help="delete those whose days are over")


def run(args: argparse.Namespace, courses: tuple[Course, ...]) -> int:
    """0: told, or all gone that should; 1: some that should go are left."""
    return asyncio.run(_run(courses, tuple(args.namespace), delete=args.delete))


async def _run(courses: tuple[Course, ...], namespaces: tuple[str, ...], *, delete: bool) -> int:
    access = find_access()
    left = 0
    async with PoliteClient(access.server, access.authorization, tls=access.tls) as client:
        api = KubeApi(client)
        claims = Claims(api, namespaces or (access.namespace,))
        for each in await _judged(claims, ClaimPods(api), courses):
            what = "goes" if each.goes else "kept"
            if each.goes and delete:
                # Judged once more on what is there now: the person may have begun to work meanwhile.
                done = await _delete(claims, ClaimPods(api), DatabaseSecrets(api), each, courses)
                what, left = ("deleted", left) if done else ("left", left + 1)
            print("\t".join((what, each.course, each.person, "/".join(each.claim.place), each.reason)))
    return LEFT if left else 0


async def _judged(claims: Claims, pods: ClaimPods, courses: tuple[Course, ...]) -> list[Verdict]:
    found: dict[str, list[Claim]] = defaultdict(list)
    token = ""
    while True:
        page = await claims.page(token=token)
        for claim in page.claims:
            found[claim.namespace].append(claim)
        token = page.next_token
        if not token:
            break
    judged = []
    for namespace, listed in found.items():
        mounting = await pods.mounting(namespace, [claim.name for claim in listed])
        judged += verdicts(listed, courses, today(), mounting)
    return judged


async def _delete(
    claims: Claims, pods: ClaimPods, secrets: DatabaseSecrets, each: Verdict, courses: tuple[Course, ...]
) -> bool:
    namespace, name = each.claim.place
    now = await claims.get(namespace, name)
    if now is None:
        return True
    mounting = await pods.mounting(namespace, [name])
    again = verdicts([now], courses, today(), mounting)
    if now.uid != each.claim.uid or not again or not again[0].goes:
        return False
    secret = await secrets.get(namespace, name)
    try:
        await claims.delete(now)
        if secret is not None and secret.annotations.get(OWNER) == each.person:
            await secrets.delete(secret)
    except GoneError:
        return True
    except ConflictError:
        return False
    return True
