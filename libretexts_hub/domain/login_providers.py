"""Which identity providers may a person choose from, and whose is a name at the hub?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.entries import entries
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.errors import ConfigurationError

KEYS = ("class", "name", "prefix", "settings", "order", "slug")


@dataclass(frozen=True, repr=False)
class LoginProvider:
    """One of several providers.

    `slug` is its part of the address (`/hub/<slug>/...`), `kind` the class, `name` what its button says, and
    `prefix` begins the hub's names of its people. `settings` may hold a secret, so it has no repr.
    """

    slug: str
    kind: str
    name: str
    prefix: str
    settings: Mapping[str, object] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class LoginProviders:
    """All of them, in the order of their buttons. A name belongs to the one with the longest prefix of it."""

    every: tuple[LoginProvider, ...]

    @classmethod
    def parse(cls, raw: object, *, where: str) -> LoginProviders:
        """What the operator wrote. Raises ConfigurationError."""
        found = []
        for entry in entries(raw, where=where):
            entry.only(KEYS)
            settings = entry.fields.get("settings", {})
            if not isinstance(settings, Mapping):
                raise ConfigurationError(
                    "'settings' must be a mapping",
                    where=entry.place("settings"),
                    fix="Write names of settings with their values.",
                )
            written = entry.fields.get("prefix")
            prefix = "" if written == "" else entry.text("prefix", default=f"{entry.slug}-")
            found.append(
                LoginProvider(
                    slug=entry.slug,
                    kind=entry.text("class"),
                    name=entry.text("name", default=""),
                    prefix=_checked(prefix, where=entry.place("prefix")),
                    settings=settings,
                    where=entry.where,
                )
            )
        if not found:
            raise ConfigurationError(
                "No provider is written down, so nobody can log in",
                where=where,
                fix='Write at least one: {"github": {"class": "libretexts-github"}}.',
            )
        for index, each in enumerate(found):
            for other in found[:index]:
                if each.prefix == other.prefix:
                    raise ConfigurationError(
                        f"{other.slug!r} and {each.slug!r} have the prefix {each.prefix!r}, so that one "
                        "could take the names of the other",
                        where=f"{each.where}.prefix",
                        fix="Give each a prefix of its own; one of them may have the empty one.",
                    )
        return cls(tuple(found))

    def of_name(self, name: str) -> LoginProvider | None:
        """Who gives this name; None for one that no provider gives."""
        fitting = [each for each in self.every if name.startswith(each.prefix)]
        return max(fitting, key=lambda each: len(each.prefix), default=None)

    def hub_name(self, provider: LoginProvider, name: object) -> str:
        """The hub's name of who is called so at the provider. Raises Denied."""
        found = normal_name(provider.prefix + normal_name(name))
        if self.of_name(found) != provider:
            raise Denied(
                "Your login name is like those that another login service gives here",
                cause="name",
                fix="Log in with another account, or tell the operators of this hub.",
            )
        return found


def _checked(prefix: str, *, where: str) -> str:
    """The prefix, which names keep as it is."""
    try:
        stays = not prefix or normal_name(f"{prefix}a") == f"{prefix}a"
    except Denied:
        stays = False
    if not stays or len(prefix) > 32:
        raise ConfigurationError(
            f"{prefix!r:.60} can't begin a name",
            where=where,
            fix='Write up to 32 lower-case letters, digits and signs that an address may have, as "github-".',
        )
    return prefix
