"""Does a configuration in Python have a secret written out in it? Reading one from elsewhere is none."""

import ast
from collections.abc import Iterator

from libretexts_hub.domain.helm_secrets import NAMED, has_secret


def code_has_secret(text: str) -> bool:
    """What is not Python is looked at as text."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return has_secret(text)
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    if any(isinstance(value, str) and has_secret(value) for value in constants):
        return True
    return any(
        NAMED.search(name) and isinstance(value, ast.Constant) and isinstance(value.value, str | bytes)
        for name, value in _named_values(tree)
        if not (isinstance(value, ast.Constant) and not value.value)
    )


def _named_values(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """`name = value`, `a.name = value`, `a["name"] = value`, `f(name=value)` and `{"name": value}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from ((_name(target), node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield _name(node.target), node.value
        elif isinstance(node, ast.keyword):
            yield node.arg or "", node.value
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from ((_name(key), value) for key, value in pairs if key is not None)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _name(node.slice)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
