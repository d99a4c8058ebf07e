"""How are people and groups found in this directory: bases, filters, attributes?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from libretexts_hub.domain.directory_entry import (
    PRIMARY_GROUP_ATTRIBUTES,
    STATE_ATTRIBUTES,
    SUBJECT_ATTRIBUTES,
)
from libretexts_hub.domain.directory_text import check_template, escape_dn, escape_filter, fill, parse_dn
from libretexts_hub.errors import ConfigurationError

OFF, BREADTH_FIRST, IN_CHAIN_RULE = "off", "breadth-first", "in-chain"
NESTING = (OFF, BREADTH_FIRST, IN_CHAIN_RULE)
EMAIL, DISPLAY_NAME = ("mail", "userPrincipalName"), ("displayName", "cn")
MEMBER_UID = "memberuid"
_NAMED = re.compile(r"(?:^|[,+])\s*([A-Za-z][\w-]*)\s*=\s*\{username\}")


@dataclass(frozen=True)
class DirectoryRules:
    """The settings of a directory as jupyterhub-ldapauthenticator names them, and the ones beside them."""

    bind_dn_template: tuple[str, ...] = ()
    lookup_dn: bool = False
    user_search_base: str = ""
    user_attribute: str = ""
    lookup_filter: str = "({login_attr}={login})"
    bind_attribute: str = ""
    uses_bind_attribute_as_name: bool = False
    search_filter: str = ""
    subject_attributes: tuple[str, ...] = SUBJECT_ATTRIBUTES
    extra_attributes: tuple[str, ...] = ()
    member_of_attribute: str = "memberOf"
    group_search_base: str = ""
    group_search_filter: str = ""
    group_attributes: tuple[str, ...] = ()
    group_name_attribute: str = "cn"
    nested_groups: str = OFF
    named_groups: tuple[str, ...] = ()

    @property
    def name_attribute(self) -> str:
        """The attribute that holds the name of a person at the hub; empty where nothing says it."""
        if self.uses_bind_attribute_as_name and self.bind_attribute:
            return self.bind_attribute
        if self.user_attribute:
            return self.user_attribute
        named = [found[1] for each in self.bind_dn_template if (found := _NAMED.search(each))]
        return named[0] if named else ""

    @property
    def person_attributes(self) -> tuple[str, ...]:
        """What is asked of a person's entry, all at once."""
        wanted = (
            self.name_attribute,
            self.user_attribute,
            self.bind_attribute,
            self.member_of_attribute,
            *self.subject_attributes,
            *STATE_ATTRIBUTES,
            *PRIMARY_GROUP_ATTRIBUTES,
            *EMAIL,
            *DISPLAY_NAME,
            "uidNumber",
            "gidNumber",
            *self.extra_attributes,
        )
        return tuple({name.casefold(): name for name in wanted if name}.values())

    @property
    def holding_attributes(self) -> tuple[str, ...]:
        """The attributes with which a group holds another one; memberUid holds people only."""
        listed = tuple(name for name in self.group_attributes if name.casefold() != MEMBER_UID)
        return listed or ("member",)

    def person_filter(self, name: str) -> str:
        """The filter for somebody who calls themselves so."""
        values = {"login_attr": self.user_attribute, "login": escape_filter(name)}
        return _parenthesised(fill(self.lookup_filter, values))

    def admission_filter(self, name: str) -> str:
        """search_filter for this person; empty: everybody may pass."""
        if not self.search_filter:
            return ""
        values = {"userattr": self.user_attribute, "username": escape_filter(name)}
        return _parenthesised(fill(self.search_filter, values))

    def group_filter(self, dn: str, name: str) -> str:
        """The filter for groups that hold this person."""
        return _parenthesised(
            fill(self.group_search_filter, {"userdn": escape_filter(dn), "uid": escape_filter(name)})
        )

    def bind_names(self, name: str) -> tuple[str, ...]:
        """The names to log in with at the directory, made from the templates."""
        return tuple(fill(each, {"username": escape_dn(name)}) for each in self.bind_dn_template)


