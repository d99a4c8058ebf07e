"""How is the fault proxy started? `python -m tests.servers.fault_proxy --help` says."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import web

from .certificate import self_signed
from .control import Control
from .doorway import Doorway
from .http_mode import HttpProxy
from .journal import Journal
from .rules import RuleBook
from .tcp_mode import TcpProxy
from .upstream import Kubeconfig, Upstream


def address(text: str) -> tuple[str, int]:
    """`127.0.0.1:0` as host and port."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: HOST:PORT is expected, for example 127.0.0.1:0")
    return host, int(port)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.fault_proxy", description=__doc__)
    behind = parser.add_mutually_exclusive_group(required=True)
    behind.add_argument("--upstream", metavar="URL", help="an HTTP server, for example http://127.0.0.1:8080")
    behind.add_argument(
        "--kubeconfig", type=Path, metavar="FILE", help="the API server of this file's current context"
    )
    behind.add_argument(
        "--tcp", type=address, metavar="HOST:PORT", help="any TCP server; bytes are passed as they are"
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="what an https upstream's certificate is checked with"
    )
    parser.add_argument(
        "--insecure", action="store_true", help="do not check an https upstream's certificate"
    )
    parser.add_argument("--listen", type=address, default=("127.0.0.1", 0), metavar="HOST:PORT")
    parser.add_argument("--control", type=address, default=("127.0.0.1", 0), metavar="HOST:PORT")
    parser.add_argument("--tls", action="store_true", help="serve https with a certificate made at start")
    parser.add_argument(
        "--write-ca", type=Path, metavar="FILE", help="with --tls: the certificate for clients"
    )
    parser.add_argument(
        "--write-kubeconfig", type=Path, metavar="FILE", help="a kubeconfig that points to the proxy"
    )
    return parser


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Prints `ready URL CONTROL-URL` once both ports answer."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # kubectl sends no token over plain http, so a kubeconfig implies TLS.
    tls, ca_pem = self_signed(options.listen[0]) if options.tls or options.write_kubeconfig else (None, None)
    rules, journal = RuleBook(), Journal()
    kubeconfig = Kubeconfig(options.kubeconfig) if options.kubeconfig else None
    proxy = _proxy(options, kubeconfig, rules, journal)
    host, port = options.listen
    door = Doorway(proxy.server, host=host, port=port, tls=tls, abort_all=proxy.abort_all)
    scheme = "tcp" if options.tcp else ("https" if tls else "http")
    url = f"{scheme}://{door.host}:{door.port}"
    await proxy.start()
    await door.open()
    control = web.AppRunner(
        Control(rules=rules, journal=journal, door=door, url=url).application(), access_log=None
    )
    await control.setup()
    site = web.TCPSite(control, *options.control)
    await site.start()
    _write_for_clients(options, kubeconfig, url, ca_pem)
    print("ready", url, f"http://{control.addresses[0][0]}:{control.addresses[0][1]}", flush=True)
    await stop.wait()
    door.close()
    await proxy.close()
    await control.cleanup()


def _proxy(
    options: argparse.Namespace, kubeconfig: Kubeconfig | None, rules: RuleBook, journal: Journal
) -> HttpProxy | TcpProxy:
    if options.tcp:
        return TcpProxy(*options.tcp, rules, journal)
    if kubeconfig:
        return HttpProxy(kubeconfig.upstream(), rules, journal)
    ca_pem = options.ca.read_text() if options.ca else None
    return HttpProxy(Upstream.at(options.upstream, ca_pem=ca_pem, insecure=options.insecure), rules, journal)


def _write_for_clients(
    options: argparse.Namespace, kubeconfig: Kubeconfig | None, url: str, ca_pem: str | None
) -> None:
    if options.write_ca and ca_pem:
        options.write_ca.write_text(ca_pem)
    if options.write_kubeconfig and kubeconfig:
        file = os.open(options.write_kubeconfig, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w") as stream:
            stream.write(kubeconfig.pointing_at(url, ca_pem))


def main() -> None:
    parser = arguments()
    options = parser.parse_args()
    if options.write_kubeconfig and not options.kubeconfig:
        parser.error("--write-kubeconfig needs --kubeconfig: the user is taken from there")
    try:
        asyncio.run(serve(options))
    except (OSError, ValueError, KeyError, StopIteration) as error:
        print(f"The fault proxy cannot start: {error}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
