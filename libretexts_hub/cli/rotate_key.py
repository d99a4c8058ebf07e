"""`libretexts-hub rotate-key`: how does a hub get a new key for what it keeps of logins, and lose nothing?"""

import argparse
import asyncio
import base64
import binascii
import os
import secrets
import tempfile
from pathlib import Path

from libretexts_hub.cli import cluster_access
from libretexts_hub.cli import hub_database as options
from libretexts_hub.clients import hub_database
from libretexts_hub.domain.crypt_keys import SEPARATOR, key_bytes, parse_keys, rotated
from libretexts_hub.errors import SetupError

# As the Zero to JupyterHub chart has it.
CHART_SECRET, CHART_KEY = "hub", "hub.config.CryptKeeper.keys"
RESTART = "Restart the hub now: until then it encrypts with the key that was dropped."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--file", type=Path, help="the file that holds the keys, separated by a semicolon")
    place.add_argument(
        "--secret", metavar="[NS/]NAME", nargs="?", const=CHART_SECRET, help=f"the Secret ({CHART_SECRET})"
    )
    parser.add_argument("--key", default=CHART_KEY, help=f"which of the Secret's ({CHART_KEY})")
    parser.add_argument(
        "--keep", action="store_true", help="keep the dropped key as the last, for one more turn"
    )
    parser.add_argument(
        "--no-database",
        action="store_true",
        help="leave what is encrypted as it is: people whose login was kept with the dropped key log in anew",
    )
    options.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """0: done; 2: nothing was changed, and why."""
    new = secrets.token_hex(32)
    if args.file is not None:
        text = _read(args.file)
        _write(args.file, _turned(text, new, args, where=str(args.file)))
    else:
        home, _, name = args.secret.rpartition("/")
        namespace = home or cluster_access.context_namespace()
        asyncio.run(_in_secret(namespace, name, new, args))
    print(RESTART)
    return 0


def _turned(text: str, new: str, args: argparse.Namespace, *, where: str) -> str:
    """The new text; what is in the database can be opened with it when this returns."""
    keys = parse_keys(text, where=where)
    after = rotated(keys, new, keep=args.keep)
    if not args.no_database:
        with hub_database.opened(options.url_of(args)) as connection:
            done, lost = hub_database.encrypt_again(
                connection, [key_bytes(key) for key in keys], key_bytes(after[0])
            )
        print(f"{done} logins are encrypted with the key that is the first now.")
        if lost:
            print(f"{lost} logins can't be opened with any key; these people log in anew.")
    dropped = len(set(keys) - set(after))
    print(f"Keys: {len(keys)} before, {len(after)} now, {dropped} dropped.")
    return SEPARATOR.join(after)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"The keys can't be read ({type(error).__name__})", where=str(path), fix="Name the file of keys."
        ) from None


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and readable by nobody who could not read it before."""
    target = path.resolve()
    try:
        before = target.stat()
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".keys-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, before.st_mode & 0o777)
            if os.geteuid() == 0:
                os.chown(temporary, before.st_uid, before.st_gid)
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SetupError(
            f"The keys can't be written: {error.strerror}", where=str(path), fix="Run this as their owner."
        ) from None


async def _in_secret(namespace: str, name: str, new: str, args: argparse.Namespace) -> None:
    from kubernetes_asyncio.client import CoreV1Api

    where = f"Secret {namespace}/{name}, {args.key}"
    async with cluster_access.cluster("rotate-key", namespace) as client:
        api = CoreV1Api(client)
        secret = await api.read_namespaced_secret(name, namespace)
        encoded = (secret.data or {}).get(args.key)
        if encoded is None:
            raise SetupError("The Secret has no such key", where=where, fix="Name it with --key.")
        try:
            text = base64.b64decode(encoded).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            raise SetupError("What is there is no text", where=where, fix="Name another --key.") from None
        turned = _turned(text, new, args, where=where)
        body = {
            # With the version that was read: somebody else's change is not written over.
            "metadata": {"resourceVersion": secret.metadata.resource_version},
            "data": {args.key: base64.b64encode(turned.encode("ascii")).decode("ascii")},
        }
        merge = "application/merge-patch+json"
        await api.patch_namespaced_secret(name, namespace, body, _content_type=merge)
