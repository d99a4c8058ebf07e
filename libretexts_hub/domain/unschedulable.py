"""Why does the scheduler find no place for a pod? Its sentence about all nodes, in words for a person.

It reads `0/9 nodes are available: 2 Insufficient cpu, 7 node(s) had untolerated taint {hpc: true}.` Most of
the nodes that it names were never meant for this pod, so only what stands nearest to a place is told.
"""

import re

# From what is told first to what is told last. Who waits for memory does not care which nodes are for others.
CAUSES = (
    (
        "claim",
        re.compile(r'persistentvolumeclaim "[^"]*" (not found|is being deleted)|unbound immediate', re.I),
        "your home is not ready yet",
    ),
    (
        "device",
        re.compile(
            r"Insufficient [a-z0-9.-]+/\S*|cannot allocate all claims|resourceclaim|Insufficient \S*gpu", re.I
        ),
        "no GPU or other device is free",
    ),
    ("memory", re.compile(r"Insufficient memory"), "too little memory is free"),
    ("cpu", re.compile(r"Insufficient cpu"), "too few processors are free"),
    ("disk", re.compile(r"Insufficient ephemeral-storage"), "too little disk is free"),
    ("pods", re.compile(r"Too many pods|Insufficient pods"), "the machines are full"),
    ("volumes", re.compile(r"max volume count"), "the machines can take no more disks"),
    (
        "zone",
        re.compile(r"volume node affinity conflict|didn't find available persistent volumes"),
        "the machines near your files have no room",
    ),
    (
        "spread",
        re.compile(r"(anti-affinity|affinity rules|topology spread)"),
        "servers of this kind are kept apart",
    ),
    (
        "broken",
        re.compile(
            r"taint \{node\.(kubernetes|cloudprovider\.kubernetes)\.io/[a-z-]+|were unschedulable"
            r"|no nodes available"
        ),
        "no machine is in service",
    ),
    ("taint", re.compile(r"untolerated taint|had taint"), "the machines are kept for others"),
    (
        "selector",
        re.compile(r"node affinity/selector|node selector|node\(s\) didn't match", re.I),
        "no machine is of the kind that this server asks for",
    ),
)
# Several of these may be short at one time; of the others the first is enough.
SHORTAGES = ("device", "memory", "cpu", "disk")
OF_NOBODY = ("taint", "selector")
PREEMPTION = re.compile(r"\bpreemption: ")


def causes(message: str) -> list[str]:
    """The keys of CAUSES that this message names, the nearest to a place first."""
    about_nodes = PREEMPTION.split(message, maxsplit=1)[0]
    return [key for key, pattern, _ in CAUSES if pattern.search(about_nodes)]


def why_no_place(message: str) -> str:
    """One part of a sentence, empty where the message says nothing that we know."""
    found = causes(message)
    told = [key for key in found if key in SHORTAGES] if set(found[:1]) & set(SHORTAGES) else found[:1]
    if set(found) == set(OF_NOBODY):
        told = found
    words = {key: text for key, _, text in CAUSES}
    return " and ".join(words[key] for key in told)


def may_last(message: str) -> bool:
    """Whether nothing that another server gives back would help: no node is meant for this pod."""
    found = causes(message)
    return bool(found) and set(found) <= set(OF_NOBODY)
