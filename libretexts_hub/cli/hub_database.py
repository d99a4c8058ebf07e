"""Which database is the hub's? Asked by the verbs that change what a hub keeps of logins."""

import argparse

from libretexts_hub.cli import config_files

DEFAULT_URL = "sqlite:///jupyterhub.sqlite"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--config` and `--db-url`."""
    config_files.add_argument(parser, "the hub's configuration, which names its database")
    parser.add_argument("--db-url", metavar="URL", help="the hub's database, in place of --config")


def url_of(args: argparse.Namespace) -> str:
    """The address. Raises ConfigurationError where no configuration is found."""
    if args.db_url:
        return str(args.db_url)
    config = config_files.load(args.config or config_files.default_files())
    url = str(config.get("JupyterHub", {}).get("db_url", DEFAULT_URL))
    return url if "://" in url else f"sqlite:///{url}"
