"""How is the embedded cluster run as a program? `python -m libretexts_hub.local_cluster --state-dir DIR`."""

import argparse
import asyncio
import contextlib
import json
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from libretexts_hub.errors import SetupError
from libretexts_hub.local_cluster.cluster import LocalCluster


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


def _resource(text: str) -> tuple[str, str]:
    name, _, count = text.partition("=")
    if not re.fullmatch(r"[a-z0-9.-]{1,253}/[A-Za-z0-9._-]{1,63}", name) or not re.fullmatch(
        r"[0-9]{1,9}", count
    ):
        raise ValueError(text)
    return name, count


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m libretexts_hub.local_cluster",
        description="A stand-in for a Kubernetes cluster. Pods are your own processes: no isolation.",
    )
    parser.add_argument(
        "--state-dir", type=Path, required=True, help="folder for everything the cluster keeps"
    )
    parser.add_argument(
        "--port", type=_port, default=0, help="port of the API on 127.0.0.1; 0, the default, takes a free one"
    )
    parser.add_argument(
        "--images", type=Path, help="JSON or YAML file that maps image references to commands"
    )
    parser.add_argument("--one-address", action="store_true", help="all pods have the address 127.0.0.1")
    parser.add_argument(
        "--resource",
        type=_resource,
        action="append",
        default=[],
        metavar="NAME=COUNT",
        help="an extended resource that the node is said to have, for example nvidia.com/gpu=2; repeatable",
    )
    return parser.parse_args(arguments)


def read_images(file: Path | None) -> dict[str, dict[str, Any]]:
    """The images file, JSON or YAML. Raises SetupError."""
    if file is None:
        return {}
    fix = (
        "It maps image references to entrypoint, cmd and env; see the documentation of the embedded cluster."
    )
    try:
        text = file.read_text(encoding="utf-8")
        content = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise SetupError(
            f"The images file cannot be read: {error.strerror}", where=str(file), fix=fix
        ) from None
    except (ValueError, yaml.YAMLError) as error:
        problem = str(error).splitlines()[0]
        raise SetupError(
            f"The images file is neither JSON nor YAML: {problem}", where=str(file), fix=fix
        ) from None
    if not isinstance(content, dict) or not all(isinstance(value, dict) for value in content.values()):
        raise SetupError("The images file is not a mapping of mappings", where=str(file), fix=fix)
    return content


async def run(options: argparse.Namespace) -> None:
    """Start the cluster, say where it is, and run until a signal comes. Raises SetupError."""
    images = read_images(options.images)
    cluster = LocalCluster(
        options.state_dir, options.port, images, options.one_address, dict(options.resource)
    )
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    try:
        await cluster.start()
        sys.stdout.write(f"ready {cluster.url} {cluster.kubeconfig}\n")
        with contextlib.suppress(OSError):  # nobody has to listen
            sys.stdout.flush()
        await ended.wait()
    finally:
        await cluster.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    try:
        asyncio.run(run(parse(arguments)))
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
