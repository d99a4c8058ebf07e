"""What is new? Reads the one-sentence files of changelog.d, whose README says how they are written."""

from pathlib import Path

FRAGMENTS = Path(__file__).parents[2] / "changelog.d"
KINDS = ("Added", "Changed", "Fixed", "Removed")


def read_fragments(folder: Path) -> dict[str, list[str]]:
    """Kind -> sentences. A fragment is `Kind: sentence`; one that is not is refused by its file name."""
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        kind, colon, sentence = path.read_text(encoding="utf-8").strip().partition(":")
        if not colon or kind not in kinds:
            raise ValueError(
                f"changelog.d/{path.name} must begin with one of {', '.join(KINDS)} and a colon."
            )
        kinds[kind].append(" ".join(sentence.split()))
    return kinds
