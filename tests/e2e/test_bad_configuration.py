"""Does a hub with a wrong line refuse to start, in one sentence?

Which lines are wrong is a table in tests/hub/test_configuration.py; here a whole hub is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.hub import HubProcess

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = {"name": "Default", "image": "localhost/lab:1"}
CHECK = """
from libretexts_hub.hub.configuration import check_or_exit
check_or_exit(c)
"""


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(
            f"c.LibreTextsSpawner.images = {[{**IMAGE, 'slug': 'default'}] * 2}",
            ["default", "images"],
            id="two equal slugs",
        ),
        pytest.param(
            "c.LibreTextsSpawner.sizes = {'small': {'name': 'Small', 'memory': {'limit': '2G'}}}",
            ["2G", "small"],
            id="ambiguous quantity",
        ),
    ],
)
def test_the_hub_ends_with_2_and_one_sentence(tmp_path: Path, lines: str, words: list[str]) -> None:
    hub = HubProcess(tmp_path, extra=f"{lines}\n{CHECK}", preloaded=False)
    code, printed = hub.run_to_exit()
    assert code == 2, printed
    assert "Traceback" not in printed
    for word in words:
        assert word in printed
    assert len(printed.strip().splitlines()) == 1, printed
