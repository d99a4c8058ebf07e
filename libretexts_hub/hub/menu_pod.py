"""How does a choice become a pod? As traits of the spawner, its environment and an annotation."""

from traitlets.config import Configurable

from libretexts_hub.domain.options import DEBUG, RESET
from libretexts_hub.domain.selection import Selection
from libretexts_hub.domain.sizes import Size

ANNOTATION = "libretexts.org/image"
DIGEST_ANNOTATION = "libretexts.org/image-digest"
NOT_KNOWN = "not known: the registry did not answer"
CHOSEN_TRAITS = (
    *("image", "image_pull_policy", "image_pull_secrets", "default_url", "debug"),
    *("cpu_guarantee", "cpu_limit", "mem_guarantee", "mem_limit"),
    *("extra_resource_limits", "extra_resource_guarantees"),
)


class MenuPodMixin(Configurable):
    """A selection applied to the settings from which KubeSpawner makes the pod."""

    _selection: Selection | None = None
    _before_choice: dict[str, tuple[object, object]] = {}

    def take_choice(self, selection: Selection, pulled: str) -> None:
        """The choice as traits: KubeSpawner writes CPU_LIMIT, MEM_LIMIT and JUPYTER_IMAGE from them.

        `pulled` is the reference for the kubelet, the one that the person saw is in `selection`.
        """
        before = {name: getattr(self, name) for name in CHOSEN_TRAITS}
        self._take_image(selection, pulled)
        if selection.size:
            self._take_size(selection.size)
        self._before_choice = {
            name: (value, getattr(self, name))
            for name, value in before.items()
            if getattr(self, name) != value
        }

    def undo_choice(self) -> None:
        """A spawner object may start twice: nothing of the first choice stays for the second."""
        for name, (before, ours) in self._before_choice.items():
            if getattr(self, name) == ours:
                setattr(self, name, before)
        self._before_choice = {}

    def _take_image(self, selection: Selection, pulled: str) -> None:
        image, interface = selection.image, selection.interface
        self.image = pulled
        if image.pull_policy or "@" in pulled:
            # What a digest names never changes: pulling it again would only cost time.
            self.image_pull_policy = image.pull_policy or "IfNotPresent"
        if image.pull_secrets:
            # KubeSpawner takes names, and objects with a name as the chart writes them.
            known = list(self.image_pull_secrets or [])
            names = [each.get("name") if isinstance(each, dict) else each for each in known]
            self.image_pull_secrets = [*known, *(name for name in image.pull_secrets if name not in names)]
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
        """KubeSpawner's manifest, and on it the tag that the person saw and the digest that is pulled."""
        pod = await super().get_pod_manifest()
        if self.images and (selection := self._selection) is not None:
            ours = {ANNOTATION: selection.reference}
            digest = self.image.partition("@")[2]
            if digest or selection.image.pin:
                ours[DIGEST_ANNOTATION] = digest or NOT_KNOWN
            pod.metadata.annotations = {**(pod.metadata.annotations or {}), **ours}
        return pod
