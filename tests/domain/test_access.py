"""Do groups decide as an operator reads them?"""

import pytest

from libretexts_hub.domain.access import EVERYBODY, folded, parse_access
from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError


@pytest.mark.parametrize(
    ("fields", "groups", "admitted"),
    [
        pytest.param({}, [], True, id="everybody"),
        pytest.param({"groups": []}, ["a"], False, id="nobody"),
        pytest.param({"groups": ["A", "b"]}, ["a"], True, id="any"),
        pytest.param({"groups": ["STRASSE"]}, ["straße"], True, id="case-folded"),
        pytest.param({"groups": [" a "]}, ["a"], True, id="spaces"),
        pytest.param({"groups": ["a"]}, ["ab", "c"], False, id="no prefix"),
        pytest.param({"all_groups": ["a", "b"]}, ["b", "a", "c"], True, id="all"),
        pytest.param({"all_groups": ["a", "b"]}, ["a"], False, id="not all"),
        pytest.param({"not_groups": ["a"]}, ["A"], False, id="shut out"),
        pytest.param({"not_groups": ["a"]}, [], True, id="not shut out"),
        pytest.param({"groups": ["a"], "not_groups": ["b"]}, ["a", "b"], False, id="out wins over in"),
        pytest.param({"groups": ["a"], "all_groups": ["b"]}, ["a"], False, id="both are needed"),
    ],
)
def test_who_is_let_in(fields, groups, admitted):
    access = parse_access(Entry("x", fields, "images['x']"))
    assert access.admits(folded(groups)) is admitted


def test_nothing_written_is_one_shared_value():
    assert parse_access(Entry("x", {}, "x")) is EVERYBODY


@pytest.mark.parametrize("key", ["groups", "all_groups", "not_groups"])
@pytest.mark.parametrize("value", ["staff", 3, [""], [1], {"a": 1}])
def test_what_is_no_list_of_groups(key, value):
    with pytest.raises(ConfigurationError, match=key):
        parse_access(Entry("x", {key: value}, "x"))
