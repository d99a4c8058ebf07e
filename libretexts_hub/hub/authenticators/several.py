"""How do people log in at one hub with several providers? Each has one of our authenticators and a prefix."""

from __future__ import annotations

import html
from dataclasses import replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from jupyterhub.auth import Authenticator
from jupyterhub.utils import maybe_future, url_path_join
from traitlets import Dict, default, import_item
from traitlets.config import Configurable

from libretexts_hub.domain.denial import no_such_form
from libretexts_hub.domain.login_providers import LoginProvider, LoginProviders
from libretexts_hub.errors import ConfigurationError, LibreTextsHubError
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin
from libretexts_hub.hub.authenticators.refusals import page_of
from libretexts_hub.hub.authenticators.start_checks import stopping

if TYPE_CHECKING:
    from libretexts_hub.domain.directory_person import DirectoryPerson
    from libretexts_hub.domain.login import Login

WHERE = "c.SeveralAuthenticator.providers"
BUTTON = (
    '<p><a role="button" class="btn btn-jupyter btn-lg" '
    'href="{url}{{% if next %}}?next={{{{ next }}}}{{% endif %}}">Sign in with {name}</a></p>'
)


class Part(Configurable):
    """Stands before the authenticator of one provider: addresses and names of its own.

    All else in there is about names of the hub: `admin_users`, `allowed_users`, courses, `exempt`.
    """

    one: LoginProvider
    all_of_them: LoginProviders
    # Of the login page.
    service_name = ""

    def hub_name(self, name: object) -> str:
        """Under which name the hub knows who is called so at the provider. Raises Denied."""
        return self.all_of_them.hub_name(self.one, name)

    def provider_name(self, name: str) -> str:
        """How the provider calls this hub user."""
        return name.removeprefix(self.one.prefix)

    def login_url(self, base_url: str) -> str:
        return str(super().login_url(url_path_join(base_url, self.one.slug)))

    def get_callback_url(self, handler: Any = None) -> str:
        """Where the provider sends people back to: `/hub/<slug>/oauth_callback`, unless it is written."""
        url = str(super().get_callback_url(handler))
        if self.oauth_callback_url:
            return url
        return f"{url.removesuffix('oauth_callback')}{self.one.slug}/oauth_callback"

    def get_handlers(self, app: Any) -> list[tuple[str, Any]]:
        """Those of the class, below the slug and with this authenticator as theirs."""
        return [
            (f"/{self.one.slug}{path}", type(cls.__name__, (cls,), {"authenticator": self}))
            for path, cls in super().get_handlers(app)
        ]


class OAuthPart(Part):
    """The name comes from what the provider says of the person."""

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        return self.hub_name(super().user_info_to_username(user_info))


class DirectoryPart(Part):
    """The name comes from an entry."""

    def login_of_person(self, person: DirectoryPerson) -> Login:
        login: Login = super().login_of_person(person)
        return replace(login, name=self.hub_name(login.name))


