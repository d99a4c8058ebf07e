"""Do people of a real directory get in through the pages of a real hub, the wrong ones a page in words?"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ldap3
import pytest
import pytest_asyncio

from libretexts_hub.demo.visitor import VisitError
from tests.servers.faults import FaultProxy
from tests.servers.hub import HubProcess
from tests.servers.hub_config import assignments
from tests.servers.hub_metrics import metrics_of, value
from tests.servers.slapd import BASE, GROUPS, PEOPLE, READER_DN, READER_PASSWORD, ROOT_DN, ROOT_PASSWORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from libretexts_hub.demo.visitor import Visitor
    from tests.servers.slapd import Slapd

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREW = f"cn=ship_crew,{PEOPLE}"
BENDER = f"cn=Bender Bending Rodriguez,{PEOPLE}"


def ldap_settings(slapd: Slapd, port: int) -> dict[str, object]:
    return {
        "JupyterHub.authenticator_class": "libretexts-ldap",
        "JupyterHub.redirect_to_server": False,
        "JupyterHub.authenticate_prometheus": False,
        "CryptKeeper.keys": [b"k" * 32],
        "Authenticator.enable_auth_state": True,
        "Authenticator.manage_groups": True,
        "Authenticator.allow_all": False,
        "Authenticator.auth_refresh_age": 1,
        "LoginMixin.refresh_cache": "1s",
        "LDAPAuthenticator.server_address": "127.0.0.1",
        "LDAPAuthenticator.server_port": port,
        "LDAPAuthenticator.tls_kwargs": {"ca_certs_file": str(slapd.ca_file)},
        "LDAPAuthenticator.lookup_dn": True,
        "LDAPAuthenticator.lookup_dn_search_user": READER_DN,
        "LDAPAuthenticator.lookup_dn_search_password": READER_PASSWORD,
        "LDAPAuthenticator.user_search_base": BASE,
        "LDAPAuthenticator.user_attribute": "uid",
        "LDAPAuthenticator.valid_username_regex": ".+",
        # With the second part somebody is found whose entry has no name.
        "LDAPAuthenticator.lookup_dn_search_filter": "(|({login_attr}={login})(employeeNumber={login}))",
        "LDAPAuthenticator.group_search_base": BASE,
        "LDAPAuthenticator.nested_groups": "breadth-first",
        "LDAPAuthenticator.allowed_groups": [CREW, f"cn=company,{GROUPS}", f"cn=nimbus,{GROUPS}"],
        "LDAPAuthenticator.admin_groups": ["admin_staff"],
        "LDAPAuthenticator.receive_seconds": 1,
        "LoginMixin.total_seconds": 3,
    }


@dataclass
class Site:
    hub: HubProcess
    slapd: Slapd
    faults: FaultProxy

    @asynccontextmanager
    async def person(self, name: str, password: str = "") -> AsyncIterator[Visitor]:
        async with self.hub.visitor() as visitor:
            await visitor.login(name, password or name)
            yield visitor

    async def refusal(self, name: str, password: str = "") -> VisitError:
        with pytest.raises(VisitError) as refused:
            async with self.person(name, password):
                pass
        return refused.value

    def modify(self, dn: str, **changes: tuple[str, list[str]]) -> None:
        """Change an entry as the directory's administrator."""
        with self._administrator() as connection:
            changed = connection.modify(dn, {name: [change] for name, change in changes.items()})
            assert changed, connection.result

    def add(self, dn: str, attributes: dict[str, str]) -> None:
        with self._administrator() as connection:
            assert connection.add(dn, ["inetOrgPerson"], attributes), connection.result

    def delete(self, dn: str) -> None:
        with self._administrator() as connection:
            connection.delete(dn)

    def _administrator(self) -> ldap3.Connection:
        server = ldap3.Server("127.0.0.1", self.slapd.port, get_info=ldap3.NONE)
        return ldap3.Connection(server, ROOT_DN, ROOT_PASSWORD, auto_bind=True)

    @property
    def host(self) -> str:
        """The directory's name in metrics."""
        return f"ldap://127.0.0.1:{self.faults.address[1]}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory, slapd: Slapd) -> AsyncIterator[Site]:
    folder: Path = tmp_path_factory.mktemp("ldap-hub")
    async with FaultProxy.tcp("127.0.0.1", slapd.port) as faults:
        extra = assignments(ldap_settings(slapd, faults.address[1]))
        hub = HubProcess(folder, spawner="simple", extra=extra, preloaded=True)
        try:
            await hub.start()
            yield Site(hub, slapd, faults)
        finally:
            hub.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site(running: Site) -> Site:
    await running.faults.clear()
    return running


