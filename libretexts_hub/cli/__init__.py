"""The console script `libretexts-hub`: which verb was typed?

One file per verb, imported only when it is needed.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from libretexts_hub import __version__
from libretexts_hub.errors import LibreTextsHubError

# Verb -> (its module, its line in the help). A module has add_arguments(parser) and run(args) -> int.
VERBS = {
    "check": ("libretexts_hub.cli.check", "tell all that is wrong with a configuration"),
    "courses": ("libretexts_hub.cli.courses", "check courses.yaml, list it, and make links to material"),
    "cull": ("libretexts_hub.cli.cull", "plan, run and undo what the policy says of idle servers and homes"),
    "demo": ("libretexts_hub.cli.demo", "run everything on this machine: hub, proxy, embedded cluster"),
    "helm-values": ("libretexts_hub.cli.helm_values", "write this configuration as values of the chart"),
    "images": ("libretexts_hub.cli.images", "print the menu, what to pull before a start, what left it"),
    "pages": ("libretexts_hub.cli.pages", "write every page as HTML, with your branding, to look at"),
    "rebind": ("libretexts_hub.cli.rebind", "say whose a hub user is, and change it"),
    "render": ("libretexts_hub.cli.render", "print the objects that a start would create, without a cluster"),
    "roles": ("libretexts_hub.cli.roles", "print the permissions that the hub needs, as YAML"),
    "rotate-key": ("libretexts_hub.cli.rotate_key", "give the hub a new key for what it keeps of logins"),
    "why": ("libretexts_hub.cli.why", "tell why somebody's server did not start"),
}
WRONG_USE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    What is wrong is said in one sentence on stderr, with exit code 2, never as a traceback.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    try:
        args = _parser(typed).parse_args(typed)
        return int(args.run(args) or 0)
    except LibreTextsHubError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has gone: nothing is left to say
        return 1


def _parser(typed: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="libretexts-hub", description="Tools of the LibreTexts hub plugin.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB", required=True)
    for verb, (module, words) in VERBS.items():
        subparser = verbs.add_parser(verb, help=words, description=words[0].upper() + words[1:] + ".")
        if verb in typed:
            loaded = importlib.import_module(module)
            loaded.add_arguments(subparser)
            subparser.set_defaults(run=loaded.run)
    return parser
