"""Does a path stay where it belongs? Joins that cannot leave their folder, not even by a symbolic link."""

import os
from pathlib import Path, PurePosixPath


class PathEscape(ValueError):  # noqa: N818 - the kubelet's own word for it
    """A path leads out of the folder it belongs to."""


def parts_below(path: str) -> tuple[str, ...]:
    """The components of a path taken from the root of a container or volume. PathEscape for `..` and NUL."""
    if "\0" in path:
        raise PathEscape(f"{path!r} contains a NUL byte")
    parts = tuple(part for part in PurePosixPath(path).parts if part not in ("/", "//", "."))
    if ".." in parts:
        raise PathEscape(f"{path!r} contains '..'")
    return parts


def is_inside(path: Path, folder: Path) -> bool:
    """True when `path`, with every symbolic link followed, is `folder` or below it."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def join_inside(folder: Path, path: str) -> Path:
    """`path` below `folder`. PathEscape when it, or a symbolic link on the way, leads out."""
    joined = folder.joinpath(*parts_below(path))
    if not is_inside(joined, folder):
        raise PathEscape(f"{path!r} leads out of its volume through a symbolic link")
    return Path(os.path.realpath(joined))