class SeveralAuthenticator(Authenticator):
    """A choice of providers on the login page. A check of a login goes to the provider that it came from."""

    providers = Dict(
        help="""
        Identity providers by slug, in the order of their buttons. Each has `class` (`libretexts-github`, or any
        other that JupyterHub takes and that is of this package), and may have `name` (the button says "Sign in
        with name"), `prefix` (what the hub's names of its people begin with; `<slug>-` by default, and one of
        them may have the empty one), `settings` (of this provider alone, where two are of one class) and
        `order`. All other settings stand in the section of the class. The address that the provider sends
        people back to is `/hub/<slug>/oauth_callback`.

        Example: `c.SeveralAuthenticator.providers = {"campus": {"class": "libretexts-ldap", "prefix": ""}, "github": {"class": "libretexts-github"}}`
        """,  # noqa: E501
    ).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        with stopping(kwargs.get("parent")):
            super().__init__(**kwargs)
            self._parsed = LoginProviders.parse(self.providers, where=WHERE)
            self._authenticators = [self._made(each) for each in self._parsed.every]
        self.manage_groups = any(each.manage_groups for each in self._authenticators)
        self.manage_roles = any(each.manage_roles for each in self._authenticators)
        self.enable_auth_state = any(each.enable_auth_state for each in self._authenticators)
        self.allow_all = self.allow_all and all(each.allow_all for each in self._authenticators)
        # A page of the hub asks this one; JupyterHub 5 does not have it.
        self.auth_refresh_strict = True

    def _made(self, provider: LoginProvider) -> Any:
        kind = _class_of(provider)
        if hasattr(kind, "user_info_to_username"):
            part: type[Part] = OAuthPart
        elif hasattr(kind, "login_of_person"):
            part = DirectoryPart
        elif provider.prefix:
            raise ConfigurationError(
                f"Names of {kind.__name__} can't be given a prefix",
                where=f"{provider.where}.prefix",
                fix='Write prefix: "", and give all others one.',
            )
        else:
            part = Part
        # Of the same name, so that it has the sections of the class and is bound as the class alone would.
        inner = {"one": provider, "all_of_them": self._parsed, "__module__": kind.__module__}
        made = type(kind.__name__, (part, kind), inner)(parent=self.parent, **provider.settings)
        made.service_name = provider.name or made.login_service
        return made

    def one_of(self, name: str) -> Any:
        """The authenticator of a hub user; None for one that no provider could have."""
        found = self._parsed.of_name(name)
        return next((each for each in self._authenticators if each.one == found), None)

    @property
    def courses_file(self) -> str:
        """As an authenticator of ours has it."""
        return str(self._authenticators[0].courses_file)

    @default("auth_refresh_age")
    def _default_refresh_age(self) -> int:
        return 300

    # What JupyterHub asks of its authenticator

    def get_handlers(self, app: Any) -> list[tuple[str, Any]]:
        return [handler for each in self._authenticators for handler in each.get_handlers(app)]

    def get_custom_html(self, base_url: str) -> str:
        """Buttons, for a login page that is not of our pack; JupyterHub renders it as a template."""
        return "\n".join(
            BUTTON.format(url=html.escape(each.login_url(base_url)), name=html.escape(each.service_name))
            for each in self._authenticators
        )

    async def authenticate(self, handler: Any, data: Any = None, **kwargs: Any) -> None:
        """Nobody: each provider has addresses of its own.

        JupyterHub has a form at `/hub/login` all the same, and fails on one without a name.
        """
        if data is not None:
            raise page_of(no_such_form(), f"{handler.hub.base_url}login")

    async def refresh_user(self, user: Any, handler: Any = None, **kwargs: Any) -> bool | dict[str, Any]:
        """What the provider of this person says now. Who is of none was made by an operator: as before."""
        one = self.one_of(user.name)
        if one is None:
            return True
        answer: bool | dict[str, Any] = await one.refresh_user(user, handler, **kwargs)
        return answer

    async def pre_spawn_start(self, user: Any, spawner: Any) -> None:
        if one := self.one_of(user.name):
            await maybe_future(one.pre_spawn_start(user, spawner))

    async def post_spawn_stop(self, user: Any, spawner: Any) -> None:
        if one := self.one_of(user.name):
            await maybe_future(one.post_spawn_stop(user, spawner))

    def add_user(self, user: Any) -> Any:
        one = self.one_of(user.name)
        return one.add_user(user) if one else super().add_user(user)

    def delete_user(self, user: Any) -> Any:
        one = self.one_of(user.name)
        return one.delete_user(user) if one else super().delete_user(user)

    def check_allow_config(self) -> None:
        """JupyterHub warns where nobody may log in; each provider has settings of its own."""
        for each in self._authenticators:
            each.check_allow_config()

    async def load_managed_roles(self) -> list[dict[str, Any]]:
        """Those of all providers, each role once."""
        found: dict[str, dict[str, Any]] = {}
        for each in self._authenticators:
            if each.manage_roles:
                found |= {role["name"]: role for role in await each.load_managed_roles()}
        return list(found.values())


def _class_of(provider: LoginProvider) -> type:
    """The class that the operator named: an entry point or a path. Raises ConfigurationError."""
    named = [
        each
        for each in entry_points(group="jupyterhub.authenticators")
        if each.name.lower() == provider.kind.lower()
    ]
    try:
        kind = named[0].load() if named else import_item(provider.kind)
    except LibreTextsHubError:
        raise
    except Exception as error:
        raise ConfigurationError(
            f"The class {provider.kind!r:.80} can't be loaded: {type(error).__name__}",
            where=f"{provider.where}.class",
            fix="Write libretexts-github, libretexts-ldap, libretexts-google, libretexts-cilogon or "
            "libretexts-oidc, or the path of a class.",
        ) from None
    if not isinstance(kind, type) or not issubclass(kind, LoginMixin):
        raise ConfigurationError(
            f"{provider.kind!r:.80} is no authenticator of this package",
            where=f"{provider.where}.class",
            fix="Put LoginMixin before it: class Mine(LoginMixin, Theirs).",
        )
    return kind
