"""What does an operator set for logins with GitHub, and is it right?"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, default, validate
from traitlets.config import Configurable

from libretexts_hub.domain.github_entries import (
    GroupChoice,
    Named,
    parse_entries,
    parse_group_choice,
)
from libretexts_hub.domain.github_scopes import is_granted, needed_scopes
from libretexts_hub.errors import ConfigurationError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# GitHub Enterprise Cloud with data residency has its API at a host of its own.
OWN_CLOUD = ".ghe.com"
PLACE = partial("c.GitHubOrgAuthenticator.{}".format)


class GitHubSettings(Configurable):
    """The traits of `GitHubOrgAuthenticator` beside those of oauthenticator's class."""

    group_organizations = AnyTrait(
        [],
        help="""
        Which organisations and teams become groups of the hub: a list, or `all`. An organisation brings along
        the person's teams in it; `org:team` is that team alone. They are spelled `org` and `org:team`. This
        admits nobody: `allowed_organizations` does.

        Example: `c.GitHubOrgAuthenticator.group_organizations = ["lsst", "physics:gpu"]`
        """,
    ).tag(config=True)

    read_email = Bool(
        True,
        help="""
        Ask for the person's primary address (scope `user:email`), also where it is private. Commits with git
        carry it. Without it, the public one is taken.

        Example: `c.GitHubOrgAuthenticator.read_email = False`
        """,
    ).tag(config=True)

    git_scope = Enum(
        ["", "public_repo", "repo"],
        default_value="",
        help="""
        The right to push with git that a login asks for: `public_repo`, or `repo` for private repositories
        too. Empty, the default, asks for none.

        Example: `c.GitHubOrgAuthenticator.git_scope = "public_repo"`
        """,
    ).tag(config=True)

    @default("scope")
    def _scopes_of_features(self) -> list[str]:
        return list(self.needed_scopes())

    @default("github_api")
    def _github_api_default(self) -> str:
        parts = urlsplit(self.github_url)
        if parts.netloc == "github.com":
            return "https://api.github.com"
        if parts.netloc.endswith(OWN_CLOUD):
            return f"{parts.scheme}://api.{parts.netloc}"
        return f"{self.github_url}/api/v3"

    @validate("allowed_organizations")
    def _valid_allowed(self, proposal: Any) -> Any:
        parse_entries(proposal["value"], PLACE("allowed_organizations"))
        return proposal["value"]

    @validate("group_organizations")
    def _valid_groups(self, proposal: Any) -> Any:
        parse_group_choice(proposal["value"], PLACE("group_organizations"))
        return proposal["value"]

    @validate("github_url")
    def _valid_url(self, proposal: Any) -> str:
        return str(proposal["value"]).rstrip("/")

    @property
    def allowed(self) -> tuple[Named, ...]:
        """What admits."""
        return parse_entries(self.allowed_organizations, PLACE("allowed_organizations"))

    @property
    def group_choice(self) -> GroupChoice:
        """What becomes a group."""
        return parse_group_choice(self.group_organizations, PLACE("group_organizations"))

    @property
    def reads_teams(self) -> bool:
        """Whether a login needs the person's teams."""
        has_team = any(each.team for each in self.allowed)
        return has_team or not self.group_choice.is_nothing or self.populate_teams_in_auth_state

    def needed_scopes(self) -> dict[str, str]:
        """Scope -> what needs it."""
        names = ("allowed_organizations", "group_organizations", "populate_teams_in_auth_state")
        organizations = [name for name in names if getattr(self, name)]
        return needed_scopes(
            organizations=organizations,
            addresses=["read_email"] if self.read_email else [],
            git=self.git_scope,
        )

    def asked_needed(self) -> dict[str, str]:
        """What is needed and asked for: nobody can grant what is not asked for."""
        return {scope: why for scope, why in self.needed_scopes().items() if is_granted(scope, self.scope)}

    def check_github(self) -> None:
        """Raise ConfigurationError for what would fail, or be unsafe, at the first login."""
        for name in ("github_url", "github_api", "token_url", "userdata_url"):
            parts = urlsplit(getattr(self, name))
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
            if not is_safe or not parts.netloc:
                raise ConfigurationError(
                    f"{getattr(self, name)!r:.100} is no https address",
                    where=PLACE(name),
                    fix="Write it like https://github.example.edu.",
                )
        if not self.validate_server_cert:
            raise ConfigurationError(
                "Certificates are always checked here",
                where=PLACE("validate_server_cert"),
                fix="Leave it out (and OAUTH_TLS_VERIFY), and write certificate_authorities.",
            )
        if self.http_request_kwargs:
            raise ConfigurationError(
                f"Requests are not made with tornado: {', '.join(map(str, self.http_request_kwargs))!r:.100} "
                "does nothing",
                where=PLACE("http_request_kwargs"),
                fix="Set HTTPS_PROXY in the hub's environment, and certificate_authorities.",
            )

    def say_scopes(self) -> None:
        """In the log, at the start: what people are asked to grant, why, and what does not follow from it."""
        needed = self.needed_scopes()
        asked = [f"{scope} ({needed[scope]})" if scope in needed else scope for scope in self.scope]
        self.log.info("A login asks GitHub for: %s", ", ".join(asked) or "nothing but the public profile")
        for scope, why in needed.items():
            if not is_granted(scope, self.scope):
                self.log.warning("scope has no %s, which %s needs: add it, or leave scope out", scope, why)
        if self.allowed_organizations and (self.allow_all or self.allowed_users or self.admin_users):
            self.log.info(
                "allowed_organizations holds with allow_all, for allowed_users and admins too; exempt: %s",
                ", ".join(self.exempt) or "nobody",
            )
        if self._provisions_git() and not self.git_scope and not {"repo", "public_repo"} & set(self.scope):
            self.log.warning('provision.git can\'t push without git_scope: "public_repo" or "repo"')

    def _provisions_git(self) -> bool:
        host = urlsplit(self.github_url).netloc
        for section in ("LibreTextsSpawner", "ProvisionMixin"):
            provision = self.config.get(section, {}).get("provision")
            git = provision.get("git") if isinstance(provision, dict) else None
            if isinstance(git, dict) and git.get("host") == host:
                return True
        return False
