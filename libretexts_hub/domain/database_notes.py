"""How does a database that works say what its person should know? By a probe that fails once, with the words.

The output of a failed probe becomes an event of the pod, which a hub may read. What a running container has
written, or its log, the chart's Role lets no hub read.
"""

from collections.abc import Iterable

from libretexts_hub.domain.pod_events import Object, happened

STARTED, NOTES = "started", "notes"
# As a kubelet writes such an event.
FAILED = ("Startup probe failed: ", "Readiness probe failed: ")


def probe_command(run_path: str) -> list[str]:
    """Succeeds once the start script is through; before that, where there are notes, it prints them once."""
    started, notes = f"{run_path}/{STARTED}", f"{run_path}/{NOTES}"
    script = f"test -e {started} || exit 1; test -s {notes} || exit 0; cat {notes}; rm -f {notes}; exit 1"
    return ["/bin/sh", "-c", script]


def notes_of(events: Iterable[Object], uid: str, container: str) -> str:
    """What the probe of this container said last in the pod of this uid; empty for nothing."""
    places = (f"spec.initContainers{{{container}}}", f"spec.containers{{{container}}}")
    ours = (each for each in events if (each.get("involvedObject") or {}).get("fieldPath") in places)
    said = ""
    for each in happened(ours, uid):
        words = next(
            (each.message.removeprefix(start) for start in FAILED if each.message.startswith(start)), ""
        )
        if each.reason == "Unhealthy" and words.strip():
            said = words.strip()
    return said
