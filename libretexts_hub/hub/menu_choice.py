"""How does a choice become a pod? As settings of the spawner, with the tag resolved to a digest."""

from traitlets import default
from traitlets.config import Configurable

from libretexts_hub.domain.options import DEBUG, RESET
from libretexts_hub.domain.repositories import split_reference
from libretexts_hub.domain.selection import Selection
from libretexts_hub.domain.sizes import Size
from libretexts_hub.domain.wording import refusal
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.live_menu import refresher
from libretexts_hub.hub.refusal import refuse
from libretexts_hub.hub.turns import take_turn

STATE_KEY = "libretexts_choice"
STATE_VERSION = 1
ANNOTATION = "libretexts.org/image"
CHOSEN_TRAITS = (
    *("image", "image_pull_policy", "image_pull_secrets", "default_url", "debug"),
    *("cpu_guarantee", "cpu_limit", "mem_guarantee", "mem_limit"),
    *("extra_resource_limits", "extra_resource_guarantees"),
)


class MenuChoiceMixin(Configurable):
    """The person's choice: parsed, pinned, applied, remembered."""

    _selection: Selection | None = None
    # The selection that was pinned, and what is pulled for it.
    _pinned: tuple[Selection, str] | None = None
    _last_choice: dict[str, str] | None = None
    _before_choice: dict[str, tuple[object, object]] = {}

    @property
    def last_choice(self) -> dict[str, str] | None:
        """The last choice of this person that was valid when it was made."""
        return self._last_choice

    @default("apply_user_options")
    def _apply_user_options_default(self):
        async def choose(spawner, _options):
            await take_turn()
            if spawner.images:
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
        self._last_choice = self._selection.options
        return self._selection

    async def pin(self, selection: Selection) -> str:
        """The reference to pull: by digest, so that the pod runs what the tag meant when it was chosen.

        A registry that does not answer is no reason to keep a person from working: then the digest that was
        seen last holds, or the tag. Raises HTTPError 400 when the tag is gone, and for a free image that
        nobody can vouch for now.
        """
        if self._pinned is not None and self._pinned[0] == selection:
            return self._pinned[1]
        try:
            pulled = await self._pinned_reference(selection)
        except SelectionError as error:
            self._restore_choice()
            raise refuse(self, error, started=True) from None
        self._pinned = (selection, pulled)
        return pulled

    async def _pinned_reference(self, selection: Selection) -> str:
        image, reference = selection.image, selection.reference
        _, _, tag, digest = split_reference(reference)
        if digest or not image.pin:
            return reference
        from libretexts_hub.clients.registry_errors import RegistryError, TagNotFoundError

        try:
            digest = await refresher(self.menu_cache, log=self.log).digest(
                image.repository_of(reference), tag or "latest"
            )
        except TagNotFoundError as error:
            self.log.warning("%s chose %s: %s", self._log_name, reference, error)
            raise refusal(
                f"{selection.summary} is not there any more.", "Choose another version.", key="tag"
            ) from None
        except RegistryError as error:
            self.log.warning("%s chose %s: %s", self._log_name, reference, error)
            digest = selection.version.digest if selection.version else ""
            if image.free is not None:
                raise refusal(
                    f"Nobody can say now what {image.name} would run: its registry does not answer.",
                    "Try again later, or choose another environment.",
                    key="reference",
                ) from None
        return f"{reference}@{digest}" if digest else reference

    def _restore_choice(self) -> None:
        """JupyterHub has saved the refused choice, and would use it at the next start without options."""
        self._selection = None
        try:
            keep = Selection.parse(self._last_choice or {}, self.menu).options if self._last_choice else {}
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
        self._undo_choice()
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
        self._take_choice(selection, pulled)
        return None

    def _take_choice(self, selection: Selection, pulled: str) -> None:
        """The choice as traits: KubeSpawner writes CPU_LIMIT, MEM_LIMIT and JUPYTER_IMAGE from them."""
        before = {name: getattr(self, name) for name in CHOSEN_TRAITS}
        self._take_image(selection, pulled)
        if selection.size:
            self._take_size(selection.size)
        self._before_choice = {
            name: (value, getattr(self, name))
            for name, value in before.items()
            if getattr(self, name) != value
        }

    def _take_image(self, selection: Selection, pulled: str) -> None:
        image, interface = selection.image, selection.interface
        self.image = pulled
        if image.pull_policy or "@" in pulled:
            # What a digest names never changes: pulling it again would only cost time.
            self.image_pull_policy = image.pull_policy or "IfNotPresent"
        if image.pull_secrets:
            known = self.image_pull_secrets or []
            known = [known] if isinstance(known, str) else list(known)
            self.image_pull_secrets = [*known, *(name for name in image.pull_secrets if name not in known)]
        if interface:
            is_reset = RESET in selection.extras and interface.slug == "lab"
            self.default_url = interface.path + ("?reset" if is_reset else "")
        if DEBUG in selection.extras:
            self.debug = True

    def _take_size(self, size: Size) -> None:
        if size.cpu.guarantee is not None:
            self.cpu_guarantee = size.cpu.guarantee
        if size.cpu.limit is not None:
            self.cpu_limit = size.cpu.limit
        if size.memory.guarantee is not None:
            self.mem_guarantee = size.memory.guarantee
        if size.memory.limit is not None:
            self.mem_limit = size.memory.limit
        limits, guarantees = {}, {}
        if size.gpu:
            limits[size.gpu.resource] = guarantees[size.gpu.resource] = str(size.gpu.count)
        if size.ephemeral_storage.limit is not None:
            limits["ephemeral-storage"] = str(size.ephemeral_storage.limit)
        if size.ephemeral_storage.guarantee is not None:
            guarantees["ephemeral-storage"] = str(size.ephemeral_storage.guarantee)
        self.extra_resource_limits = self.extra_resource_limits | limits
        self.extra_resource_guarantees = self.extra_resource_guarantees | guarantees

    def _undo_choice(self) -> None:
        """A spawner object may start twice: nothing of the first choice stays for the second."""
        for name, (before, ours) in self._before_choice.items():
            if getattr(self, name) == ours:
                setattr(self, name, before)
        self._before_choice = {}

    # The pod ------------------------------------------------------------------------------------------------

    def get_env(self):
        """What the options of the choice set, and the tag that the person saw in JUPYTER_IMAGE_SPEC."""
        environment = super().get_env()
        if self.images and self._selection is not None:
            environment |= self._extra_environment(self._selection)
            if "JUPYTER_IMAGE_SPEC" not in self.environment:
                environment["JUPYTER_IMAGE_SPEC"] = self._selection.reference
        return environment

    def _extra_environment(self, selection: Selection) -> dict[str, str]:
        environment: dict[str, str] = {}
        for option in self.menu.options_of(selection.image):
            if chosen := selection.extras.get(option.slug):
                choice = option.choice(chosen)
                environment |= choice.environment if choice else option.environment
        return environment

    async def get_pod_manifest(self):
        """KubeSpawner's manifest, and on it the tag that the person saw."""
        pod = await super().get_pod_manifest()
        if self.images and self._selection is not None:
            pod.metadata.annotations = {
                **(pod.metadata.annotations or {}),
                ANNOTATION: self._selection.reference,
            }
        return pod

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state and the last valid choice."""
        state = super().get_state()
        if self._last_choice:
            state[STATE_KEY] = {"version": STATE_VERSION, "options": self._last_choice}
        return state

    def load_state(self, state):
        """A choice of a later version of this package is left alone: then the defaults hold."""
        super().load_state(state)
        saved = state.get(STATE_KEY)
        if isinstance(saved, dict) and saved.get("version") == STATE_VERSION:
            self._last_choice = saved["options"]
