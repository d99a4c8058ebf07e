"""Does the client find people, refuse the wrong ones in words, and never wait for a bad directory?"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import ldap3
import pytest
import pytest_asyncio
from ldap3.core.exceptions import LDAPException

from benchmarks.stall import StallMeter
from libretexts_hub.clients.directory import Directory, DirectorySettings
from libretexts_hub.clients.directory_errors import (
    DirectoryAwayError,
    DirectoryRefusesUsError,
    EntryError,
    LoginRefusedError,
)
from libretexts_hub.clients.directory_link import LinkLimits, prepared_password
from libretexts_hub.domain.directory_rules import DirectoryRules
from libretexts_hub.domain.directory_servers import DirectoryServer, TlsRules
from tests.servers.faults import FaultProxy
from tests.servers.slapd import (
    BASE,
    CROWD,
    GROUPS,
    PEOPLE,
    READER_DN,
    READER_PASSWORD,
    ROOT_DN,
    ROOT_PASSWORD,
    UNITS,
    Slapd,
    directory,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEMBERS = "(|(member={userdn})(uniqueMember={userdn})(memberUid={uid}))"
LOOKUP = DirectoryRules(
    lookup_dn=True,
    user_search_base=BASE,
    user_attribute="uid",
    group_search_filter=MEMBERS,
    group_attributes=("member", "uniqueMember", "memberUid"),
)
TEMPLATE = replace(LOOKUP, lookup_dn=False, bind_dn_template=(f"uid={{username}},{PEOPLE}",))
ALL_GROUPS = replace(LOOKUP, group_search_base=BASE)
CLIMBING = replace(ALL_GROUPS, nested_groups="breadth-first")
SHORT = LinkLimits(connect_seconds=1, receive_seconds=1)
USUAL = {"account": READER_DN, "password": READER_PASSWORD, "limits": SHORT, "login_seconds": 3}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def proxy_program(slapd: Slapd) -> AsyncIterator[FaultProxy]:
    async with FaultProxy.tcp("127.0.0.1", slapd.port) as proxy:
        yield proxy


@pytest_asyncio.fixture(loop_scope="module")
async def proxy(proxy_program: FaultProxy) -> FaultProxy:
    await proxy_program.clear()
    await proxy_program.up()
    await proxy_program.forget()
    return proxy_program


class Clients:
    """Makes clients of the directory, and closes them at the end of the test."""

    def __init__(self, slapd: Slapd) -> None:
        self.slapd = slapd
        self.made: list[Directory] = []

    def __call__(
        self, rules: DirectoryRules = LOOKUP, *ports: tuple[int, str], tls: TlsRules | None = None, **more
    ) -> Directory:
        listed = ports or ((self.slapd.port, "before_bind"),)
        settings = DirectorySettings(
            rules=rules,
            tls=tls or TlsRules(ca_file=str(self.slapd.ca_file)),
            **{
                "servers": tuple(DirectoryServer("127.0.0.1", port, strategy) for port, strategy in listed),
                "account": READER_DN,
                "password": READER_PASSWORD,
                "limits": SHORT,
                "login_seconds": 3,
                **more,
            },
        )
        self.made.append(Directory(settings, log=logging.getLogger("directory")))
        return self.made[-1]


@pytest.fixture
def client(slapd: Slapd) -> Iterator[Clients]:
    clients = Clients(slapd)
    yield clients
    for each in clients.made:
        each.close()


async def wait_until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (a thread has no event for it)
            await asyncio.sleep(0.01)


def names(person) -> list[str]:
    return sorted(group.name for group in person.groups)


async def refusal(client: Directory, name: str, password: str) -> str:
    with pytest.raises(LoginRefusedError) as refused:
        await client.log_in(name, password)
    return refused.value.refusal.cause


@pytest.mark.parametrize("strategy", ["before_bind", "on_connect", "insecure"])
async def test_login(client, slapd, strategy):
    port = slapd.tls_port if strategy == "on_connect" else slapd.port
    person = await client(LOOKUP, (port, strategy)).log_in("fry", "fry")
    assert (person.name, person.subject_attribute) == ("fry", "entryUUID")
    assert person.entry.text("mail") == "fry@planetexpress.com"
    assert names(person) == ["ship_crew"]


@pytest.mark.parametrize("name", ["amy", "professor", "brace", "kif"])
async def test_entries_with_odd_names(client, name):
    person = await client().log_in(name, name)
    assert person.name == name


@pytest.mark.parametrize("typed", ["FRY", "\uff46\uff52\uff59"])
async def test_the_name_is_the_directorys(client, typed):
    assert (await client().log_in(typed, "fry")).name == "fry"


@pytest.mark.parametrize(
    ("name", "password", "cause"),
    [
        ("fry", "wrong", "password"),
        ("nobody", "x", "unknown"),
        ("fry", "", "no_password"),
        ("fry", " \t", "no_password"),
        ("fry", "\0", "no_password"),
        ("fry", "f\0", "no_password"),
        ("fry", "\u200b", "password"),
        ("fry", "\xad", "password"),
        ("fry", "x" * 10_000, "password"),
        ("f*", "fry", "unknown"),
        ("fry)(uid=*", "fry", "unknown"),
        ("*", "fry", "unknown"),
        ("x" * 10_000, "fry", "name"),
        ("", "fry", "name"),
        ("fry\n", "fry", "name"),
        ("fry ", "fry", "name"),
        ("locked", "locked", "locked"),
        ("mustchange", "mustchange", "must_change"),
        ("expired", "expired", "expired"),
        ("expired", "wrong", "password"),
    ],
)
async def test_refused(client, name, password, cause):
    assert await refusal(client(), name, password) in (cause, "no_password")


@pytest.mark.parametrize("password", ["", " ", "\t", "\0", "\u200b", "\xad"])
async def test_without_a_password_nobody_is_asked(client, proxy, password):
    """A bind without one succeeds at many servers, as nobody."""
    for rules in (TEMPLATE, LOOKUP):
        assert await refusal(client(rules, (proxy.address[1], "insecure")), "fry", password) == "no_password"
    assert not await proxy.requests(verb="connect")


async def test_referrals_are_not_followed(client, slapd):
    """ldap3 would go there, and take the password along."""
    visits: list[object] = []
    rogue = await asyncio.start_server(
        lambda _reader, writer: (visits.append(1), writer.close()), "127.0.0.1", 0
    )
    port = rogue.sockets[0].getsockname()[1]
    far, is_the_entry = f"ou=far,{PEOPLE}", [("2.16.840.1.113730.3.4.2", False, None)]
    server = ldap3.Server("127.0.0.1", slapd.port, get_info=ldap3.NONE)
    with ldap3.Connection(server, ROOT_DN, ROOT_PASSWORD, auto_bind=True) as administrator:
        fields = {"ou": "far", "ref": f"ldap://127.0.0.1:{port}/{far}"}
        assert administrator.add(far, ["referral", "extensibleObject"], fields), administrator.result
        try:
            for strategy in ("insecure", "before_bind"):
                at = (slapd.port, strategy)
                assert (await client(CLIMBING, at).log_in("fry", "fry")).name == "fry"
                assert await refusal(client(LOOKUP, at), "nobody", "x") == "unknown"
                with pytest.raises(DirectoryRefusesUsError, match="referral"):
                    await client(replace(LOOKUP, user_search_base=far), at).log_in("fry", "fry")
            assert not visits
            with contextlib.suppress(LDAPException):
                await asyncio.to_thread(administrator.search, far, "(uid=fry)")
            assert visits, "ldap3 as it comes does not go there either, so this test shows nothing"
        finally:
            administrator.delete(far, controls=is_the_entry)
            rogue.close()


async def test_a_password_is_never_empty_on_the_way():
    for text in ("", " ", "\t\n", "\0", "\xad", "\u200b\u2060", "\ufeff"):
        octets = prepared_password(text)
        assert not octets or octets.decode().strip("\xad\u200b\u2060\ufeff") or octets == text.encode()
    assert prepared_password("pass wörd") == "pass wörd".encode()


async def test_odd_entries_are_refused_in_words(client):
    with pytest.raises(EntryError, match="more than one account"):
        await client().log_in("twin", "twin")
    by_number = replace(LOOKUP, lookup_filter="(employeeNumber={login})")
    with pytest.raises(EntryError, match="no name that this hub can use"):
        await client(by_number).log_in("nameless", "nameless")


async def test_template_reads_as_the_person(client):
    person = await client(TEMPLATE, account="", password="").log_in("kif", "kif")
    assert (person.name, person.entry.number("uidNumber")) == ("kif", 20001)
    assert await refusal(client(TEMPLATE), "kif,dc=x", "kif") == "password"
    assert await refusal(client(TEMPLATE), "kif", "wrong") == "password"


async def test_a_template_never_lets_in_somebody_else(client):
    # Fry is found; the template would make the name of the professor's entry from his given name.
    rules = replace(LOOKUP, bind_attribute="employeeType", bind_dn_template=(f"cn={{username}},{PEOPLE}",))
    assert (await client(rules).log_in("fry", "fry")).name == "fry"


@pytest.mark.parametrize(
    ("rules", "name", "groups"),
    [
        pytest.param(LOOKUP, "fry", ["ship_crew"], id="memberOf"),
        pytest.param(ALL_GROUPS, "zoidberg", ["doctors", "nimbus"], id="uniqueMember and memberUid"),
        pytest.param(CLIMBING, "fry", ["company", "deliveries", "ship_crew"], id="nested, with a cycle"),
        pytest.param(
            replace(CLIMBING, group_search_base=GROUPS),
            "fry",
            ["company", "deliveries"],
            id="only below a base",
        ),
        pytest.param(
            replace(LOOKUP, named_groups=(f"CN=Doctors, {GROUPS}",)), "zoidberg", ["doctors"], id="named"
        ),
        pytest.param(replace(LOOKUP, member_of_attribute=""), "fry", [], id="nothing asked"),
    ],
)
async def test_groups(client, rules, name, groups):
    assert names(await client(rules).log_in(name, name)) == groups


async def test_more_groups_than_fit_on_a_page(client):
    units = replace(LOOKUP, group_search_base=f"ou=units,{BASE}")
    # More than a thousand entries take a busy machine a while; how long is not the question here.
    patient = client(units, limits=LinkLimits(connect_seconds=10, receive_seconds=30), login_seconds=60)
    assert names(await patient.log_in("busy", "busy")) == [f"unit-{n:04}" for n in range(UNITS)]


async def test_a_group_of_ten_thousand(client, proxy):
    everybody = f"cn=everybody,{GROUPS}"
    assert CROWD >= 10_000
    for rules in (replace(LOOKUP, named_groups=(everybody,)), replace(CLIMBING, group_search_base=GROUPS)):
        await proxy.forget()
        person = await client(rules, (proxy.address[1], "insecure")).log_in("busy", "busy")
        assert names(person) == ["everybody"]
        kilobytes = sum(each.bytes for each in await proxy.requests(verb="connect")) / 1000
        assert kilobytes < 20, "the names of all members were read"


async def test_group_numbers(client):
    person = await client(ALL_GROUPS).log_in("kif", "kif")
    assert [(group.name, group.number) for group in person.groups] == [("nimbus", 30001)]


async def test_search_filter(client):
    robots = replace(LOOKUP, search_filter="(&(description=Robot)({userattr}={username}))")
    assert (await client(robots).log_in("bender", "bender")).name == "bender"
    assert await refusal(client(robots), "fry", "fry") == "filter"


async def test_look_up_again(client):
    directory = client()
    fry = await directory.log_in("fry", "fry")
    subject = (fry.subject_attribute, fry.subject)
    assert (await directory.look_up(subject, fry.entry.dn, "fry")).name == "fry"
    moved = await directory.look_up(subject, f"cn=where he was before,{PEOPLE}", "fry")
    assert moved.entry.dn == fry.entry.dn
    assert await directory.look_up(("entryUUID", "none"), fry.entry.dn, "fry") is None


async def test_connections_are_kept(client, proxy):
    directory = client(ALL_GROUPS, (proxy.address[1], "before_bind"))
    for _ in range(5):
        await directory.log_in("fry", "fry")
        await refusal(directory, "fry", "wrong")
    assert len(await proxy.requests(verb="connect")) == 2


async def test_a_hundred_at_once(client):
    directory = client()
    people = await asyncio.gather(*(directory.log_in("leela", "leela") for _ in range(100)))
    assert {person.name for person in people} == {"leela"}


async def test_certificates(client, slapd):
    for strategy, port in (("before_bind", slapd.port), ("on_connect", slapd.tls_port)):
        with pytest.raises(DirectoryAwayError, match=r"CERTIFICATE_VERIFY_FAILED"):
            await client(LOOKUP, (port, strategy), tls=TlsRules()).log_in("fry", "fry")
        tls = TlsRules(ca_file=str(slapd.ca_file), name="ldap.elsewhere.edu")
        with pytest.raises(DirectoryAwayError, match=r"Hostname mismatch"):
            await client(LOOKUP, (port, strategy), tls=tls).log_in("fry", "fry")
    unchecked = client(LOOKUP, (slapd.port, "before_bind"), tls=TlsRules(is_checked=False))
    assert (await unchecked.log_in("fry", "fry")).name == "fry"


async def test_files_that_are_no_certificates(client, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises((OSError, ssl.SSLError)):
        client(tls=TlsRules(ca_file=str(tmp_path / "ca.pem")))


async def test_service_account_with_a_wrong_password(client, caplog):
    directory = client(password="wrong")
    with pytest.raises(DirectoryRefusesUsError, match="wrong name or password"):
        await directory.log_in("fry", "fry")
    with pytest.raises(DirectoryRefusesUsError, match="a moment ago"):
        await directory.log_in("fry", "fry")
    assert not directory.is_known_away


@pytest.mark.parametrize(
    ("fault", "fields"),
    [
        ("hang", {"when": "before"}),
        ("hang", {"when": "after"}),
        ("drop", {"when": "before"}),
        ("drop", {"when": "after", "how": "close"}),
        ("trickle", {"bytes": 1, "seconds": 0.2}),
        ("truncate", {"bytes": 9}),
    ],
)
@pytest.mark.parametrize("strategy", ["before_bind", "insecure"])
async def test_a_bad_server_is_left_alone_and_the_loop_goes_on(client, proxy, slapd, fault, fields, strategy):
    await proxy.add(fault, **fields)
    directory = client(LOOKUP, (proxy.address[1], strategy), login_seconds=1.5)
    began = time.monotonic()
    async with StallMeter() as stall:
        with pytest.raises(DirectoryAwayError):
            await directory.log_in("fry", "fry")
    assert time.monotonic() - began < 5
    assert stall.own_seconds < 0.1
    for _ in range(5):  # on a busy machine the pause of a second may be over
        await wait_until(lambda: directory.is_known_away)
        began = time.monotonic()
        with pytest.raises(DirectoryAwayError) as away:
            await directory.log_in("fry", "fry")
        if "a moment ago" in str(away.value):
            break
    assert time.monotonic() - began < 0.1


async def test_a_resolver_that_hangs_holds_nobody_up(client, slapd, monkeypatch):
    resolve, asked, go_on = socket.getaddrinfo, [], threading.Event()

    def hanging(host: str, *rest, **more):
        if host == "localhost":
            asked.append(host)
            go_on.wait(20)
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    tls = TlsRules(ca_file=str(slapd.ca_file), name="127.0.0.1")
    alone = client(tls=tls, servers=(DirectoryServer("localhost", slapd.port),))
    async with StallMeter() as stall:
        logins = (alone.log_in("fry", "fry") for _ in range(20))
        refused = await asyncio.gather(*logins, return_exceptions=True)
    assert {type(each) for each in refused} == {DirectoryAwayError}
    assert "localhost is not resolved: no answer after 1 s" in str(refused[0])
    assert stall.own_seconds < 0.5
    assert len(asked) == 1, "each login left a thread behind"
    servers = (DirectoryServer("localhost", slapd.port), DirectoryServer("127.0.0.1", slapd.port))
    both = client(servers=servers)
    assert (await both.log_in("fry", "fry")).name == "fry"
    go_on.set()
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(DirectoryAwayError):
                await alone.log_in("fry", "fry")
                break
            await asyncio.sleep(0.1)


async def test_the_last_address_is_kept_while_the_resolver_is_away(client, slapd, proxy, monkeypatch):
    tls = TlsRules(ca_file=str(slapd.ca_file), name="127.0.0.1")
    directory = client(tls=tls, servers=(DirectoryServer("localhost", proxy.address[1]),))
    assert (await directory.log_in("fry", "fry")).name == "fry"
    resolve = socket.getaddrinfo

    def away(host: str, *rest, **more):
        if host == "localhost":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", away)
    await proxy.down("reset")
    await proxy.up()
    assert (await directory.log_in("fry", "fry")).name == "fry"
    fresh = client(servers=(DirectoryServer("localhost", slapd.port),))
    with pytest.raises(DirectoryAwayError, match="Temporary failure"):
        await fresh.log_in("fry", "fry")


async def test_the_next_address_of_a_name(client, slapd, monkeypatch):
    resolve = socket.getaddrinfo

    def two(host: str, *rest, **more):
        found = resolve("127.0.0.1", *rest, **more)
        return resolve("127.0.0.2", *rest, **more) + found if host == "localhost" else found

    monkeypatch.setattr(socket, "getaddrinfo", two)
    tls = TlsRules(ca_file=str(slapd.ca_file), name="127.0.0.1")
    directory = client(tls=tls, servers=(DirectoryServer("localhost", slapd.port),))
    assert (await directory.log_in("fry", "fry")).name == "fry"


async def test_failover_and_back(client, proxy, slapd, caplog):
    caplog.set_level(logging.INFO)
    directory = client(LOOKUP, (proxy.address[1], "before_bind"), (slapd.tls_port, "on_connect"))
    await proxy.down()
    assert (await directory.log_in("fry", "fry")).name == "fry"
    assert "is left alone for 1 s" in caplog.text
    await proxy.up()
    deadline = time.monotonic() + 20
    while not await proxy.requests(verb="connect"):
        assert time.monotonic() < deadline
        assert (await directory.log_in("fry", "fry")).name == "fry"
        await asyncio.sleep(0.05)
    assert "answers again" in caplog.text


async def test_kept_connections_that_the_server_closed(client, proxy):
    directory = client(LOOKUP, (proxy.address[1], "before_bind"))
    await directory.log_in("fry", "fry")
    await proxy.down("reset")
    await proxy.up()
    assert (await directory.log_in("fry", "fry")).name == "fry"


async def test_a_replica_takes_over(client, slapd):
    with directory(provider_port=slapd.port) as replica:
        both = client(ALL_GROUPS, (slapd.port, "before_bind"), tls=TlsRules(is_checked=False))
        known = await both.log_in("kif", "kif")
        alone = client(ALL_GROUPS, (replica.port, "before_bind"), tls=TlsRules(ca_file=str(replica.ca_file)))
        deadline = time.monotonic() + 10
        while True:
            try:
                again = await alone.log_in("kif", "kif")
            except (LoginRefusedError, DirectoryRefusesUsError):
                assert time.monotonic() < deadline, "the replica never got its entries"
                await asyncio.sleep(0.1)
                alone = client(
                    ALL_GROUPS, (replica.port, "before_bind"), tls=TlsRules(ca_file=str(replica.ca_file))
                )
                continue
            break
    assert again.subject == known.subject
    assert again.groups == known.groups
