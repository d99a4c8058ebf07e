"""What was chosen, and what is pulled for it? Parsed, its tag resolved to a digest, remembered."""

from collections.abc import Mapping
from dataclasses import replace

from traitlets import default
from traitlets.config import Configurable

from libretexts_hub.domain.references import split_reference
from libretexts_hub.domain.running import Running
from libretexts_hub.domain.selection import MALFORMED, Selection
from libretexts_hub.domain.wording import refusal
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.live_menu import refresher
from libretexts_hub.hub.menu_notices import tell_successor
from libretexts_hub.hub.menu_pod import MenuPodMixin
from libretexts_hub.hub.menu_state import Remembered, from_state, to_state
from libretexts_hub.hub.metrics import CHOSEN_STARTS
from libretexts_hub.hub.refusal import refuse
from libretexts_hub.hub.turns import take_turn


class MenuChoiceMixin(MenuPodMixin, Configurable):
    """The person's choice: parsed, pinned, applied, remembered."""

    # What the person saw, and what is pulled for it.
    _pinned: tuple[str, str] | None = None
    _remembered = Remembered()

    @property
    def last_choice(self) -> Mapping[str, str]:
        """The last choice for this server that was valid when it was made; empty for none."""
        return self._remembered.options

    @property
    def runs(self) -> Running | None:
        """What this server was started with."""
        return self._remembered.runs

    @default("apply_user_options")
    def _apply_user_options_default(self):
        async def choose(spawner, _options):
            await take_turn()
            if not spawner.images:
                spawner.refuse_no_mapping()
            else:
                spawner._pinned = None  # a tag may have moved since this person's last start
                await spawner.pin(spawner.choose())

        return choose

    def choose(self) -> Selection:
        """Parse what was chosen. Raises HTTPError 400 in words; the last valid choice is kept."""
        try:
            self._selection = Selection.parse(self.user_options, self.menu)
        except SelectionError as error:
            self._restore_choice()
            raise refuse(self, error, started=True) from None
        self._remembered = replace(self._remembered, options=self._selection.options)
        return self._selection

    async def pin(self, selection: Selection) -> str:
        """The reference to pull: by digest, so that the pod runs what the tag meant when it was chosen.

        A registry that does not answer is no reason to keep a person from working: then the digest that was
        seen last holds, or the tag. Raises HTTPError 400 when the tag is gone, and where the operator wants a
        digest (a free image, `pin: true`) and nobody can tell it now.
        """
        if self._pinned is not None and self._pinned[0] == selection.reference:
            return self._pinned[1]
        try:
            pulled = await self._pinned_reference(selection)
        except SelectionError as error:
            self._restore_choice()
            raise refuse(self, error, started=True) from None
        self._pinned = (selection.reference, pulled)
        return pulled

    async def _pinned_reference(self, selection: Selection) -> str:
        image, reference = selection.image, selection.reference
        _, _, tag, digest = split_reference(reference)
        if digest or not image.pin:
            return reference
        digest = await self._digest(selection, tag or "latest")
        return f"{reference}@{digest}" if digest else reference

    async def _digest(self, selection: Selection, tag: str) -> str:
        """Asked of the registry now; the one seen last where it does not answer. Raises SelectionError."""
        from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError

        image, reading = selection.image, refresher(self.menu_cache, log=self.log)
        repository = image.repository_of(selection.reference)
        try:
            return await reading.digest(repository, tag)
        except TagNotFoundError as error:
            self.log.warning("%s chose %s: %s", self._log_name, selection.reference, error)
            raise refusal(
                f"{selection.summary} is not there any more.", "Choose another version.", key="tag"
            ) from None
        except RegistryError as error:
            known = reading.known_digest(repository, tag)
            then = "It starts by the digest seen last." if known else "It starts by its tag, unpinned."
            if not known and image.registry is None:
                then = "It is not started, since nobody knows what it would be."
            self.log.warning("%s chose %s: %s %s", self._log_name, selection.reference, error, then)
        if not known and image.registry is None:
            raise refusal(
                f"Nobody can say now what {image.name} would run: its registry does not answer.",
                "Try again later, or choose another environment.",
                key="reference",
            )
        return known

    def _restore_choice(self) -> None:
        """JupyterHub has saved the refused choice, and would use it at the next start without options."""
        self._selection, last = None, self.last_choice
        try:
            keep = Selection.parse(last, self.menu).options if last else {}
        except SelectionError:
            keep = {}
        self.user_options = keep
        if getattr(self, "orm_spawner", None) is not None:
            self.orm_spawner.user_options = keep
            self.user.db.commit()

    async def load_user_options(self):
        """Profiles first, as KubeSpawner does it, then the choice from the menu, which wins."""
        if not self.images:
            return await super().load_user_options()
        self.undo_choice()
        # An operator's profile may have an option that is called `image` too: profiles see no options here,
        # and their default entry is applied.
        chosen, self.user_options = self.user_options, {}
        try:
            await super().load_user_options()
        finally:
            self.user_options = chosen
        # An operator's own apply_user_options takes the place of ours: parse again, nothing may slip past.
        selection = self.choose()
        pulled, self._pinned = await self.pin(selection), None
        self.log.info("%s starts %s (%s)", self._log_name, selection.summary, pulled)
        size = selection.size.slug if selection.size else ""
        CHOSEN_STARTS.labels(image=selection.image.slug, size=size).inc()
        self.take_choice(selection, pulled)
        self._remember(selection, pulled)
        return None

    def _remember(self, selection: Selection, pulled: str) -> None:
        tag = selection.version.tag if selection.version else ""
        runs = Running(selection.image.slug, tag, selection.reference, pulled.partition("@")[2])
        self._remembered = Remembered(selection.options, runs)
        tell_successor(self, selection)

    def refuse_no_mapping(self) -> None:
        """Without a menu, options are KubeSpawner's own business, but they are never something else than an
        object. Raises HTTPError 400."""
        if isinstance(self.user_options, dict) and MALFORMED in self.user_options:
            self.user_options = {}
            self._restore_choice()
            words = refusal("The choice must be an object.", "Send it again.")
            raise refuse(self, words, started=True)

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state and the last valid choice."""
        return super().get_state() | to_state(self._remembered)

    def load_state(self, state):
        """KubeSpawner's state and the last valid choice."""
        super().load_state(state)
        self._remembered = from_state(state)
