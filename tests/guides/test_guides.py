"""Can a reader follow the guides? Each tagged command is typed, in a folder with a copy of the examples."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.guides.commands import follow, steps
from tests.servers.helm import find_helm

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
# Nothing of the machine's own: no cluster, no key, no name of a person.
KEPT = ("HOME", "LANG", "PYTHONPATH", "LIBRETEXTS_HUB_CACHE", "TMPDIR")


@pytest.mark.guides
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "page", [path for path in GUIDES if path.stem != "index"], ids=lambda path: path.stem
)
def test_a_guide_can_be_followed(page, tmp_path):
    for name in ("examples", "jupyterhub_config.d", "binder"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folders = [str(Path(sys.executable).parent), *([str(helm.parent)] if (helm := find_helm()) else [])]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment["PATH"] = os.pathsep.join([*folders, os.environ["PATH"]])
    for step in steps(page.read_text(encoding="utf-8")):
        follow(step, tmp_path, environment)


def test_every_guide_has_something_that_is_tried():
    assert [page.stem for page in GUIDES if page.stem != "index" and not steps(page.read_text())] == []
