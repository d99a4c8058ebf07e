"""Who gets a person's access token? Git in the very server of that person, while it runs, and nobody else.

A server's own token, and only that one, opens this door: sharing a server and administrating it come with
`access:servers` too, so a scope could not tell who asks.
"""

import hashlib
import json
import re
import secrets
from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.user import User
from tornado import web
from traitlets.config import Application

from libretexts_hub.domain.git_rules import Credential, GitRules, credential_of, is_of_host
from libretexts_hub.hub.request_text import plain_body

# Below the prefix of the hub's API.
PATH = "libretexts/git-credential"
MARK = "_libretexts_git_credential"


def digest_of(token: str) -> str:
    """What a hub keeps of a server's own token, to know it again after a restart; empty for none."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


def own_server(user: User, token: str) -> Any:
    """The running server of this person whose own token this is; None for every other token."""
    asked = digest_of(token)
    found = None
    for spawner in user.spawners.values():
        known = getattr(spawner, "own_token_digest", "")
        if known and secrets.compare_digest(known, asked):
            found = spawner
    return found


class GitCredentialHandler(APIHandler):
    """Answers `git-credential` in a pod."""

    _accept_cookie_auth = False

    async def post(self) -> None:
        """`{"host": …}` is answered with `username` and `password`, or with a sentence."""
        self.set_header("Cache-Control", "no-store")
        token = self.get_auth_token()
        user = self.current_user
        if not token or not isinstance(user, User):
            raise web.HTTPError(403, "your login has expired. Open the hub in the browser, and log in again.")
        spawner = own_server(user, token)
        rules = spawner.git_rules if spawner is not None else None
        if rules is None:
            raise web.HTTPError(403, "only a server that runs gets an access token, by its own token.")
        asked = plain_body(self)
        if not isinstance(asked, dict) or asked.get("host") != rules.host:
            raise web.HTTPError(400, f"this hub gives access tokens for {rules.host} only.")
        if not self._is_of_host(user.name, rules):
            raise web.HTTPError(409, f"you log in here with another service than that of {rules.host}.")
        answer = credential_of(rules, await user.get_auth_state())
        if not isinstance(answer, Credential):
            self.log.warning("No access token for git of %s: %s", user.name, answer)
            raise web.HTTPError(409, answer)
        self.log.info("Git in %s uses the access token for %s", spawner._log_name, rules.host)
        self.finish(json.dumps({"username": answer.username, "password": answer.password}))

    def _is_of_host(self, name: str, rules: GitRules) -> bool:
        """At a hub with several providers: may the host have the token that this person's gave?"""
        one_of = getattr(self.authenticator, "one_of", None)
        if one_of is None:
            return True
        one = one_of(name)
        address = str(getattr(one, "github_url", ""))
        return one is not None and is_of_host(rules, slug=one.one.slug, address=address)


def add_handler() -> None:
    """Let the running hub answer git, once. No line of its configuration is needed for it."""
    if not Application.initialized():
        return
    hub = Application.instance()
    served = getattr(hub, "tornado_application", None)
    if served is None or getattr(served, MARK, False):
        return
    setattr(served, MARK, True)
    served.add_handlers(r".*", [(re.escape(f"{hub.hub_prefix}api/{PATH}"), GitCredentialHandler)])
