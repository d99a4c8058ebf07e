"""What does a start know of a home that a culler marked, and who deletes homes? Not the hub, where it is set.

Without `culler_owns_homes` this changes nothing. With it a hub-side delete leaves claims, databases and
their Secrets to the culler, which asks, tells and snapshots before it deletes. A start looks at its claim: a
mark is taken off where the hub may patch, else the culler does it, which sees that the person is active.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from kubernetes_asyncio.client.rest import ApiException
from traitlets import Bool, Unicode, validate
from traitlets.config import Application, Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.domain.cull_annotations import NOTICE_KEY
from libretexts_hub.hub.notices import NOTICES, Kind, Notice

if TYPE_CHECKING:
    from types import ModuleType

KEPT = (
    "Your files were going to be deleted, because you had not been here for a long time. "
    "You are back, so they are kept."
)
STATE_KEY = "libretexts_notice_email"
ANNOTATION = "libretexts.org/email"
# A culler in its last step deletes within a moment. One that waits for its next run judges again then.
LEAVING_SECONDS = 5.0
PAUSE_SECONDS = 0.5
# A home page is not held up by an API server that is slow, nor is that asked at every look at the page.
PAGE_SECONDS = 2.0
PAGE_EVERY_SECONDS = 600.0


def core() -> ModuleType:
    """The core of it, loaded when it is first asked for."""
    from libretexts_hub.hub import culled_home_core

    return culled_home_core


class CulledHomeMixin(Configurable):
    """Leaves homes to the culler, where `culler_owns_homes` says so."""

    culler_owns_homes = Bool(
        False,
        help="""
        Whether homes are deleted by the culler alone. Then deleting a person or a named server in the hub
        leaves the claim, the claim of the database and its Secret where they are, as if `delete_pvc` were
        off, and the culler removes them later by its policy. A start asks once for its claim, takes the
        culler's mark off and makes a claim that has vanished again. The default is False.

        Example: `c.LibreTextsSpawner.culler_owns_homes = True`
        """,
    ).tag(config=True)

    notice_email = Unicode(
        "",
        help="""
        Where in auth_state the mail address stands to which the culler writes before it deletes a home, such
        as `oauth_user.email`. It is kept in the spawner's state, which the culler may read, and as the
        annotation `libretexts.org/email` on claims that are made from then on. Empty, the default, keeps no
        address.

        Example: `c.LibreTextsSpawner.notice_email = "oauth_user.email"`
        """,
    ).tag(config=True)

    _notice_address = ""
    _home_looked_at = -PAGE_EVERY_SECONDS
    # The chart's Role lacks the verb: asked again when the hub restarts, not at every start of a server.
    _may_not_unmark: set[str] = set()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if Application.initialized():
            # The hub makes a spawner of each running server when it starts: it hears a culler from then on.
            from libretexts_hub.hub.cull_notices import add_handler

            add_handler()

    @validate("notice_email")
    def _check_notice_email(self, proposal):
        if proposal.value:
            core().parse_path(proposal.value, where=f"c.{type(self).__name__}.notice_email")
        return proposal.value

    # Deletion -----------------------------------------------------------------------------------------------

    async def delete_forever(self):
        """As with `delete_pvc` off, for home and database, where the culler owns them."""
        if self.culler_owns_homes and self.delete_pvc:
            self.log.info("The home of %s is left to the culler: %s", self._log_name, self.pvc_name)
            self.delete_pvc = False
        await super().delete_forever()

    # Start --------------------------------------------------------------------------------------------------

    async def run_auth_state_hook(self, auth_state):
        """The operator's hook, and the address for notices, if one is to be kept. No token is kept here."""
        await super().run_auth_state_hook(auth_state)
        if self.notice_email and auth_state:
            self._notice_address = core().address_at(auth_state, self.notice_email)

    def get_pvc_manifest(self):
        """The claim, with the address for the time when the person's record is gone."""
        claim = super().get_pvc_manifest()
        if self.notice_email and self._notice_address:
            claim.metadata.annotations = {
                **(claim.metadata.annotations or {}),
                ANNOTATION: self._notice_address,
            }
        return claim

    async def load_user_options(self):
        """The choice first, since a route may have another namespace; then a look at the claim."""
        await super().load_user_options()
        if self.culler_owns_homes and self.storage_pvc_ensure:
            try:
                await self._look_at_home()
            except ApiException as error:
                self.log.warning("The home of %s: %s", self._log_name, cluster.reason(error))
            except cluster.UNREACHABLE as error:
                self.log.warning("The home of %s could not be looked at: %r", self._log_name, error)

    async def look_at_home(self) -> None:
        """What the home page asks for when its person logs in: a mark goes then, not only with a start."""
        now = asyncio.get_running_loop().time()
        is_recent = now - self._home_looked_at < PAGE_EVERY_SECONDS
        if not (self.culler_owns_homes and self.storage_pvc_ensure) or self.active or is_recent:
            return
        self._home_looked_at = now
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                claim = await self._read_home()
                if claim is None or not core().is_marked(claim) or "deletionTimestamp" in claim["metadata"]:
                    return
                if await self._unmark(claim) or not core().is_about_to_go(claim):
                    self._tell_unmarked()
        except (ApiException, TimeoutError, *cluster.UNREACHABLE) as error:
            self.log.warning("The home of %s could not be looked at: %r", self._log_name, error)

    async def _look_at_home(self) -> None:
        deadline = asyncio.get_running_loop().time() + min(LEAVING_SECONDS, self.start_timeout / 3)
        while True:
            claim = await self._read_home()
            if claim is None or "deletionTimestamp" in claim["metadata"]:
                # KubeSpawner 7.1 believes its state. Now it asks for a new one, and waits for the old to go.
                self._pvc_exists = False
                return
            if not core().is_marked(claim):
                return
            if await self._unmark(claim) or not core().is_about_to_go(claim):
                self._tell_unmarked()
                return
            if asyncio.get_running_loop().time() > deadline:
                self.log.warning("The mark of %s says deleting, and nobody deletes it", self.pvc_name)
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _read_home(self) -> dict[str, Any] | None:
        seconds = self.k8s_api_request_timeout
        return await cluster.read_claim(self.api, self.namespace, self.pvc_name, seconds=seconds)

    async def _unmark(self, claim: dict[str, Any]) -> bool:
        """Whether the mark is off now. Also a deletion in hand ends so: its precondition no longer holds."""
        if self.namespace in self._may_not_unmark:
            return False
        try:
            await cluster.change_claim(
                self.api,
                self.namespace,
                self.pvc_name,
                core().without_mark(claim),
                seconds=self.k8s_api_request_timeout,
            )
        except ApiException as error:
            if error.status == 403:
                self._may_not_unmark.add(self.namespace)
                self.log.info(
                    "The hub may not take marks off claims in %s; the culler does it when it runs. To do it "
                    "at once, give the hub what `libretexts-hub roles --for homes` prints.",
                    self.namespace,
                )
            elif error.status not in (404, 409):
                raise
            return False
        self.log.info("The home of %s was marked for deletion and is kept: they are back", self._log_name)
        return True

    def _tell_unmarked(self) -> None:
        NOTICES.post(Notice(Kind.INFO, KEPT, key=NOTICE_KEY, is_once=True), person=self.user.name)

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state, and the address, where one is to be kept.

        Without a state saying so the culler deletes no home: the hub might delete it with the record.
        """
        state = super().get_state()
        if self.culler_owns_homes:
            state[core().LEFT_TO_CULLER] = True
        if self.notice_email and self._notice_address:
            state[STATE_KEY] = self._notice_address
        return state

    def load_state(self, state):
        """KubeSpawner's state, and the address."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        self._notice_address = saved if isinstance(saved, str) else ""
