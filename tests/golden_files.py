"""How is a whole manifest compared? With a YAML file, rewritten by `pytest --update-golden`."""

import difflib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"


def check_golden(config: pytest.Config, name: str, value: object) -> None:
    """Compare with `golden/NAME.yaml`; `config` is `request.config`."""
    yaml = pytest.importorskip("yaml")  # the core is tested without it too
    check_golden_text(config, name, yaml.safe_dump(value, sort_keys=True, width=110))


def check_golden_text(config: pytest.Config, name: str, made: str) -> None:
    """Compare YAML that is made already with `golden/NAME.yaml`."""
    path = FOLDER / f"{name}.yaml"
    # Without a conftest the option is not there.
    if config.getoption("--update-golden", default=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8")
        return
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    changes = difflib.unified_diff(kept.splitlines(), made.splitlines(), path.name, "made", lineterm="")
    assert made == kept, "\n".join(changes)
