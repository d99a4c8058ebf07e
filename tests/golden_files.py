"""How is a whole manifest compared? With a YAML file, rewritten by `pytest --update-golden`."""

import difflib
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "golden"


class Golden:
    """The golden files of one test run."""

    def __init__(self, *, update: bool) -> None:
        self.update = update

    def check(self, name: str, value: object) -> None:
        """Compare with `golden/NAME.yaml`."""
        path = FOLDER / f"{name}.yaml"
        made = yaml.safe_dump(value, sort_keys=True, width=110)
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made, encoding="utf-8")
            return
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        changes = difflib.unified_diff(kept.splitlines(), made.splitlines(), path.name, "made", lineterm="")
        assert made == kept, "\n".join(changes)
