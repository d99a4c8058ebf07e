"""Are the settings of a directory read as meant, and refused in words where they can't be?"""

import pytest

from libretexts_hub.domain.directory_rules import DirectoryRules, check_rules
from libretexts_hub.domain.directory_servers import parse_servers, parse_tls
from libretexts_hub.errors import ConfigurationError


@pytest.mark.parametrize(
    ("addresses", "port", "strategy", "urls"),
    [
        ("ldap.x", None, "before_bind", ["ldap://ldap.x:389"]),
        ("ldap.x", None, "on_connect", ["ldaps://ldap.x:636"]),
        ("ldap.x", 3389, "insecure", ["ldap://ldap.x:3389"]),
        ("a.x, b.x:1 ldaps://c.x", 7, "before_bind", ["ldap://a.x:7", "ldap://b.x:1", "ldaps://c.x:7"]),
        (["a.x", "a.x"], None, "before_bind", ["ldap://a.x:389"]),
        ("::1", None, "before_bind", ["ldap://[::1]:389"]),
        ("[::1]:99", None, "before_bind", ["ldap://[::1]:99"]),
    ],
)
def test_servers(addresses, port, strategy, urls):
    assert [str(each) for each in parse_servers(addresses, port, strategy, where="here")] == urls


@pytest.mark.parametrize(
    "addresses", ["", [], "http://x", "ldap://me@x", "a:b", "ldap://x/dc=y", [7], "ldap://"]
)
def test_what_is_no_server(addresses):
    with pytest.raises(ConfigurationError, match="here"):
        parse_servers(addresses, None, "before_bind", where="here")


def test_certificates_are_checked_unless_told():
    assert parse_tls({}, where="here").is_checked
    assert parse_tls({"ca_certs_file": "/ca.pem"}, where="here").ca_file == "/ca.pem"
    assert not parse_tls({"validate": "CERT_NONE"}, where="here").is_checked
    assert not parse_tls({"validate": 0}, where="here").is_checked
    assert parse_tls({"valid_names": ["ldap.x"]}, where="here").name == "ldap.x"


@pytest.mark.parametrize(
    "options",
    [
        {"verify": True},
        {"validate": False},
        {"validate": "no"},
        {"valid_names": "*"},
        {"valid_names": ["a", "b"]},
        {"version": 3},
        {"ca_certs_file": 7},
    ],
)
def test_options_that_would_do_nothing_or_harm(options):
    with pytest.raises(ConfigurationError, match="here"):
        parse_tls(options, where="here")


LOOKUP = {"lookup_dn": True, "user_search_base": "dc=x", "user_attribute": "uid"}
TEMPLATE = {"bind_dn_template": ("uid={username},dc=x",)}


@pytest.mark.parametrize("rules", [LOOKUP, TEMPLATE, {**LOOKUP, **TEMPLATE, "bind_attribute": "uid"}])
def test_rules_that_find_people(rules):
    found = DirectoryRules(**rules)
    check_rules(found, where="here")
    assert found.lookup_dn or found.bind_dn_template


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"lookup_dn": True},
        {**LOOKUP, "user_search_base": "people"},
        {**LOOKUP, "lookup_filter": "(uid=*)"},
        {**LOOKUP, "lookup_filter": "(uid={username})"},
        {**LOOKUP, "search_filter": "(&(a={username})"},
        {**LOOKUP, **TEMPLATE},
        {"bind_dn_template": ("cn=admin,dc=x",)},
        {"bind_dn_template": ("uid={login},dc=x",)},
        {**TEMPLATE, "nested_groups": "breadth-first"},
        {**TEMPLATE, "nested_groups": "all", "group_search_base": "dc=x"},
        {**TEMPLATE, "named_groups": ("=x",)},
    ],
)
def test_rules_that_can_not_be_meant(rules):
    with pytest.raises(ConfigurationError, match="here"):
        check_rules(DirectoryRules(**rules), where="here")


def test_filters_hold_what_was_typed_as_one_value():
    rules = DirectoryRules(**LOOKUP, search_filter="&(x=1)({userattr}={username})")
    assert rules.person_filter("f*)(a=b") == "(uid=f\\2a\\29\\28a=b)"
    assert rules.admission_filter("f*") == "(&(x=1)(uid=f\\2a))"
    assert DirectoryRules(**TEMPLATE).bind_names("a,b{username}") == ("uid=a\\,b{username},dc=x",)
