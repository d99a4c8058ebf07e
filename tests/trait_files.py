"""How are the files in `cli/trait_index` made? By `python -m tests.trait_files` in each environment."""

import json
from collections.abc import Iterator
from pathlib import Path

from libretexts_hub.cli.trait_files import MODULES, OURS, describe, file_of, our_modules


def made() -> Iterator[tuple[Path, str]]:
    """Each file of the installed releases, as it should be."""
    for distribution, modules in MODULES.items():
        yield file_of(distribution), _text(describe(modules))
    yield file_of(OURS), _text(describe(our_modules()))


def _text(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in made():
        path.write_text(text, encoding="utf-8")
