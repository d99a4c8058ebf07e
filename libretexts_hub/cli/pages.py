"""`libretexts-hub pages --out DIR`: how do all pages look with this configuration, in every state?"""

import argparse
from pathlib import Path

from libretexts_hub.cli import config_files
from libretexts_hub.errors import SetupError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="an empty or new folder")
    config_files.add_argument(parser, without="(none: the defaults)")
    parser.add_argument(
        "--language", default="en", choices=("en", "es"), help="the language of the pages (en)"
    )


def run(args: argparse.Namespace) -> int:
    """0: written; 2: wrong use or configuration."""
    from traitlets.config import Config

    from libretexts_hub.cli.page_gallery import write_gallery
    from libretexts_hub.hub.pages import check_pages

    config = config_files.load(args.config) if args.config else Config()
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        is_empty = not any(args.out.iterdir()) or (args.out / "index.html").is_file()
    except OSError as error:
        raise SetupError(
            f"The folder can't be used: {error.strerror}", where=f"--out {args.out}", fix="Name another one."
        ) from None
    if not is_empty:
        raise SetupError(
            "The folder holds something else", where=f"--out {args.out}", fix="Name an empty or new one."
        )
    count = write_gallery(check_pages(config), config, args.out, language=args.language)
    print(f"{count} pages: {args.out / 'index.html'}")
    return 0
