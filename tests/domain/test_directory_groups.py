"""Are groups that hold groups found once each, whatever holds what?"""

from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.directory_entry import DirectoryEntry
from libretexts_hub.domain.directory_groups import (
    LONGEST_NAME,
    DirectoryGroup,
    GroupClimb,
    group_named,
    group_of,
    holders_filter,
    in_chain_filter,
    listed_in,
    merged,
)

CREW = DirectoryGroup("cn=crew,dc=x", "Crew", None)


def climbed(first: list[int], holders: dict[int, list[int]], **limits: int) -> list[int]:
    asked: list[int] = []
    climb = GroupClimb([f"cn={each},dc=x" for each in first], **limits)
    while batch := climb.next(2):
        numbers = [int(name[3 : name.index(",")]) for name in batch]
        asked += numbers
        climb.add(f"CN={above}, dc=x" for number in numbers for above in holders.get(number, []))
    return asked


def test_breadth_first_and_a_cycle_ends():
    assert climbed([1], {1: [2, 3], 2: [4], 3: [1], 4: [2]}) == [1, 2, 3, 4]


@given(st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9))), st.lists(st.integers(0, 9)))
def test_each_group_is_asked_about_once(holders, first):
    reachable, waiting = set(), list(first)
    while waiting:
        one = waiting.pop()
        if one not in reachable:
            reachable.add(one)
            waiting += holders.get(one, [])
    asked = climbed(first, holders)
    assert len(asked) == len(set(asked))
    assert set(asked) == reachable


def test_a_climb_without_end_is_cut():
    climb = GroupClimb(["cn=0,dc=x"], most=10)
    number = 0
    while climb.next():
        number += 1
        climb.add([f"cn={number},dc=x"])
    assert number == 10
    assert climb.is_cut


def test_filters_escape_names():
    assert holders_filter(["cn=a*,dc=x"], ["member", "uniqueMember"]) == (
        "(|(member=cn=a\\2a,dc=x)(uniqueMember=cn=a\\2a,dc=x))"
    )
    assert in_chain_filter("cn=(a),dc=x") == "(member:1.2.840.113556.1.4.1941:=cn=\\28a\\29,dc=x)"


def test_group_of_an_entry():
    entry = DirectoryEntry.of("cn=nimbus,dc=x", {"cn": [b"nimbus"], "gidNumber": [b"30001"]})
    assert group_of(entry, "cn") == DirectoryGroup("cn=nimbus,dc=x", "nimbus", 30001)
    assert group_of(DirectoryEntry.of("cn=a,dc=x", {"cn": [b"\xff"]}), "cn") is None
    assert group_of(DirectoryEntry.of("cn=a,dc=x", {"cn": [b"a" * (LONGEST_NAME + 1)]}), "cn") is None
    assert group_named("cn=crew,dc=x", "cn") == DirectoryGroup("cn=crew,dc=x", "crew")
    assert group_named("ou=crew,dc=x", "cn") is None


def test_merged_keeps_the_number():
    with_number = DirectoryGroup("CN=Crew,DC=x", "Crew", 7)
    assert merged([CREW, with_number, CREW]) == (with_number,)


def test_listed_by_name_and_by_distinguished_name():
    assert listed_in([CREW], ["other", "CREW"]) == CREW
    assert listed_in([CREW], ["CN=crew, DC=X"]) == CREW
    assert listed_in([CREW], ["cn=crew,dc=y", "staff"]) is None
    assert listed_in([], ["crew"]) is None