async def test_a_configuration_from_a_class_room(slapd, tmp_path):
    """As people have it who set LDAP up years ago: three settings, and no account for the hub."""
    settings = {
        "JupyterHub.authenticator_class": "libretexts-ldap",
        "JupyterHub.redirect_to_server": False,
        "Authenticator.allow_all": True,
        "LDAPAuthenticator.server_address": "127.0.0.1",
        "LDAPAuthenticator.server_port": slapd.tls_port,
        "LDAPAuthenticator.tls_kwargs": {"ca_certs_file": str(slapd.ca_file)},
        "LDAPAuthenticator.bind_dn_template": f"uid={{username}},{PEOPLE}",
        "LDAPAuthenticator.use_ssl": True,
        "LDAPAuthenticator.escape_userdn": False,
    }
    hub = HubProcess(tmp_path, spawner="simple", extra=assignments(settings), preloaded=True)
    try:
        await hub.start()
        async with hub.visitor() as visitor:
            await visitor.login("kif", "kif")
            assert (await me(visitor))["name"] == "kif"
        with pytest.raises(VisitError, match="Invalid username or password"):
            async with hub.visitor() as visitor:
                await visitor.login("kif", "wrong")
    finally:
        hub.close()
    log = hub.log.read_text()
    assert 'use_ssl is deprecated: write c.LDAPAuthenticator.tls_strategy = "on_connect"' in log
    assert "escape_userdn has no effect" in log


async def me(visitor: Visitor) -> dict:
    return await visitor.hub_api("GET", f"users/{visitor.name}")


async def test_login(site):
    async with site.person("fry") as fry:
        user = await me(fry)
    assert user["name"] == "fry"
    assert sorted(user["groups"]) == ["company", "deliveries", "ship_crew"]
    assert not user["admin"]


async def test_two_spellings_are_one_person(site):
    async with site.hub.visitor() as visitor:
        await visitor.login("\uff26\uff32\uff39", "fry")
        assert (await visitor.hub_api("GET", "users/fry"))["name"] == "fry"


async def test_admin_by_group(site):
    async with site.person("hermes") as hermes:
        assert (await me(hermes))["admin"]


