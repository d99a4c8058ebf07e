"""How does a person's own user, home and git get into a server? As a trait, and as hooks of a start."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from traitlets import Dict, default, validate
from traitlets.config import Configurable

from libretexts_hub.domain.access import folded
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.notices import NOTICES, Kind, Notice
from libretexts_hub.hub.pod_json import as_json
from libretexts_hub.hub.refusal import refuse

if TYPE_CHECKING:
    from types import ModuleType

    from libretexts_hub.domain.git_rules import GitRules
    from libretexts_hub.domain.provision import Person, Provision

STATE_KEY = "libretexts_provision"
STATE_VERSION = 1
KEPT = 8
_parsed: list[tuple[object, Provision | None]] = []


def core() -> ModuleType:
    """The core of provisioning, loaded when it is first asked for."""
    from libretexts_hub.hub import provision_core

    return provision_core


def parsed_provision(raw: object, where: str) -> Provision | None:
    """The setting, parsed once for each configuration: every spawner object has its own copy."""
    if not raw:
        return None
    for known, provision in _parsed:
        if known == raw:
            return provision
    provision = core().parse_provision(raw, where=where)
    _parsed[:] = [(raw, provision), *_parsed[: KEPT - 1]]
    return provision


class ProvisionMixin(Configurable):
    """A server runs as its person: numbers, names, home, git. Without `provision` it changes nothing."""

    provision = Dict(
        help="""
        What a person brings into the pod. Numbers from the login: `uid`, `gid`, `groups` (each a place in
        auth_state, or `from`, `offset`, `minimum`, `maximum`), `fs_gid` (`keep` or `person`), `home`, `shell`;
        `take_over`: the numbers to which homes belonged before, which are given to their person once. `git`
        (`host`, `scopes`, `name`, `email`, `username`, `token`) makes git ready to commit and to push over
        HTTPS. `pulls` (repositories by slug, with `groups`, `courses`, `images`), `requirements` (packages of Python) and `time_limit` are
        fetched when a server starts. Empty, the default, changes nothing.

        Example: `c.LibreTextsSpawner.provision = {"uid": "github_user.id", "take_over": [1000], "git": {"host": "github.com"}}`
        """,  # noqa: E501
    ).tag(config=True)

    _person: Person | None = None
    _login: Person | SelectionError | None = None
    _saved_digest = ""
    # Of which person and home nothing is left to take over, as the init container said.
    _owned_home = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The hub makes a spawner of each running server when it starts, so git is answered from then on.
        if self.git_rules is not None:
            core().add_handler()

    @default("provision")
    def _no_provision(self):
        return {}

    @validate("provision")
    def _check_provision(self, proposal):
        parsed_provision(proposal.value, f"c.{type(self).__name__}.provision")
        return proposal.value

    @property
    def provisioning(self) -> Provision | None:
        """What the operator wants; None where nobody is provisioned."""
        return parsed_provision(self.provision_as_written(), f"c.{type(self).__name__}.provision")

    def provision_as_written(self) -> object:
        """The setting before it is parsed; another mixin may add to it."""
        return self.provision

    @property
    def git_rules(self) -> GitRules | None:
        """How git works with which host; None where it is left alone."""
        provisioning = self.provisioning
        return provisioning.git if provisioning else None

    @property
    def own_token_digest(self) -> str:
        """By what the token of this very server is known, also after the hub has restarted; empty when it
        does not run."""
        return core().digest_of(self.api_token) or self._saved_digest

    # Start --------------------------------------------------------------------------------------------------

    async def run_auth_state_hook(self, auth_state):
        """The operator's hook, and a look at what the login said. No token is kept here."""
        await super().run_auth_state_hook(auth_state)
        wanted = self.provisioning
        if wanted is not None:
            self._login = self._look_at(auth_state)
            if not auth_state and (wanted.identity or wanted.git):
                self.log.warning(
                    "%s: no auth_state to provision from. Set c.Authenticator.enable_auth_state = True",
                    self._log_name,
                )

    def _look_at(self, auth_state: Any) -> Person | SelectionError:
        groups = getattr(self.user, "groups", ())
        names = [group.name for group in groups] if isinstance(groups, Iterable) else []
        try:
            return core().person_of(self.provisioning, auth_state, self.user.name, folded(names))
        except SelectionError as error:
            return error

    async def load_user_options(self):
        """Image and size first; then who the person is, or a refusal: nobody runs as somebody else."""
        await super().load_user_options()
        self._person = None
        if self.provisioning is None:
            return
        found = self._login if self._login is not None else self._look_at(None)
        if isinstance(found, SelectionError):
            self.log.warning("%s is not provisioned: %s", self._log_name, found)
            raise refuse(self, found, started=True)
        # What is pulled may go with some images only, and which one is chosen by now.
        selection = getattr(self, "_selection", None)
        self._person = core().with_image(found, selection.image.slugs if selection is not None else ())

    async def get_pod_manifest(self):
        """The manifest of everybody else, with the person in it."""
        pod = await super().get_pod_manifest()
        if self._person is None:
            return pod
        body = as_json(pod)
        home = self._expand_user_properties(self.provisioning.home)
        take_over = self._home_of(self._person) != self._owned_home
        if self.provisioning.take_over and core().home_mount_of(body, home) is None:
            self.log.warning("%s: no volume is mounted at %s to be taken over", self._log_name, home)
        return core().add(pod, body, self._person, self.provisioning, home, take_over=take_over)

    def _home_of(self, person: Person) -> str:
        """Which number has which home, as it is remembered."""
        uid = person.identity.uid if person.identity else ""
        return f"{uid} {self.namespace}/{self.pvc_name}"

    async def _start(self):
        try:
            url = await super()._start()
        except Exception:
            # Perhaps the home is a new volume of the same name: the next start looks at it again.
            self._owned_home = ""
            raise
        if self._person is not None:
            self._listen(self._person)
        return url

    async def progress(self):
        """The events of the pod, and what could not be fetched as soon as that is known."""
        told = self._person is None or self._person.start_up is None
        async with aclosing(super().progress()) as events:
            async for event in events:
                yield event
                words = "" if told else core().ended(self._pod(), core().START_UP)
                if words:
                    told = True
                    yield {"progress": event.get("progress", 0), "message": words}

    def _pod(self) -> Any:
        """The pod as the watch has it; None where there is none."""
        reflector = self.pod_reflector
        return reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None

    def _listen(self, person: Person) -> None:
        """What the init containers said: for the next start, for the log, and for the person's next page."""
        pod = self._pod()
        answer = core().ended(pod, core().TAKE_OVER)
        words = core().ended(pod, core().START_UP)
        if answer == core().DONE:
            self._owned_home = self._home_of(person)
        elif answer:
            self.log.error("The home of %s was not taken over: %s", self._log_name, answer)
            what = (
                "Your files belong to another account, so some may be locked. Tell the operators of this hub."
            )
            words = f"{what}\n{words}".strip()
        key = f"provision{self.name}"
        NOTICES.remove(key, person=self.user.name)
        if words:
            self.log.warning("The start of %s: %s", self._log_name, words)
            NOTICES.post(Notice(Kind.WARNING, words, key=key), person=self.user.name)

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state, by what the server's token is known, and whether the home is the person's."""
        state = super().get_state()
        digest = self.own_token_digest if self.git_rules is not None else ""
        if digest or self._owned_home:
            state[STATE_KEY] = {"version": STATE_VERSION, "token": digest, "home": self._owned_home}
        return state

    def load_state(self, state):
        """KubeSpawner's state and ours; a later version's record is left alone."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        if isinstance(saved, dict) and saved.get("version") == STATE_VERSION:
            self._saved_digest = str(saved.get("token") or "")
            self._owned_home = str(saved.get("home") or "")

    def clear_state(self):
        """After a stop, and before a start, no token is that of this server."""
        super().clear_state()
        self._saved_digest = ""
