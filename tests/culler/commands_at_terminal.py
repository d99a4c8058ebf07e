"""How does a test type `libretexts-hub cull …`? In this process, with the settings in a file."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from libretexts_hub.cli import cull as cli

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def settings_file(folder: Path, settings: dict[str, Any]) -> Path:
    """What `--config` names."""
    config = folder / "culler.py"
    config.write_text("".join(f"c.IdleCuller.{key} = {value!r}\n" for key, value in settings.items()))
    return config


async def type_command(config: Path, *words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code, and what was printed."""
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    code = await asyncio.to_thread(cli.run, parser.parse_args(["--config", str(config), *words]))
    return code, capsys.readouterr().out
