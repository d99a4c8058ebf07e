"""How does a test run the verb, and which registry is there to ask?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from libretexts_hub.cli import main
from tests.servers.registry import running_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.registry import Registry

TAGS = ["recommended", "w_2026_45", "w_2026_46", "r29_0_0", "latest"]


@pytest.fixture
def images(tmp_path, capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Run the verb with a configuration; its exit code, what it printed and what it said on stderr."""
    monkeypatch.chdir(tmp_path)
    for name in ("LAB_REPO_NAME", "LAB_IMAGE"):
        monkeypatch.delenv(name, raising=False)

    def run(configuration: str, *words: str) -> tuple[int, str, str]:
        file = tmp_path / "hub_config.py"
        file.write_text(configuration)
        code = main(["images", "--config", str(file), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Iterator[Registry]:
    """A real registry with a few tags; `recommended` is the newest weekly."""
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        running.push("team/lab", TAGS)
        weekly = running.manifest("w_2026_46 ")
        running.put("team/lab", "recommended", weekly, "application/vnd.oci.image.manifest.v1+json")
        yield running
