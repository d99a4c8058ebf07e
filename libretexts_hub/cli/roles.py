"""Which permissions does the hub need? `libretexts-hub roles` prints them, ready for `kubectl apply -f -`."""

import argparse
import re

import yaml

from libretexts_hub.domain.culler_policy import policy
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
        "--policy",
        action="store_true",
        help="with --for culler: also a ValidatingAdmissionPolicy that lets this service account delete only "
        "claims with an expired mark",
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
    if args.policy:
        if args.part != "culler" or not args.service_account:
            raise SetupError(
                "A policy is made for the service account of a culler",
                where="--policy",
                fix="Write --for culler --service-account NAME too.",
            )
        documents += policy(args.namespace, args.service_account)
    if args.part == "culler":
        print(_for_the_hub(), end="")
    print(yaml.safe_dump_all(documents, sort_keys=False), end="")
    return 0


def _for_the_hub() -> str:
    """What the chart's values have to say, as comments: `kubectl apply -f -` reads the rest."""
    role = {"name": "culler", "scopes": list(roles.CULLER_SCOPES), "services": ["culler"]}
    values = {"hub": {"services": {"culler": {}}, "loadRoles": {"culler": role}}}
    words = [
        "The culler's token in the hub, as values of the chart (no scope of an admin's):",
        "",
        *yaml.safe_dump(values, sort_keys=False).splitlines(),
        "",
        *(f"{scope}: {reason}" for scope, reason in roles.CULLER_SCOPES.items()),
        "",
        "In Kubernetes. The Role of the chart's hub has no patch on persistentvolumeclaims, no leases and",
        "no events to create: a culler in the hub's pod needs this Role too, bound to the hub's account.",
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in words)