def realm_of(rules: DirectoryRules, dn: str) -> str:
    """Which directory it is, for ever: neither a server nor a base below it, which an operator may change."""
    for name in (
        rules.user_search_base,
        dn,
        *(fill(each, {"username": "x"}) for each in rules.bind_dn_template),
    ):
        parsed = parse_dn(name) or ()
        domain = [rdn[0][1] for rdn in parsed if rdn[0][0] == "dc"]
        if domain:
            return ".".join(domain)
        if parsed:
            return "=".join(parsed[-1][0])
    return ""


def _parenthesised(text: str) -> str:
    return text if text.startswith("(") else f"({text})"


def check_rules(rules: DirectoryRules, *, where: str) -> None:
    """Raises ConfigurationError for what can find nobody, or more than it says."""
    _check_people(rules, where)
    for template in rules.bind_dn_template:
        check_template(template, ("username",), where=f"{where}.bind_dn_template")
        if "{username}" not in template:
            raise ConfigurationError(
                f"{template!r:.80} has no {{username}}: everybody would be the same person",
                where=f"{where}.bind_dn_template",
                fix="Write it like uid={username},ou=people,dc=example,dc=edu.",
            )
    _check_filter(rules.lookup_filter, ("login_attr", "login"), f"{where}.lookup_dn_search_filter")
    _check_filter(rules.search_filter, ("userattr", "username"), f"{where}.search_filter")
    _check_filter(rules.group_search_filter, ("userdn", "uid"), f"{where}.group_search_filter")
    for name in ("user_search_base", "group_search_base"):
        _check_names([getattr(rules, name)] if getattr(rules, name) else [], f"{where}.{name}")
    _check_names([each for each in rules.named_groups if "=" in each], f"{where}.allowed_groups")
    if rules.nested_groups not in NESTING:
        raise ConfigurationError(
            f"nested_groups can't be {rules.nested_groups!r:.40}",
            where=f"{where}.nested_groups",
            fix=f"Write one of {', '.join(NESTING)}.",
        )
    if rules.nested_groups != OFF and not rules.group_search_base:
        raise ConfigurationError(
            "Groups that hold groups have to be searched, and nothing says where",
            where=f"{where}.nested_groups",
            fix="Write group_search_base: ou=groups,dc=example,dc=edu.",
        )


def _check_people(rules: DirectoryRules, where: str) -> None:
    if not rules.lookup_dn and not rules.bind_dn_template:
        raise ConfigurationError(
            "Nothing says how a person is found in the directory",
            where=where,
            fix="Write bind_dn_template, or lookup_dn: true with user_search_base and user_attribute.",
        )
    if not rules.lookup_dn:
        return
    for name in ("user_search_base", "user_attribute"):
        if not getattr(rules, name):
            raise ConfigurationError(
                f"lookup_dn needs {name}",
                where=f"{where}.{name}",
                fix="Write user_search_base: ou=people,dc=example,dc=edu and user_attribute: uid.",
            )
    if "{login}" not in rules.lookup_filter:
        raise ConfigurationError(
            "The filter has no {login}: it finds everybody for anybody",
            where=f"{where}.lookup_dn_search_filter",
            fix="Write ({login_attr}={login}).",
        )
    if rules.bind_dn_template and not rules.bind_attribute:
        raise ConfigurationError(
            "With lookup_dn and a bind_dn_template it has to be said which attribute fills the template",
            where=f"{where}.lookup_dn_user_dn_attribute",
            fix="Write lookup_dn_user_dn_attribute: uid, or leave bind_dn_template out.",
        )


def _check_filter(text: str, placeholders: tuple[str, ...], where: str) -> None:
    check_template(_parenthesised(text) if text else "", placeholders, where=where)


def _check_names(names: Sequence[str], where: str) -> None:
    for name in names:
        if parse_dn(name) is None:
            raise ConfigurationError(
                f"{name!r:.80} is not a distinguished name",
                where=where,
                fix="Write it like ou=groups,dc=example,dc=edu.",
            )
