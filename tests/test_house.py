"""Is the house in order? Sizes of files and functions, and words that mean nothing to a reader."""

import ast
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = sorted((ROOT / "libretexts_hub").rglob("*.py"))
FILE_LINES = 300
FUNCTION_LINES = 50
BINARY = {".mo", ".png", ".ico", ".woff2", ".jpg", ".gz"}
PACKAGE_REGISTRIES = {
    "pypi.org",
    "files.pythonhosted.org",
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "proxy.golang.org",
}
REGISTRY_SETTINGS = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "GOPROXY",
    "npm_config_registry",
)


def public_files() -> list[Path]:
    """Every text file that is or would be committed; everything below the checkout where there is no git."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, capture_output=True, text=True)
    names = done.stdout.split("\0") if done.returncode == 0 else [str(path) for path in ROOT.rglob("*")]
    paths = (ROOT / name for name in names if name)
    return [path for path in paths if path.is_file() and path.suffix not in BINARY and path != Path(__file__)]


def places(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """`file:line: text` of each match, to be read in the failure message."""
    found = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:160]}")
    return found


def registry_hosts() -> set[str]:
    """Public package registries and those this machine is set up with: no file of ours names one."""
    settings = [part for name in REGISTRY_SETTINGS for part in re.split(r"[\s,|]+", os.environ.get(name, ""))]
    return PACKAGE_REGISTRIES | {host for host in (urlsplit(one).hostname for one in settings) if host}


def test_no_file_names_a_place_on_somebodys_machine():
    home = re.escape(str(Path.home())) if len(Path.home().parts) > 2 else "/root"
    here = re.escape(str(ROOT))
    assert not places(
        re.compile(rf"(?<![\w.]){here}\b|(?<![\w.]){home}/|(?<![\w./])/(work|Users|workspace)/"),
        public_files(),
    )


def test_no_file_names_a_package_registry():
    assert not places(re.compile("|".join(map(re.escape, sorted(registry_hosts())))), public_files())


@pytest.mark.parametrize("word", [r"\bTODO\b", r"\bFIXME\b", r"\bXXX\b", r"\bHACK\b"])
def test_package_leaves_nothing_for_later(word):
    assert not places(re.compile(word), PACKAGE)


def test_no_file_points_to_papers_outside_the_repository():
    assert not places(
        re.compile(r"\bDESIGN(\.md)?\b|field-notes|seams\.md|code-style\.md|cluster-recipe|/tmp/brief"),
        public_files(),
    )


def test_no_secret_is_committed():
    assert not places(
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\bghp_\w{20}|\bAKIA[0-9A-Z]{16}"), public_files()
    )


def test_no_module_is_long():
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE}
    assert not {str(path.relative_to(ROOT)): lines for path, lines in sizes.items() if lines > FILE_LINES}


def test_no_function_is_long():
    long = {}
    for path in PACKAGE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert not long


@pytest.mark.parametrize("path", PACKAGE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_module_says_which_question_it_answers(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "the first line of a module says which question the file answers"
    first = docstring.splitlines()[0]
    assert "?" in first or first.endswith((".", ":"))
