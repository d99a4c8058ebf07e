"""Does a directory let anybody in by what they type, or does what stands in it harm the hub?"""

from __future__ import annotations

import json
import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from traitlets.config import Config

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.directory_entry import DirectoryEntry
from libretexts_hub.domain.directory_groups import group_named, group_of
from libretexts_hub.domain.directory_person import DirectoryPerson, name_at_the_hub, subject_or_name
from libretexts_hub.domain.directory_text import escape_dn
from libretexts_hub.domain.login import ours_in
from libretexts_hub.hub.authenticators.ldap import LDAPAuthenticator
from tests.security.strategies import examples, in_words, lines, nasty
from tests.servers.slapd import LOOKUP, PEOPLE, READER_PASSWORD

KNOWN = ("fry", "leela", "kif", "zoidberg", "professor", "hermes", "bender", "amy")
TEMPLATE = {"bind_dn_template": [f"cn={{username}},{PEOPLE}", f"uid={{username}},{PEOPLE}"]}
LONGEST_SECONDS = 30


@pytest.fixture(scope="module", params=[LOOKUP, TEMPLATE], ids=["lookup", "template"])
def authenticator(slapd, request):
    """One that asks the directory about any name at all."""
    usual = {
        "server_address": "127.0.0.1",
        "server_port": slapd.port,
        "tls_kwargs": {"ca_certs_file": str(slapd.ca_file)},
        # Letters, and all else too: by default most of what follows would not reach the directory.
        "valid_username_regex": r"[\s\S]*",
    }
    made = LDAPAuthenticator(config=Config({"LDAPAuthenticator": {**usual, **request.param}}))
    yield made
    made.directory.close()


@pytest.fixture(scope="module")
def said(authenticator):
    """What the authenticator has logged."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    authenticator.log.addHandler(handler)
    yield lines
    authenticator.log.removeHandler(handler)


@examples(10)
@given(
    name=nasty() | st.builds(lambda known, more: known + more, st.sampled_from(KNOWN), lines()),
    password=nasty() | st.sampled_from(KNOWN),
)
def test_nobody_gets_in_by_what_they_type(loop, authenticator, said, name, password):
    began = time.monotonic()
    try:
        model = loop.run_until_complete(
            authenticator.authenticate(None, {"username": name, "password": password})
        )
    except Denied as error:
        model = None
        in_words(error)
    assert time.monotonic() - began < LONGEST_SECONDS
    if model is not None:
        # Planet Express takes each name for its password too; it is typed as the directory folds it.
        assert model["name"] in KNOWN
        assert password == model["name"]
    for line in said:
        assert "\n" not in line
        assert len(line) < 1000
        assert READER_PASSWORD not in line
        assert not (len(password) > 8 and password in line and password not in name)
    said.clear()


OCTETS = lines(encodable=False).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(
    max_size=40
)
ATTRIBUTES = (
    "uid",
    "cn",
    "sn",
    "displayName",
    "mail",
    "uidNumber",
    "gidNumber",
    "entryUUID",
    "objectGUID",
    "memberOf",
)


def groups_of(written):
    """Groups with an entry that can be read, and groups of which only the name is known."""
    for dn, name, typed in written:
        yield group_of(DirectoryEntry.of(dn, {"cn": [name]}), "cn")
        yield group_named(f"cn={escape_dn(typed)},{PEOPLE}", "cn")
        yield group_named(f"cn={typed}", "cn")


@examples(20)
@given(
    attributes=st.dictionaries(st.sampled_from(ATTRIBUTES), st.lists(OCTETS, max_size=3)),
    dn=lines(),
    groups=st.lists(st.tuples(lines(), OCTETS, lines()), max_size=3),
    typed=lines(),
)
def test_an_entry_becomes_a_login_or_a_refusal(loop, authenticator, attributes, dn, groups, typed):
    entry = DirectoryEntry.of(dn or "cn=a", attributes)
    name = name_at_the_hub(entry, authenticator.rules, typed)
    if not name:
        return
    person = DirectoryPerson(
        entry,
        name,
        *subject_or_name(entry, authenticator.rules),
        tuple(filter(None, groups_of(groups))),
    )
    try:
        model = loop.run_until_complete(authenticator.finish(authenticator.login_of_person(person)))
    except Denied as error:
        in_words(error)
        return
    # JupyterHub stores it as JSON, encrypted; its name and groups go into columns of a database.
    json.dumps(model).encode()
    for text in (model["name"], *model["groups"]):
        text.encode()
        assert text.isprintable()
    assert ours_in(model["auth_state"])["subject"]
