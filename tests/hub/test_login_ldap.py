"""Do settings written for jupyterhub-ldapauthenticator work, and is a wrong one refused at the start?"""

from __future__ import annotations

import builtins
import logging
from typing import TYPE_CHECKING, Any

import pytest
from traitlets.config import Config

from libretexts_hub.clients.upstream_errors import Expired
from libretexts_hub.domain.binding import Account
from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.provision import parse_provision, person_of
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.authenticators.ldap import LDAPAuthenticator
from tests.servers.slapd import BASE, GROUPS, LOOKUP, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.slapd import Slapd


@pytest.fixture
def make(slapd: Slapd) -> Iterator[Any]:
    made: list[LDAPAuthenticator] = []

    def make(**settings: Any) -> LDAPAuthenticator:
        usual = {
            "server_address": "127.0.0.1",
            "server_port": slapd.port,
            "tls_kwargs": {"ca_certs_file": str(slapd.ca_file)},
        }
        made.append(LDAPAuthenticator(config=Config({"LDAPAuthenticator": {**usual, **settings}})))
        return made[-1]

    yield make
    for each in made:
        each.directory.close()


class Person:
    """As much of a hub's user as a refresh looks at."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.admin = False


def data(name: str, password: str = "") -> dict[str, str]:
    return {"username": name, "password": password or name}


async def test_deprecations_are_named(make, caplog):
    make(use_ssl=False, escape_userdn=True, **LOOKUP)
    assert "use_ssl = False has no effect" in caplog.text
    assert "escape_userdn has no effect" in caplog.text


@pytest.mark.parametrize(
    "settings", [{"tls_strategy": "insecure"}, {"tls_kwargs": {"validate": "CERT_NONE"}}]
)
def test_insecure_is_loud(make, caplog, settings):
    make(**LOOKUP, **settings)
    assert [record.levelno for record in caplog.records if "INSECURE" in record.message] == [logging.ERROR]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "how a person is found"),
        ({**LOOKUP, "server_address": ""}, "No LDAP server"),
        ({**LOOKUP, "tls_kwargs": {"ca_certs_file": "/nowhere.pem"}}, "files for TLS"),
        ({**LOOKUP, "valid_username_regex": "("}, "regular expression"),
        ({**LOOKUP, "lookup_dn_search_password": " "}, "no password"),
        ({**LOOKUP, "allowed_groups": ["=x"]}, "distinguished name"),
    ],
)
def test_wrong_settings(make, settings, words):
    with pytest.raises(ConfigurationError, match=words):
        make(**settings)


def test_without_ldap3(make, monkeypatch):
    import_module = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "libretexts_hub.clients.directory":
            raise ImportError("No module named 'ldap3'")
        return import_module(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=r"Install libretexts-hub\[ldap\]"):
        make(**LOOKUP)


@pytest.mark.parametrize("form", [{"username": "fry"}, {"username": "fry\n", "password": "fry"}])
async def test_forms_that_no_page_of_ours_sends(make, form):
    assert await make(**LOOKUP).authenticate(None, form) is None


@pytest.mark.parametrize("form", [{}, {"password": "fry"}, {"username": 7, "password": "fry"}])
async def test_forms_without_a_name(make, form):
    with pytest.raises(Denied, match="no name in it"):
        await make(**LOOKUP).authenticate(None, form)


async def test_who_must_change_the_password_is_told(make):
    with pytest.raises(Denied, match="must change your password") as denied:
        await make(**LOOKUP).authenticate(None, data("mustchange"))
    assert denied.value.cause == "must_change"


async def test_groups_admit_and_make_admins(make):
    authenticator = make(
        **LOOKUP,
        group_search_base=BASE,
        allowed_groups=["Admin_Staff"],
        admin_groups=[f"cn=doctors,{GROUPS}"],
    )
    hermes = await authenticator.authenticate(None, data("hermes"))
    assert await authenticator.check_allowed("hermes", hermes)
    assert not hermes["admin"]
    zoidberg = await authenticator.authenticate(None, data("zoidberg"))
    assert zoidberg["admin"]
    with pytest.raises(Denied, match="none of the groups"):
        await authenticator.check_allowed("zoidberg", zoidberg)


async def test_numbers_for_provisioning(make):
    authenticator = make(**LOOKUP, group_search_base=GROUPS)
    state = (await authenticator.authenticate(None, data("kif")))["auth_state"]
    rules = parse_provision(
        {
            "uid": "ldap_user.uidNumber",
            "gid": "ldap_user.gidNumber",
            "groups": {"from": "ldap_user.gids"},
        },
        where="here",
    )
    identity = person_of(rules, state, "kif", frozenset()).identity
    assert (identity.uid, identity.gid, identity.groups) == (20001, 30001, (("nimbus", 30001),))


async def test_the_subject_outlives_servers_and_bases(make, slapd):
    one = await make(**LOOKUP).authenticate(None, data("kif"))
    other = await make(
        bind_dn_template=f"uid={{username}},{PEOPLE}",
        server_address=["localhost", "127.0.0.1"],
        tls_kwargs={"validate": "CERT_NONE"},
    ).authenticate(None, data("kif"))
    ours, theirs = one["auth_state"]["libretexts"], other["auth_state"]["libretexts"]
    assert (ours["provider"], ours["subject"]) == (theirs["provider"], theirs["subject"])
    assert ours["provider"] == "ldap:planetexpress.com"
    assert ours["subject"].startswith("entryuuid:")


async def test_check_again(make):
    authenticator = make(**LOOKUP)
    state = (await authenticator.authenticate(None, data("fry")))["auth_state"]
    assert (await authenticator.check_again(Person("fry"), state)).subject == state["libretexts"]["subject"]
    gone = {**state, "ldap_user": {**state["ldap_user"], "id": "another-id"}}
    with pytest.raises(Denied, match="not in the directory any more"):
        await authenticator.check_again(Person("fry"), gone)


async def test_check_again_without_auth_state(make, monkeypatch):
    authenticator = make(**LOOKUP)
    assert authenticator.checks_without_state
    ours = (await authenticator.authenticate(None, data("fry")))["auth_state"]["libretexts"]

    class Accounts:
        def of_name(self, name: str) -> Account | None:
            return Account(name, ours["provider"], ours["subject"]) if name == "fry" else None

    monkeypatch.setattr(authenticator, "accounts", Accounts)
    assert (await authenticator.check_again(Person("fry"), {})).name == "fry"
    with pytest.raises(Expired):
        await authenticator.check_again(Person("amy"), {})


async def test_without_a_service_account_the_login_is_kept(make, caplog):
    authenticator = make(bind_dn_template=f"uid={{username}},{PEOPLE}")
    assert "seen at the next login only" in caplog.text
    state = (await authenticator.authenticate(None, data("kif")))["auth_state"]
    assert (await authenticator.check_again(Person("kif"), state)).name == "kif"
    with pytest.raises(Expired):
        await authenticator.check_again(Person("kif"), {})
