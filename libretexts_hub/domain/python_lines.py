"""On which line of a configuration file is a setting written?"""

import ast
from collections.abc import Iterator

Lines = dict[tuple[str, str], int]


def setting_lines(source: str) -> Lines:
    """(section, setting) -> the last line that assigns it: `c.Section.setting = …`, append, update.

    {} for what is not Python; the loading of the file says so.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: Lines = {}
    for node in ast.walk(tree):
        for target in _targets(node):
            if key := _setting(target):
                found[key] = max(found.get(key, 0), getattr(node, "lineno", 0))
    return found


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        yield from node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield node.func.value


def _setting(target: ast.expr) -> tuple[str, str] | None:
    """Of `c.Section.setting`, also with an index behind it."""
    while isinstance(target, ast.Subscript):
        target = target.value
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute):
        root = target.value.value
        if isinstance(root, ast.Name) and root.id == "c":
            return target.value.attr, target.attr
    return None
