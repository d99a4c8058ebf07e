"""Does a login with Active Directory work, against Samba's domain controller? Run by make test-cluster."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from libretexts_hub.clients.directory import Directory, DirectorySettings
from libretexts_hub.clients.directory_errors import (
    DirectoryAwayError,
    DirectoryRefusesUsError,
    LoginRefusedError,
)
from libretexts_hub.domain.directory_rules import DirectoryRules
from libretexts_hub.domain.directory_servers import DirectoryServer, TlsRules
from tests.servers.samba_ad import ADMINISTRATOR, BASE, NAME, PASSWORD, Controller, domain_controller

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.real_cluster,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("apt-get"), reason="a domain controller needs root and Debian"
    ),
]

RULES = DirectoryRules(
    lookup_dn=True,
    user_search_base=BASE,
    user_attribute="sAMAccountName",
    group_search_filter="(member={userdn})",
    group_attributes=("member",),
    group_search_base=BASE,
)
WINDOWS_YEAR_2001 = 126_227_808_000_000_000
DISABLED = 514


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    with domain_controller() as running:
        fry = running.add_user("fry", uidNumber=20001, gidNumber=30001)
        crew = running.add_group("crew", fry)
        outer = running.add_group("outer", crew)
        top = running.add_group("top", outer)
        running.add_member(outer, top)
        running.add_user("mallory")
        running.add_user("disabled", userAccountControl=DISABLED)
        running.add_user("expired", accountExpires=WINDOWS_YEAR_2001)
        running.add_user("mustchange", pwdLastSet=0)
        yield running


@pytest.fixture
def client(controller: Controller):
    made: list[Directory] = []

    def make(
        rules: DirectoryRules = RULES,
        port: int = 636,
        strategy: str = "on_connect",
        tls: TlsRules | None = None,
        **more,
    ) -> Directory:
        server = DirectoryServer(controller.address, port, strategy)
        usual = TlsRules(ca_file=str(controller.ca_file), name=NAME, is_strict=False)
        account = {"account": ADMINISTRATOR, "password": PASSWORD, **more}
        made.append(Directory(DirectorySettings((server,), rules, tls or usual, **account)))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("nesting", "groups"),
    [
        ("off", ["Domain Users", "crew"]),
        ("breadth-first", ["Domain Users", "Users", "crew", "outer", "top"]),
        ("in-chain", ["Domain Users", "Users", "crew", "outer", "top"]),
    ],
)
@pytest.mark.parametrize(("port", "strategy"), [(636, "on_connect"), (389, "before_bind")])
async def test_login_and_nested_groups_with_a_cycle(client, nesting, groups, port, strategy):
    directory = client(replace(RULES, nested_groups=nesting), port, strategy)
    person = await directory.log_in("FRY", PASSWORD)
    assert (person.name, person.subject_attribute) == ("fry", "objectGUID")
    assert sorted(group.name for group in person.groups) == groups
    assert person.entry.number("uidNumber") == 20001
    again = await directory.look_up((person.subject_attribute, person.subject), f"CN=before,{BASE}", "fry")
    assert again.entry.dn == person.entry.dn


@pytest.mark.parametrize(
    ("name", "password", "cause"),
    [
        ("fry", "wrong", "password"),
        ("disabled", PASSWORD, "disabled"),
        ("expired", PASSWORD, "account_expired"),
        ("mustchange", PASSWORD, "must_change"),
        ("mustchange", "wrong", "password"),
        ("nobody", PASSWORD, "unknown"),
    ],
)
async def test_refusals_are_told_apart(client, name, password, cause):
    with pytest.raises(LoginRefusedError) as refused:
        await client().log_in(name, password)
    assert refused.value.refusal.cause == cause


async def test_a_disabled_account_is_seen_at_a_refresh(client, controller):
    gone = controller.add_user("leaving")
    directory = client()
    person = await directory.log_in("leaving", PASSWORD)
    with controller.administrator() as connection:
        connection.modify(gone, {"userAccountControl": [("MODIFY_REPLACE", [DISABLED])]})
    with pytest.raises(LoginRefusedError, match="disabled"):
        await directory.look_up((person.subject_attribute, person.subject), person.entry.dn, "leaving")


async def test_the_primary_group_is_a_group(client):
    named = replace(RULES, group_search_base="", named_groups=(f"CN=Domain Users,CN=Users,{BASE}",))
    assert [group.name for group in (await client(named).log_in("mallory", PASSWORD)).groups] == [
        "Domain Users"
    ]
    elsewhere = replace(RULES, group_search_base=f"OU=Domain Controllers,{BASE}")
    assert (await client(elsewhere).log_in("mallory", PASSWORD)).groups == ()


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Python checks by the letter from 3.13 on")
async def test_an_authority_that_is_not_by_the_letter_is_named(client, controller):
    strict = TlsRules(ca_file=str(controller.ca_file), name=NAME)
    with pytest.raises(DirectoryAwayError, match="set strict_certificates to False"):
        await client(tls=strict).log_in("fry", PASSWORD)


@pytest.mark.parametrize("template", ["{username}@ad.example.edu", "AD\\{username}"])
async def test_names_that_are_no_names_of_entries(client, template):
    rules = replace(RULES, lookup_dn=False, bind_dn_template=(template,))
    person = await client(rules, account="", password="").log_in("fry", PASSWORD)
    assert (person.name, person.subject_attribute) == ("fry", "objectGUID")


async def test_a_controller_that_wants_tls_says_so(client):
    with pytest.raises(DirectoryRefusesUsError, match="wants TLS"):
        await client(RULES, 389, "insecure").log_in("fry", PASSWORD)
