"""Which name, id and numbers follow from an entry, also from one that is odd or hostile?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.directory_entry import (
    DirectoryEntry,
    primary_group_sid,
    subject_octets,
    subject_of,
)
from libretexts_hub.domain.directory_person import (
    DirectoryPerson,
    is_usable,
    name_at_the_hub,
    subject_or_name,
)
from libretexts_hub.domain.directory_rules import DirectoryRules

RULES = DirectoryRules(lookup_dn=True, user_attribute="uid", user_search_base="dc=x")
GUID = bytes(range(16))


def entry(**attributes: bytes | list[bytes]) -> DirectoryEntry:
    listed = {name: value if isinstance(value, list) else [value] for name, value in attributes.items()}
    return DirectoryEntry.of("cn=a,dc=x", listed)


@pytest.mark.parametrize(
    ("found", "typed", "name"),
    [
        pytest.param(entry(uid=b"fry"), "FRY", "fry", id="case"),
        pytest.param(entry(uid=b"fry"), "\uff46\uff52\uff59", "fry", id="full width"),
        pytest.param(entry(uid=b"fry"), "12345", "fry", id="found by another attribute"),
        pytest.param(entry(uid=[b"fry", b"philip"]), "Philip", "philip", id="two, one typed"),
        pytest.param(entry(uid=[b"fry", b"philip"]), "12345", "", id="two, none typed"),
        pytest.param(entry(cn=b"fry"), "fry", "", id="none"),
        pytest.param(entry(uid=b"\xff\xfe"), "fry", "", id="no text"),
        pytest.param(entry(uid=b"f" * 10_000), "fry", "", id="10 kB"),
        pytest.param(entry(uid=b"fr\ny"), "fry", "", id="line break"),
        pytest.param(DirectoryEntry("uid=fry,dc=x"), "fry", "fry", id="unreadable"),
    ],
)
def test_name(found, typed, name):
    assert name_at_the_hub(found, RULES, typed) == name


@given(
    st.dictionaries(st.sampled_from(["uid", "cn", "entryUUID"]), st.lists(st.binary(), min_size=1)), st.text()
)
def test_a_name_can_be_used_or_is_empty(attributes, typed):
    found = DirectoryEntry.of("cn=a,dc=x", attributes)
    name = name_at_the_hub(found, RULES, typed)
    assert not found.attributes or not name or is_usable(name)
    assert subject_or_name(found, RULES)[1]


def test_subject():
    assert subject_of(entry(entryUUID=b"ABC-1")) == ("entryUUID", "abc-1")
    name, text = subject_of(entry(objectGUID=GUID))
    assert (name, text) == ("objectGUID", "03020100-0504-0706-0809-0a0b0c0d0e0f")
    assert subject_octets(name, text) == GUID
    assert subject_octets("entryUUID", "abc") == "abc"
    assert subject_of(entry(entryUUID=[b"a", b"b"])) == ("", "")
    assert subject_or_name(entry(), RULES) == ("dn", "cn=a,dc=x")


SID = bytes.fromhex("010500000000000515000000") + b"\x01" * 12 + (1106).to_bytes(4, "little")


@pytest.mark.parametrize(
    ("found", "sid"),
    [
        (entry(objectSid=SID, primaryGroupID=b"513"), SID[:-4] + b"\x01\x02\0\0"),
        (entry(objectSid=SID), b""),
        (entry(primaryGroupID=b"513"), b""),
        (entry(objectSid=SID, primaryGroupID=b"-1"), b""),
        (entry(objectSid=SID, primaryGroupID=b"4294967296"), b""),
        (entry(objectSid=SID, primaryGroupID=b"Domain Users"), b""),
        (entry(objectSid=SID[:-1], primaryGroupID=b"513"), b""),
        (entry(objectSid=b"S-1-5-21-1-2-3-1106", primaryGroupID=b"513"), b""),
        (entry(objectSid=b"\x01\0\0\0\0\0\0\5", primaryGroupID=b"513"), b""),
    ],
)
def test_primary_group(found, sid):
    assert primary_group_sid(found) == sid


@pytest.mark.parametrize(
    ("found", "is_disabled"),
    [
        (entry(uid=b"a"), False),
        (entry(userAccountControl=b"512"), False),
        (entry(userAccountControl=b"514"), True),
        (entry(userAccountControl=b"many"), False),
        (entry(nsAccountLock=b"TRUE"), True),
        (entry(pwdAccountLockedTime=b"000001010000Z"), True),
        (entry(pwdAccountLockedTime=b"20260101000000Z"), False),
    ],
)
def test_disabled(found, is_disabled):
    assert found.is_disabled is is_disabled


def test_state_is_json_and_keeps_the_keys_of_the_peer():
    found = entry(uid=b"kif", uidNumber=b"20001", gidNumber=b"x", mail=[b"k@x", b"j@x"], photo=b"\xff")
    state = DirectoryPerson(found, "kif", "dn", "cn=a,dc=x").state(RULES, ("mail", "photo"))
    assert state["ldap_groups"] == []
    assert state["user_attributes"] == {"mail": ["k@x", "j@x"], "photo": []}
    assert state["ldap_user"]["uidNumber"] == 20001
    assert "gidNumber" not in state["ldap_user"]


@pytest.mark.parametrize(
    ("rules", "attribute"),
    [
        (DirectoryRules(bind_dn_template=("uid={username},dc=x",)), "uid"),
        (DirectoryRules(bind_dn_template=("{username}@x.edu",)), ""),
        (DirectoryRules(bind_dn_template=("cn={username},dc=x",), user_attribute="uid"), "uid"),
        (
            DirectoryRules(user_attribute="uid", bind_attribute="mail", uses_bind_attribute_as_name=True),
            "mail",
        ),
    ],
)
def test_which_attribute_holds_the_name(rules, attribute):
    assert rules.name_attribute == attribute
