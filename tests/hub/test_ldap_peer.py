"""Does every setting of jupyterhub-ldapauthenticator 2 have the same effect here as there, on one directory?

The first table has a row for each setting, made from what its documentation says it does; both log the same
people in, as a hub would. What is different on purpose is in the second table, and with its reasons in
docs/operators/login-ldap.md.
"""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from tornado.web import HTTPError
from traitlets.config import Config

from libretexts_hub.domain.denial import Denied
from libretexts_hub.hub.authenticators.ldap import LDAPAuthenticator
from tests.servers.slapd import BASE, GROUPS, PEOPLE, READER_DN, READER_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.slapd import Slapd

peer = pytest.importorskip("ldapauthenticator", reason="the package to compare with is not installed")

TEMPLATE = {"bind_dn_template": f"uid={{username}},{PEOPLE}"}
LOOKUP = {
    "lookup_dn": True,
    "lookup_dn_search_user": READER_DN,
    "lookup_dn_search_password": READER_PASSWORD,
    "lookup_dn_user_dn_attribute": "uid",
    "user_search_base": BASE,
    "user_attribute": "uid",
}
CREW, NIMBUS, DOCTORS = f"cn=ship_crew,{PEOPLE}", f"cn=nimbus,{GROUPS}", f"cn=doctors,{GROUPS}"
ALL = {"allow_all": True}


@dataclass(frozen=True)
class Outcome:
    """What a login comes to. Nobody: the person is not let in."""

    name: str = ""
    groups: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[Any, ...]], ...] = ()


NOBODY = Outcome()


def row(name: str, settings: dict[str, Any], *people: str) -> Any:
    return pytest.param({"tls_strategy": "insecure", **settings}, people, id=name)


SAME = [
    row("server_address, server_port, bind_dn_template", {**TEMPLATE, **ALL}, "kif", "kif wrong", "nobody"),
    row("bind_dn_template, several", {"bind_dn_template": [f"uid={{username}},ou=odd,{BASE}", "",
                                      f"uid={{username}},{PEOPLE}"], **ALL}, "kif"),
    row("tls_strategy before_bind", {**TEMPLATE, **ALL, "tls_strategy": "before_bind"}, "kif"),
    row("tls_strategy on_connect", {**TEMPLATE, **ALL, "tls_strategy": "on_connect"}, "kif"),
    row("use_ssl", {**TEMPLATE, **ALL, "tls_strategy": None, "use_ssl": True}, "kif"),
    row("escape_userdn", {**TEMPLATE, **ALL, "escape_userdn": True}, "kif"),
    row("nobody is allowed by default", TEMPLATE, "kif"),
    row("valid_username_regex", {**TEMPLATE, **ALL, "valid_username_regex": "^[k-z]+$"}, "kif", "bender"),
    row("valid_username_regex, default", {**TEMPLATE, **ALL}, "Kif", "k*f"),
    row("lookup_dn", {**LOOKUP, **ALL}, "fry", "fry wrong", "nobody", "twin", "amy"),
    row("user_search_base", {**LOOKUP, **ALL, "user_search_base": GROUPS}, "fry"),
    row("user_attribute, use_lookup_dn_username", {**LOOKUP, **ALL, "user_attribute": "mail",
        "use_lookup_dn_username": True, "valid_username_regex": ".+"}, "fry@planetexpress.com fry"),
    row("lookup_dn_search_filter", {**LOOKUP, **ALL,
        "lookup_dn_search_filter": "(&(objectClass=posixAccount)({login_attr}={login}))"}, "kif", "fry"),
    row("lookup_dn_user_dn_attribute with a template", {**LOOKUP, **TEMPLATE, **ALL}, "kif"),
    row("search_filter", {**LOOKUP, **ALL, "attributes": ["uid"],
        "search_filter": "(&(objectClass=posixAccount)({userattr}={username}))"}, "kif", "fry"),
    row("search_filter admits nobody", {**LOOKUP, "search_filter": "({userattr}={username})"}, "fry"),
    row("allowed_groups", {**LOOKUP, "allowed_groups": [NIMBUS, DOCTORS]}, "zoidberg", "kif", "hermes"),
    row("group_search_filter, group_attributes", {**LOOKUP, "allowed_groups": [NIMBUS, DOCTORS],
        "group_search_filter": "(uniqueMember={userdn})", "group_attributes": ["uniqueMember"]},
        "zoidberg", "kif"),
    row("auth_state_attributes", {**LOOKUP, **ALL, "auth_state_attributes": ["uid", "mail", "cn"]},
        "professor"),
    row("search_filter with a template", {**TEMPLATE, **ALL, "user_search_base": BASE,
        "user_attribute": "uid", "search_filter": "(&(objectClass=posixAccount)({userattr}={username}))"},
        "kif", "locked"),
    row("blank password", {**LOOKUP, **ALL}, "fry "),
]  # fmt: skip
FRY, CRASH = Outcome("fry"), Outcome("no answer")
# What is different on purpose: ours, theirs.
DIFFERENT = [
    pytest.param({**LOOKUP, "tls_strategy": "before_bind", "tls_kwargs": {}}, "fry", NOBODY, FRY,
                 id="a certificate of nobody known"),
    pytest.param(LOOKUP, "mustchange", NOBODY, Outcome("mustchange"), id="a password to be changed first"),
    pytest.param({**LOOKUP, "valid_username_regex": "f"}, "fry", NOBODY, FRY,
                 id="the pattern fits the beginning"),
    pytest.param({**LOOKUP, "valid_username_regex": ".+"}, "\uff46\uff52\uff59 fry", FRY,
                 Outcome("\uff46\uff52\uff59"), id="full-width letters"),
    pytest.param({**LOOKUP, "user_attribute": "mail", "lookup_dn_search_filter": "(uid={login})"}, "fry",
                 Outcome("fry@planetexpress.com"), FRY, id="the name is the directory's"),
    pytest.param(LOOKUP, "brace", Outcome("brace"), CRASH, id="braces in the name of an entry"),
    pytest.param({**LOOKUP, "lookup_dn_user_dn_attribute": None}, "fry", FRY, CRASH,
                 id="nothing but the entry is looked up"),
    pytest.param({**TEMPLATE, "search_filter": "(uid={username})"}, "kif", Outcome("kif"), CRASH,
                 id="search_filter without user_search_base"),
    pytest.param({**LOOKUP, "auth_state_attributes": ["uidNumber"]}, "kif",
                 Outcome("kif", attributes=(("uidNumber", ("20001",)),)),
                 Outcome("kif", attributes=(("uidNumber", (20001,)),)), id="numbers are texts"),
]  # fmt: skip


