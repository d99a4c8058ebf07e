"""How does first data come from a web address, when a database image has no program that downloads?

By the notebook's own image, which always has Python: an init container that never fails a start.
"""

import json
from collections.abc import Sequence

from libretexts_hub.domain.database_sources import Source

# Runs in the notebook's image: any Python 3. What is loaded already is not downloaded again.
PROGRAM = """
import hashlib, json, os, pathlib, time, urllib.request
end = time.monotonic() + 300
loaded, target = pathlib.Path(os.environ["DB_FOLDER"], "initial"), pathlib.Path(os.environ["DB_TARGET"])
for source in json.loads(os.environ["DB_WANTED"]):
    folder = target / source["key"]
    if any((loaded / (source["key"] + mark)).exists() for mark in (".done", ".failed")):
        continue
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "part"
        digest = hashlib.sha256()
        with urllib.request.urlopen(source["url"], timeout=30) as answer, part.open("wb") as file:
            while piece := answer.read(2**20):
                digest.update(piece)
                file.write(piece)
                if time.monotonic() > end:
                    raise TimeoutError("it took more than five minutes")
        if source["sha256"] and digest.hexdigest() != source["sha256"]:
            raise ValueError("what came has another sha256")
        part.chmod(0o644)
        part.rename(folder / source["file"])
        folder.chmod(0o755)
        print("Downloaded", source["url"])
    except Exception as error:
        print("Could not download", source["url"], repr(error))
""".strip()


def downloads(sources: Sequence[Source]) -> str:
    """What `PROGRAM` reads; empty when there is nothing to download."""
    wanted = [
        {"key": source.key, "url": source.name, "file": source.file, "sha256": source.sha256}
        for source in sources
        if source.kind == "url"
    ]
    return json.dumps(wanted) if wanted else ""
