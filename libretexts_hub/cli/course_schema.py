"""What may stand in courses.yaml, for an editor? The published JSON Schema (draft 2020-12)."""

from pathlib import Path

FILE = Path(__file__).parent / "schemas" / "courses.schema.json"


def text() -> str:
    """The schema as it is published."""
    return FILE.read_text(encoding="utf-8")
