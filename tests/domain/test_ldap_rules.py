"""What does a check say of a login with LDAP?"""

import pytest

from libretexts_hub.domain.findings import in_order
from libretexts_hub.domain.ldap_rules import ldap_findings, ldap_servers
from libretexts_hub.domain.site import Site

LINEAGE = ("LDAPAuthenticator", "LoginMixin", "Authenticator")
GOOD = {
    "server_address": ["ldap1.example.edu", "ldap2.example.edu"],
    "lookup_dn": True,
    "lookup_dn_search_user": "cn=hub,dc=example,dc=edu",
    "user_search_base": "ou=people,dc=example,dc=edu",
    "user_attribute": "uid",
}
CLASS_ROOM = {
    "server_address": "ldap.example.edu",
    "bind_dn_template": "uid={username},ou=people,dc=example,dc=edu",
    "use_ssl": True,
}


def site(settings: dict[str, object]) -> Site:
    return Site(sections={"LDAPAuthenticator": settings}, authenticator=LINEAGE)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(GOOD, [], id="good"),
        pytest.param(
            CLASS_ROOM,
            ["info lookup_dn_search_user", "info server_address", "info use_ssl"],
            id="class room",
        ),
        pytest.param({**GOOD, "tls_strategy": "insecure"}, ["warning tls_strategy"], id="insecure"),
        pytest.param(
            {**GOOD, "tls_kwargs": {"validate": "CERT_NONE"}}, ["warning tls_kwargs.validate"], id="unchecked"
        ),
        pytest.param({**GOOD, "tls_kwargs": {"ca_file": "x"}}, ["error tls_kwargs"], id="no option of TLS"),
        pytest.param({**GOOD, "tls_kwargs": "x"}, [], id="of the wrong kind, which others tell"),
        pytest.param({**GOOD, "server_address": []}, ["error server_address"], id="no server"),
        pytest.param({**GOOD, "server_address": None}, ["error server_address"], id="null"),
        pytest.param(
            {**GOOD, "server_address": ["http://x"]}, ["error server_address"], id="no address of LDAP"
        ),
        pytest.param(
            {**GOOD, "lookup_dn_search_user": ""}, ["warning lookup_dn_search_user"], id="anonymous"
        ),
        pytest.param(
            {"server_address": "a, b", "lookup_dn_search_user": "cn=hub"}, ["error lookup_dn"], id="nobody"
        ),
        pytest.param(
            {**GOOD, "user_attribute": "", "user_search_base": None},
            ["error user_attribute", "error user_search_base"],
            id="where to search",
        ),
    ],
)
def test_findings(settings, expected):
    found = in_order(ldap_findings(site(settings)))
    told = [f"{each.severity.word} {each.where.removeprefix('c.LDAPAuthenticator.')}" for each in found]
    assert sorted(told) == sorted(expected)
    assert all(each.fix for each in found)


def test_other_logins_are_not_asked():
    assert not [*ldap_findings(Site(sections={"LDAPAuthenticator": {"tls_strategy": "insecure"}}))]


@pytest.mark.parametrize(
    ("settings", "addresses"),
    [
        (GOOD, ["ldap://ldap1.example.edu:389", "ldap://ldap2.example.edu:389"]),
        (CLASS_ROOM, ["ldaps://ldap.example.edu:636"]),
        (
            {"server_address": "a:3389, ldaps://b", "tls_strategy": "insecure"},
            ["ldap://a:3389", "ldaps://b:636"],
        ),
        ({"server_address": "a", "server_port": 1389}, ["ldap://a:1389"]),
    ],
)
def test_servers(settings, addresses):
    assert [str(server) for server in ldap_servers(site(settings))[1]] == addresses
