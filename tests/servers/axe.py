"""Where is axe-core, which looks for faults in accessibility, also on a machine that has it not yet?"""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from libretexts_hub.demo.node import find_node
from libretexts_hub.errors import SetupError
from tests.cluster import paths

if TYPE_CHECKING:
    from playwright.async_api import Page

VERSION = "4.14.1"
# What the law of many countries asks of a university's pages, and axe's own advice.
# https://www.deque.com/axe/core-documentation/api-documentation/
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """
async ([within, without, rules]) => {
  const looked = {include: [within], exclude: without};
  const seen = await axe.run(looked, {runOnly: rules, resultTypes: ["violations"]});
  return seen.violations.flatMap(({id, impact, nodes}) => nodes.map((node) =>
    `${id} (${impact}): ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join("; ")}`));
}
"""


@cache
def script() -> str:
    """axe-core as one script, which npm fetches into the cache once. Raises SetupError."""
    home = paths.cache_dir() / f"axe-core-{VERSION}"
    file = home / "axe-core" / "axe.min.js"
    if not file.exists():
        _install(home)
    return file.read_text(encoding="utf-8")


def _install(home: Path) -> None:
    """In a folder of its own, which is renamed when complete: two runs may do it at once."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        done = _npm(["install", "--prefix", folder, f"axe-core@{VERSION}", f"--cache={folder}/npm-cache"])
        if done.returncode:
            fix = "Look whether the npm registry can be reached (`npm ping`)."
            raise SetupError(f"npm could not install axe-core: {done.stderr[-300:]}", where="npm", fix=fix)
        if not home.exists():
            (Path(folder) / "node_modules").rename(home)


def _npm(words: list[str]) -> subprocess.CompletedProcess[str]:
    node = find_node()
    # npm starts scripts by the name `node`; axe-core needs none of its own.
    path = f"{Path(node.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"]
    return subprocess.run(
        [*node.npm_command, *words, *quiet],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


async def violations(page: Page, within: str = "html", without: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds wrong inside the element `within`: one line for each fault and element."""
    options: list[Any] = [within, list(without), RULES]
    await page.evaluate(f"() => {{ {script()} }}")
    return await page.evaluate(LOOK, options)
