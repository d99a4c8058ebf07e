"""Are permissions that were granted those that are used? The audit log of the API server, after the story.

This module is moved behind all others (`conftest.py`): what the story used is known at its end.
"""

from __future__ import annotations

import json

from libretexts_hub.hub import roles
from tests.site.visits import MARKS

pytestmark = MARKS
Used = set[tuple[str, str]]
# The hub tries it where somebody comes back to a marked home; the docs say what grants it. Without it the
# culler's next run takes the mark off.
TRIED = {("patch", "persistentvolumeclaims")}
# Granted, and not used by the story. Each has the reason for which it is printed all the same.
NOT_USED_BY = {
    "hub": {
        ("get", "pods"): "a start that was not answered looks for its pod, and adopts it",
        ("get", "secrets"): "credentials of a registry; whose a Secret is that was there already",
        ("get", "services"): "services_enabled, internal_ssl",
        ("create", "services"): "services_enabled, internal_ssl",
        ("delete", "services"): "services_enabled, internal_ssl",
        ("delete", "secrets"): "the Secret of a database goes with its claim where the hub deletes a user",
        ("delete", "persistentvolumeclaims"): "delete_pvc, where the culler does not own homes",
    },
    "culler": {},
}


def granted(rules: list[dict]) -> Used:
    return {(verb, resource) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}


def printed(part: str) -> Used:
    return granted([each.rule for each in roles.PARTS[part]])


def asked(site, account: str) -> tuple[Used, Used]:
    """What this account did, and what it was refused."""
    name = f"system:serviceaccount:{site.target.namespace}:{account}"
    done, refused = set(), set()
    for line in site.servers.cluster.audit_log.read_text().splitlines():
        if name not in line:
            continue
        entry = json.loads(line)
        of = entry.get("objectRef", {})
        if entry.get("user", {}).get("username") != name or "resource" not in of:
            continue
        request = (entry["verb"], "/".join(filter(None, (of["resource"], of.get("subresource")))))
        code = entry.get("responseStatus", {}).get("code", 0)
        # A policy answers 422, or 403 with its own words; the rights themselves are what 403 is about here.
        (refused if code in (401, 403) and of.get("namespace") == site.target.namespace else done).add(
            request
        )
    return done, refused


async def test_the_chart_grants_what_the_hub_is_printed_to_need(site):
    chart = {
        ("get", "events"),
        *(
            (verb, kind)
            for kind in ("pods", "persistentvolumeclaims", "secrets", "services")
            for verb in ("get", "watch", "list", "create", "delete")
        ),
        ("watch", "events"),
        ("list", "events"),
    }
    assert printed("hub") <= chart


async def test_the_hub_uses_what_it_has_and_no_more(site, is_whole_story):
    role = json.loads(await site.kubectl("get", "role", "hub", "-o", "json"))
    done, refused = asked(site, "hub")
    told("hub", granted(role["rules"]), done)
    assert refused <= TRIED
    assert done <= granted(role["rules"])
    if is_whole_story:
        assert done <= printed("hub"), "what is printed is enough"
        assert printed("hub") - done <= NOT_USED_BY["hub"].keys()


async def test_the_culler_uses_what_it_has_and_no_more(site, is_whole_story):
    done, refused = asked(site, "culler")
    told("culler", printed("culler"), done)
    assert refused == set()
    assert done <= printed("culler")
    if is_whole_story:
        assert printed("culler") - done <= NOT_USED_BY["culler"].keys()


async def test_nobody_else_has_rights_there(site):
    """No account of a pod asks anything: of those of the namespace only these two did."""
    accounts = set()
    for line in site.servers.cluster.audit_log.read_text().splitlines():
        entry = json.loads(line)
        if entry.get("objectRef", {}).get("namespace") == site.target.namespace:
            accounts.add(entry.get("user", {}).get("username", ""))
    ours = {f"system:serviceaccount:{site.target.namespace}:{name}" for name in ("hub", "culler")}
    others = {each for each in accounts if each.startswith("system:serviceaccount:")} - ours
    assert {
        each for each in others if each.startswith(f"system:serviceaccount:{site.target.namespace}:")
    } == set()


def told(account: str, rights: Used, done: Used) -> None:
    """The table, for who looks at the output (`pytest -rP`)."""
    print(f"{account}: granted {len(rights)}, used {len(rights & done)}")
    for verb, kind in sorted(rights | done, key=lambda each: each[::-1]):
        print(f"  {kind:24} {verb:8} {'used' if (verb, kind) in done else '-'}")