@pytest.fixture
def both(slapd: Slapd) -> Callable[[dict[str, Any]], tuple[Any, Any]]:
    def make(settings: dict[str, Any]) -> tuple[Any, Any]:
        is_ldaps = settings.get("use_ssl") or settings.get("tls_strategy") == "on_connect"
        usual = {
            "server_address": "127.0.0.1",
            "server_port": slapd.tls_port if is_ldaps else slapd.port,
            "tls_kwargs": {"ca_certs_file": str(slapd.ca_file), "validate": 2},
        }
        given = {name: value for name, value in {**usual, **settings}.items() if value is not None}
        config = Config({"LDAPAuthenticator": given})
        return LDAPAuthenticator(config=config), peer.LDAPAuthenticator(config=config)

    return make


async def outcome(authenticator: Any, person: str) -> Outcome:
    """What the hub would have; `person` is a name, and the password where it is another word."""
    name, is_given, password = person.partition(" ")
    try:
        model = await authenticator.get_authenticated_user(
            None, {"username": name, "password": password if is_given else name}
        )
    except (Denied, HTTPError):  # a page with the reason
        return NOBODY
    except Exception:  # a page that says 500
        return CRASH
    if model is None:
        return NOBODY
    state = model["auth_state"]
    attributes = {key: tuple(values) for key, values in state["user_attributes"].items()}
    return Outcome(model["name"], tuple(sorted(state["ldap_groups"])), tuple(sorted(attributes.items())))


@pytest.mark.parametrize(("settings", "people"), SAME)
async def test_same(both, settings, people):
    ours, theirs = both(settings)
    for person in people:
        found, told = await outcome(ours, person), await outcome(theirs, person)
        # There only the groups of allowed_groups are kept, here all.
        kept = tuple(each for each in found.groups if each in settings.get("allowed_groups", ()))
        assert replace(found, groups=kept) == told, person


@pytest.mark.parametrize(("settings", "person", "here", "there"), DIFFERENT)
async def test_different(both, settings, person, here, there):
    ours, theirs = both({"tls_strategy": "insecure", **ALL, **settings})
    assert replace(await outcome(ours, person), groups=()) == here
    assert await outcome(theirs, person) == there


def test_all_settings_are_in_the_table():
    assert importlib.metadata.version("jupyterhub-ldapauthenticator").startswith("2.")
    names = set(peer.LDAPAuthenticator.class_own_traits(config=True))
    everywhere = {"server_address", "server_port", "tls_kwargs"}
    assert names <= {name for each in SAME for name in each.values[0]} | everywhere
    assert names <= set(LDAPAuthenticator.class_traits(config=True))
