#!/usr/bin/env python3
"""How does git get this person's access token? The hub answers this very server; nothing is kept."""

from __future__ import annotations

import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from typing import NoReturn

SECONDS = 30


def refuse(words: str) -> NoReturn:
    """One sentence for the person; git asks nobody else, and no prompt for a password follows."""
    print("libretexts: " + words, file=sys.stderr)  # noqa: T201
    print("quit=1")  # noqa: T201
    sys.exit(0)


class StayHere(urllib.request.HTTPRedirectHandler):
    """The token of the server goes to the hub and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        raise urllib.error.URLError("the hub sent this request elsewhere")


def ask(host: str) -> dict[str, str]:
    """The hub's answer. No proxy: the environment may name one for the Internet."""
    url = os.environ["JUPYTERHUB_API_URL"].rstrip("/") + "/libretexts/git-credential"
    headers = {
        "Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"],
        "Content-Type": "application/json",
    }
    data = json.dumps({"host": host}).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310
    handlers = [urllib.request.ProxyHandler({}), StayHere()]
    if url.startswith("https:"):
        context = ssl.create_default_context(cafile=os.environ.get("JUPYTERHUB_SSL_CLIENT_CA") or None)
        if os.environ.get("JUPYTERHUB_SSL_KEYFILE"):
            context.load_cert_chain(
                os.environ["JUPYTERHUB_SSL_CERTFILE"], os.environ["JUPYTERHUB_SSL_KEYFILE"]
            )
        handlers.append(urllib.request.HTTPSHandler(context=context))
    with urllib.request.build_opener(*handlers).open(request, timeout=SECONDS) as answer:
        found: dict[str, str] = json.load(answer)
        return found


def reason(error: urllib.error.HTTPError) -> str:
    """What the hub said, or that it is older than this server."""
    try:
        words: str = json.load(error)["message"]
    except (ValueError, KeyError, TypeError):
        words = ""
    return words or f"the hub gave no access token (HTTP {error.code}). Stop and start your server."


def main() -> None:
    """`git-credential get`; storing and forgetting are asked of every helper, and this one does neither."""
    if sys.argv[1:] != ["get"]:
        return
    asked = dict(line.rstrip("\n").split("=", 1) for line in sys.stdin if "=" in line)
    host = asked.get("host", "").lower()
    if asked.get("protocol") != "https" or host != os.environ.get("LIBRETEXTS_GIT_HOST", ""):
        return
    if not os.environ.get("JUPYTERHUB_API_TOKEN") or not os.environ.get("JUPYTERHUB_API_URL"):
        refuse("this terminal does not know its hub. Open one in JupyterLab and try again.")
    try:
        answer = ask(host)
    except urllib.error.HTTPError as error:
        refuse(reason(error))
    except (OSError, ValueError) as error:
        refuse(f"the hub does not answer ({type(error).__name__}). Try again in a minute.")
    print("username=" + answer["username"])  # noqa: T201
    print("password=" + answer["password"])  # noqa: T201


if __name__ == "__main__":
    main()
