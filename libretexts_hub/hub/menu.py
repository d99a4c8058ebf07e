"""How does the menu get into KubeSpawner? As traits, a form, and the choice as settings of the spawner."""

from traitlets import Any, Dict, List, Union, default, validate
from traitlets.config import Configurable

from libretexts_hub.domain.images import parse_images
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.selection import MALFORMED, Selection
from libretexts_hub.domain.sizes import parse_sizes
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.form import render_menu
from libretexts_hub.hub.refusal import refuse
from libretexts_hub.hub.turns import take_turn

# Query keys of JupyterHub itself, and the token of its forms: not choices.
NOT_OPTIONS = frozenset({"next", "display_name", "_xsrf"})
STATE_VERSION = 1

_parsed: list[tuple[object, object, Menu]] = []


def parsed_menu(images: object, sizes: object, where: str) -> Menu:
    """`Menu.parse`, once for each configuration: every spawner object has its own copy of the same traits."""
    for known_images, known_sizes, menu in _parsed:
        if known_images == images and known_sizes == sizes:
            return menu
    menu = Menu.parse(images, sizes, where=where)
    _parsed[:] = [(images, sizes, menu), *_parsed[:7]]
    return menu


class ImageMenuMixin(Configurable):
    """A menu of images and sizes in place of KubeSpawner's profiles. Without `images` it changes nothing."""

    images = Union(
        [Dict(), List()],
        help="""
        The environments that people may choose, by slug. Keys of an entry: `name`, `description`, `image`
        (the reference that is pulled), `interface` (`lab`, `notebook`, `rstudio` or a path), `default`,
        `order`, `sizes` (slugs of the sizes it may have), `groups` (who sees it: members of any of them). A
        list of entries with `slug` is accepted too. Empty, the default, leaves everything to `profile_list`
        and the other settings of KubeSpawner.

        Example: `c.LibreTextsSpawner.images = {"default": {"name": "Default environment", "image": "quay.io/libretexts/default-env:3.3.1", "interface": "lab"}}`
        """,  # noqa: E501
    ).tag(config=True)

    sizes = Union(
        [Dict(), List()],
        help="""
        The sizes that people may choose, by slug. Keys of an entry: `name`, `description`, `cpu` and
        `memory` (each with `guarantee` and `limit`, as Kubernetes quantities), `gpu` (`resource` and
        `count`), `default`, `order`, `groups`. Empty, the default, asks for no size: the limits of the
        spawner hold.

        Example: `c.LibreTextsSpawner.sizes = {"small": {"name": "Small", "cpu": {"limit": 2}, "memory": {"guarantee": "512Mi", "limit": "2Gi"}}}`
        """,  # noqa: E501
    ).tag(config=True)

    # JupyterHub declares a dict, but stores a REST body before it checks it, and then fails for that person
    # at every page (5.5.0): take anything here, and refuse it in words later.
    user_options = Any(help="What was chosen, as JupyterHub stores it: `image` and `size`.")

    _selection: Selection | None = None

    @default("images")
    def _no_images(self):
        return {}

    @default("sizes")
    def _no_sizes(self):
        return {}

    @default("user_options")
    def _no_options(self):
        return {}

    @validate("user_options")
    def _only_mappings(self, proposal):
        value = proposal.value
        return value if isinstance(value, dict) else {MALFORMED: type(value).__name__}

    @validate("images")
    def _check_images(self, proposal):
        # A size may be set after the images, so sizes named by images are checked when the menu is used.
        parse_images(proposal.value, where=f"{self._section}.images")
        return proposal.value

    @validate("sizes")
    def _check_sizes(self, proposal):
        parse_sizes(proposal.value, where=f"{self._section}.sizes")
        return proposal.value

    @property
    def _section(self) -> str:
        return f"c.{type(self).__name__}"

    @property
    def menu(self) -> Menu:
        """What this server's owner may choose. It never depends on the server's name or on a request:
        JupyterHub asks the default server's spawner for the form of a refused named one."""
        menu = parsed_menu(self.images, self.sizes, self._section)
        return menu.for_groups(group.name for group in getattr(self.user, "groups", ()))

    # The form and the query ---------------------------------------------------------------------------------

    @default("options_form")
    def _options_form_default(self):
        if not self.images:
            return super()._options_form_default()

        # A string would be rendered once for each spawner object; a callable is asked at each page.
        async def form(spawner):
            return render_menu(spawner.menu, spawner.user_options)

        return form

    def _options_from_form(self, formdata):
        """Form fields as options. A refusal here never begins a start, so it counts as no failure."""
        if not self.images:
            return super()._options_from_form(formdata)
        options = {
            key: values[0] if len(values) == 1 else values
            for key, values in formdata.items()
            if key not in NOT_OPTIONS
        }
        try:
            return Selection.parse(options, self.menu).options
        except SelectionError as error:
            raise refuse(self, error) from None

    def options_from_query(self, query_data):
        """Query keys as options: `?image=r&size=small`.

        JupyterHub 6 asks for a prefix `opt-` and strips it.
        """
        if self.images:
            prefixed = {key[4:]: value for key, value in query_data.items() if key.startswith("opt-")}
            query_data = prefixed or query_data
        return super().options_from_query(query_data)

    # The choice ---------------------------------------------------------------------------------------------

    @default("apply_user_options")
    def _apply_user_options_default(self):
        async def choose(spawner, _options):
            await take_turn()
            if spawner.images:
                spawner.choose()

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

    _last_choice: dict[str, str] | None = None

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
        self.log.info("%s starts %s", getattr(self, "_log_name", self.pod_name), selection.summary)
        self._take_choice(selection)
        return None

    def _take_choice(self, selection: Selection) -> None:
        """The choice as traits: KubeSpawner writes CPU_LIMIT, MEM_LIMIT and JUPYTER_IMAGE from them."""
        before = {name: getattr(self, name) for name in CHOSEN_TRAITS}
        self.image = selection.image.reference
        if selection.image.default_url:
            self.default_url = selection.image.default_url
        if size := selection.size:
            self.cpu_guarantee = before["cpu_guarantee"] if size.cpu.guarantee is None else size.cpu.guarantee
            self.cpu_limit = before["cpu_limit"] if size.cpu.limit is None else size.cpu.limit
            self.mem_guarantee = (
                before["mem_guarantee"] if size.memory.guarantee is None else size.memory.guarantee
            )
            self.mem_limit = before["mem_limit"] if size.memory.limit is None else size.memory.limit
            if size.gpu:
                gpu = {size.gpu.resource: str(size.gpu.count)}
                self.extra_resource_limits = self.extra_resource_limits | gpu
                self.extra_resource_guarantees = self.extra_resource_guarantees | gpu
        self._before_choice = {
            name: (value, getattr(self, name))
            for name, value in before.items()
            if getattr(self, name) != value
        }

    _before_choice: dict[str, tuple[object, object]] = {}

    def _undo_choice(self) -> None:
        """A spawner object may start twice: nothing of the first choice stays for the second."""
        for name, (before, ours) in self._before_choice.items():
            if getattr(self, name) == ours:
                setattr(self, name, before)
        self._before_choice = {}

    # State --------------------------------------------------------------------------------------------------

    def get_state(self):
        """KubeSpawner's state and the last valid choice."""
        state = super().get_state()
        if self._last_choice:
            state["libretexts_choice"] = {"version": STATE_VERSION, "options": self._last_choice}
        return state

    def load_state(self, state):
        """A choice of a later version of this package is left alone: then the defaults hold."""
        super().load_state(state)
        saved = state.get("libretexts_choice")
        if isinstance(saved, dict) and saved.get("version") == STATE_VERSION:
            self._last_choice = saved["options"]


CHOSEN_TRAITS = (
    "image",
    "default_url",
    "cpu_guarantee",
    "cpu_limit",
    "mem_guarantee",
    "mem_limit",
    "extra_resource_limits",
    "extra_resource_guarantees",
)