INVALID = "Invalid username or password"
WRONG = "pa55word-0f-n0body"
REFUSED = {
    "wrong password": ("fry", WRONG, INVALID, "wrong name or password"),
    "blank": ("fry", " ", INVALID, "no password was given"),
    "of no width": ("fry", "\u200b\xad", INVALID, "no password was given"),
    "10 kB password": ("fry", "x" * 10_000, INVALID, "wrong name or password"),
    "unknown": ("nobody", "x", INVALID, "nobody of this name"),
    "star": ("*", "x", INVALID, "nobody of this name"),
    "filter": ("fry)(uid=*", "fry", INVALID, "nobody of this name"),
    "half a filter": ("fry)(|(uid=", "fry", INVALID, "nobody of this name"),
    "backslash": ("fr\\79", "fry", INVALID, "nobody of this name"),
    "name of an entry": ("fry,ou=people", "fry", INVALID, "nobody of this name"),
    "NUL": ("fr\0y", "fry", INVALID, "nobody of this name"),
    "10 kB": ("x" * 10_000, "x", INVALID, "not matched by valid_username_regex"),
    "locked": ("locked", "locked", INVALID, "the account is locked"),
    "locked, wrong password": ("locked", WRONG, INVALID, "the account is locked"),
    "expired": ("expired", "expired", "Your password has expired", "the password has expired"),
    "expired, wrong password": ("expired", WRONG, INVALID, "wrong name or password"),
    "must change": ("mustchange", "mustchange", "You must change your password", "must be changed first"),
    "must change, wrong": ("mustchange", WRONG, INVALID, "wrong name or password"),
    "not in a group": ("amy", "amy", "none of the groups", "refused (group)"),
    "two entries": ("twin", "twin", "more than one account of this name", "2 entries for 'twin'"),
    "no name": ("nameless", "nameless", "no name that this hub can use", "no uid, or several, in"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused_in_words_and_logged_once(site, case):
    name, password, words, logged = REFUSED[case]
    seen = site.hub.log.stat().st_size
    refused = await site.refusal(name, password)
    assert refused.status == 403
    assert words in refused.what
    assert "dc=planetexpress" not in refused.what, "names of entries are nobody's business"
    text = site.hub.log.read_bytes()[seen:].decode()
    # JupyterHub's own line has the name that was typed, and no more.
    warnings = [
        line
        for line in re.findall(r"^\[[WEC] .*$", text, re.MULTILINE)
        if " log:" not in line and "Failed login for" not in line
    ]
    assert len(warnings) == 1, warnings
    assert logged in warnings[0]
    assert len(warnings[0]) < 600
    assert "Traceback" not in text
    assert WRONG not in text


async def test_forms_that_no_page_of_ours_sends(site):
    """Without a password, with two, with octets that are no text, and with a file."""
    bodies = [b"username=fry", b"username=fry&username=amy&password=fry", b"username=%ff&password=%ff"]
    async with site.hub.visitor() as visitor:
        form = (await visitor.open("login")).page.form("username", "password")
        hidden = form.named("_xsrf")[0].value.encode()
        for body in [*bodies, b"username[]=fry&password[]=fry", b""]:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            sent = body + b"&_xsrf=" + hidden
            async with visitor.request("POST", visitor.hub / "login", headers=headers, data=sent) as answer:
                said = await answer.text()
            assert 400 <= answer.status < 500, (body, answer.status)
            assert "Traceback" not in said


async def test_a_name_that_was_given_to_somebody_else(site):
    """The same name and password, another entry: its entryUUID is another."""
    nibbler, nimbus = f"uid=nibbler,{PEOPLE}", f"cn=nimbus,{GROUPS}"
    attributes = {"cn": "Nibbler", "sn": "N", "uid": "nibbler", "userPassword": "nibbler"}
    site.modify(nimbus, memberUid=(ldap3.MODIFY_ADD, ["nibbler"]))
    try:
        site.add(nibbler, attributes)
        async with site.person("nibbler") as person:
            assert (await me(person))["groups"] == ["nimbus"]
        site.delete(nibbler)
        site.add(nibbler, attributes)
        refused = await site.refusal("nibbler")
        assert refused.status == 403
        assert "belongs to another account" in refused.what
    finally:
        site.delete(nibbler)
        site.modify(nimbus, memberUid=(ldap3.MODIFY_DELETE, ["nibbler"]))


async def test_removal_from_a_group_is_seen_without_a_new_login(site):
    async with site.person("bender") as bender:
        assert "ship_crew" in (await me(bender))["groups"]
        site.modify(CREW, member=(ldap3.MODIFY_DELETE, [BENDER]))
        try:
            async with asyncio.timeout(20):
                while True:
                    await asyncio.sleep(0.3)
                    answer = await bender.open("home")
                    if answer.page.form("username", "password") is not None:
                        break
            assert "none of the groups" in (await site.refusal("bender")).what
        finally:
            site.modify(CREW, member=(ldap3.MODIFY_ADD, [BENDER]))


async def test_while_the_directory_hangs_the_hub_answers(site):
    async with site.hub.visitor() as visitor, site.person("fry") as fry:
        groups = (await me(fry))["groups"]
        await site.faults.down("reset")  # the connections that are kept
        await site.faults.add("hang")
        await site.faults.up()
        logins = [asyncio.create_task(site.refusal("leela")) for _ in range(5)]
        slowest = 0.0
        while not all(login.done() for login in logins):
            began = time.monotonic()
            assert (await visitor.open("login")).status == 200
            slowest = max(slowest, time.monotonic() - began)
            await asyncio.sleep(0.2)
        home = await fry.open("home")
        assert home.page.form("username", "password") is None, "who is in stays in"
        assert (await me(fry))["groups"] == groups
    for login in logins:
        assert login.result().status == 503
        assert "does not answer at the moment" in login.result().what
    assert slowest < 1.5, "the login page waited for the directory"
    assert value(await metrics_of(site.hub), "libretexts_upstream_breaker", host=site.host) >= 1
    await site.faults.clear()
    async with asyncio.timeout(60):
        while True:
            try:
                async with site.person("leela") as leela:
                    assert (await me(leela))["name"] == "leela"
                break
            except VisitError:
                await asyncio.sleep(0.3)


async def test_numbers_for_prometheus(site):
    async with site.person("fry"):
        pass
    before = await metrics_of(site.hub)
    async with site.person("fry"):
        await site.refusal("amy")
    await site.refusal("fry", "wrong")
    after = await metrics_of(site.hub)

    def grew(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert grew("libretexts_logins_total", outcome="done") == 1
    assert grew("libretexts_logins_total", outcome="refused") == 1
    assert grew("libretexts_denials_total", cause="group") == 1
    assert value(after, "libretexts_upstream_breaker", host=site.host) == 0
    assert f'libretexts_upstream_seconds_count{{host="{site.host}",outcome=' in after


async def test_the_log_says_why_and_holds_no_password(site):
    await site.refusal("zoidberg", "the-wrong-password-of-zoidberg")
    log = site.hub.log.read_text()
    assert 'LDAP login of "zoidberg" refused: wrong name or password' in log
    assert "the-wrong-password-of-zoidberg" not in log
    assert READER_PASSWORD not in log
