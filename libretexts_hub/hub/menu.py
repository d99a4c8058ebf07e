"""How does the menu get into KubeSpawner? As traits, and as what its form and its start ask for."""

from collections.abc import Iterable

from traitlets import Any, Dict, List, Unicode, Union, default, validate
from traitlets.config import Configurable

from libretexts_hub.domain.images import parse_images
from libretexts_hub.domain.menu import Menu
from libretexts_hub.domain.options import parse_options
from libretexts_hub.domain.selection import MALFORMED
from libretexts_hub.domain.sizes import parse_sizes
from libretexts_hub.hub.live_menu import live_menu, parsed_menu
from libretexts_hub.hub.menu_choice import MenuChoiceMixin
from libretexts_hub.hub.menu_clock import menu_time
from libretexts_hub.hub.menu_environment import images_or_environment, title_or_environment
from libretexts_hub.hub.menu_form import MenuFormMixin
from libretexts_hub.hub.menu_profiles import MenuProfilesMixin
from libretexts_hub.hub.request_text import guard_requests


class ImageMenuMixin(MenuFormMixin, MenuChoiceMixin, MenuProfilesMixin, Configurable):
    """A menu of images and sizes in place of KubeSpawner's profiles. Without `images` it changes nothing."""

    images = Union(
        [Dict(), List()],
        help="""
        The environments that people may choose, by slug. What it is: `image` (the reference that is pulled),
        or `registry` (a live menu: `repository`, `scheme`, `keep`, `recommended`, `aliases`, `platform`,
        `refresh`, `credentials`, `ca`), or `pattern` (what people may name themselves). How it looks:
        `name`, `description`, `default`, `order`, `interface` (`lab`, `notebook`, `rstudio`, `vscode` or a
        path) or `interfaces` to choose from. Who and when: `groups`, `all_groups`, `not_groups`,
        `available` (`from`, `until`). Its life: `hidden`, `deprecated`, `successor`, `retires`. Its pod:
        `sizes`, `minimum_size`, `lend_sizes` (whoever may have it may have its `sizes` with it), `like` (the
        slug of another one: for routes and databases it is that one too), `pin`, `pull_policy`,
        `pull_secrets`. A list of entries with `slug` is
        accepted too. Empty, the default, takes the image of an LSST hub's environment (`LAB_REPO_HOST`,
        `LAB_OWNER`, `LAB_REPO_NAME`, `LAB_IMAGE`) if there is one; else everything is left to `profile_list`
        and the other settings of KubeSpawner, and a profile may have `groups` too.

        Example: `c.LibreTextsSpawner.images = {"default": {"name": "Default environment", "image": "quay.io/libretexts/default-env:3.3.1", "interface": "lab"}}`
        """,  # noqa: E501
    ).tag(config=True)

    sizes = Union(
        [Dict(), List()],
        help="""
        The sizes that people may choose, by slug. Keys of an entry: `name`, `description`, `cpu`, `memory`
        and `ephemeral_storage` (each with `guarantee` and `limit`, as Kubernetes quantities), `gpu`
        (`resource` and `count`), `default`, `order`, `groups`, `all_groups`, `not_groups`, `available`.
        Empty, the default, asks for no size: the limits of the spawner hold.

        Example: `c.LibreTextsSpawner.sizes = {"small": {"name": "Small", "cpu": {"limit": 2}, "memory": {"guarantee": "512Mi", "limit": "2Gi"}}}`
        """,  # noqa: E501
    ).tag(config=True)

    options = Union(
        [Dict(), List()],
        help="""
        What else people may choose, by slug: a check box with the `environment` variables that it sets, or
        `choices` with an `environment` each. Other keys: `name`, `description`, `default`, `images` (slugs),
        `groups`, `all_groups`, `not_groups`. `reset` and `debug` are known: they need no keys. Empty, the
        default, offers none.

        Example: `c.LibreTextsSpawner.options = {"reset": {}, "debug": {"groups": ["staff"]}}`
        """,
    ).tag(config=True)

    menu_title = Unicode(
        "Environment",
        help="""
        The heading above the environments on the spawn page. The default is `LAB_SELECTOR_TITLE` of the
        hub's environment, else `Environment`.

        Example: `c.LibreTextsSpawner.menu_title = "Science environment"`
        """,
    ).tag(config=True)

    menu_contact = Unicode(
        "the operators of this hub",
        help="""
        Whom a person is to ask who finds nothing on the menu, as it reads in a sentence.

        Example: `c.LibreTextsSpawner.menu_contact = "jupyter-help@example.edu"`
        """,
    ).tag(config=True)

    menu_cache = Unicode(
        "libretexts-menu.json",
        help="""
        A file in which the hub keeps what it read of registries, so that a hub that restarts has a menu
        before a registry answers. A relative path is below the folder where the hub runs, as that of
        JupyterHub's own database is. Empty: nothing is kept.

        Example: `c.LibreTextsSpawner.menu_cache = "/srv/jupyterhub/libretexts-menu.json"`
        """,
    ).tag(config=True)

    # JupyterHub declares a dict, but stores a REST body before it checks it, and then fails for that person
    # at every page (5.5.0): take anything here, and refuse it in words later.
    user_options = Any(help="What was chosen, as JupyterHub stores it: `image` and `size`.")

    @default("images")
    def _no_images(self):
        return images_or_environment({})

    @default("menu_title")
    def _environment_title(self):
        return title_or_environment()

    @default("sizes")
    def _no_sizes(self):
        return {}

    @default("options")
    def _no_options(self):
        return {}

    @default("user_options")
    def _no_user_options(self):
        return {}

    @validate("user_options")
    def _only_mappings(self, proposal):
        value = proposal.value
        return value if isinstance(value, dict) else {MALFORMED: type(value).__name__}

    @validate("images")
    def _check_images(self, proposal):
        # A size may be set after the images, so sizes named by images are checked when the menu is used.
        images = images_or_environment(proposal.value)
        parse_images(images, where=f"{self._section}.images")
        return images

    @validate("sizes")
    def _check_sizes(self, proposal):
        parse_sizes(proposal.value, where=f"{self._section}.sizes")
        return proposal.value

    @validate("options")
    def _check_options(self, proposal):
        parse_options(proposal.value, where=f"{self._section}.options")
        return proposal.value

    def __init_subclass__(cls, **named):
        # A hub loads its spawner class before it answers requests.
        super().__init_subclass__(**named)
        guard_requests()

    @property
    def _section(self) -> str:
        return f"c.{type(self).__name__}"

    @property
    def menu(self) -> Menu:
        """What this server's owner may choose now. It never depends on the server's name or on a request:
        JupyterHub asks the default server's spawner for the form of a refused named one."""
        written = parsed_menu(*self.menu_as_written(), self._section)
        menu = live_menu(written, memory=self.menu_cache, log=self.log)
        return menu.for_person(self.group_names, menu_time())

    def menu_as_written(self) -> tuple[object, object, object]:
        """Images, sizes and options, before they are parsed; another mixin may add to them."""
        return self.images, self.sizes, self.options

    @property
    def group_names(self) -> list[str]:
        """The groups of this server's owner. Who asks without a real user, with a mock as jhub-apps does, is
        in no group."""
        groups = getattr(self.user, "groups", ())
        return [group.name for group in groups] if isinstance(groups, Iterable) else []
