"""What has a run put onto this machine? A file of JSON lines, each written before the thing is made.

Read backwards it is the list of what to take away; a line for something that was never made costs nothing.
"""

import json
import os
from pathlib import Path

NAME = "manifest.jsonl"


def record(folder: Path, kind: str, **facts: str | int) -> None:
    """Note one thing; it is on disk when this returns. Kinds: folder, empty_folder, marker, process, link,
    cgroup."""
    with (folder / NAME).open("a") as file:
        file.write(json.dumps({"kind": kind, **facts}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> list[dict]:
    """What the run has noted, in order; a last line that a crash cut short is not a thing that was made."""
    try:
        lines = (folder / NAME).read_text().splitlines()
    except FileNotFoundError:
        return []
    things = []
    for line in lines:
        try:
            things.append(json.loads(line))
        except ValueError:
            continue
    return things
