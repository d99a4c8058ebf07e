"""Which permissions does the hub need? `libretexts-hub roles` prints them, ready for `kubectl apply -f -`."""

import argparse
import re

import yaml

from libretexts_hub.errors import SetupError
from libretexts_hub.hub import roles

# A namespace is a DNS label (RFC 1123).
NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may follow `roles`."""
    parser.add_argument(
        "--namespace", metavar="NS", default="default", help="where the servers run (default)"
    )
    parser.add_argument(
        "--for",
        dest="part",
        choices=sorted(roles.PARTS),
        default="hub",
        help="the part that needs them (hub)",
    )
    parser.add_argument(
        "--service-account",
        metavar="[NS/]NAME",
        help="bind the Role to this service account, of the same namespace unless another one is named",
    )


def run(args: argparse.Namespace) -> int:
    """Print a Role, and a RoleBinding where a service account is named."""
    home, slash, account = (args.service_account or "").rpartition("/")
    names = [(args.namespace, "--namespace")]
    names += [(account, "--service-account")] if args.service_account is not None else []
    names += [(home, "--service-account")] if slash else []
    for name, option in names:
        if not NAMESPACE.fullmatch(name):
            raise SetupError(
                f"{name!r:.80} is not a Kubernetes name",
                where=option,
                fix="Use lower-case letters, digits and dashes.",
            )
    documents = roles.manifests(args.part, args.namespace, args.service_account)
    print(yaml.safe_dump_all(documents, sort_keys=False), end="")
    return 0
