"""Is the next page found, and is it always of the same list?"""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.clients.registry_errors import RegistryError
from libretexts_hub.clients.registry_paging import Listing, Page, conditions, following
from libretexts_hub.domain.repositories import Repository

LAB = Repository("quay.io", "team/lab")
PAGE = "https://quay.io/v2/team/lab/tags/list"
BEHIND_A_PATH = Repository("artifacts.example.org", "docker/team/lab")


@pytest.mark.parametrize(
    ("links", "query"),
    [
        pytest.param([], None, id="none"),
        pytest.param(['</v2/team/lab/tags/list?n=100&last=b>; rel="next"'], "n=100&last=b", id="Quay, GHCR"),
        pytest.param(
            ["<https://quay.io/v2/team/lab/tags/list?n=100&last=b>; rel=next"],
            "n=100&last=b",
            id="absolute, as GitLab's",
        ),
        pytest.param(["<?last=b>;rel=next"], "last=b", id="relative"),
        pytest.param(
            ["<?next_page=gAAA%3D%3D&n=50>; rel=next"],
            "next_page=gAAA%3D%3D&n=50",
            id="opaque, as old Quay's",
        ),
        pytest.param(['</first>; rel="first", <?last=b>; rel="next"'], "last=b", id="second of two"),
        pytest.param(["<?last=a>; rel=prev", "<?last=b>; rel=next"], "last=b", id="two headers"),
        pytest.param(['<?last=b>; title="a, <b>; rel=x"; rel="next"'], "last=b", id="quoted comma"),
        pytest.param(['<?last=b>; rel="last NEXT"'], "last=b", id="two relations"),
        pytest.param(["<?last=b>; rel=nextish"], None, id="another relation"),
        pytest.param(["<?last=b>"], None, id="no relation"),
        pytest.param(["?last=b; rel=next"], None, id="no brackets"),
        pytest.param(
            ["<http://quay.io:5000/v2/team/lab/tags/list?last=b>; rel=next"], "last=b", id="behind a proxy"
        ),
        pytest.param(
            ["<https://evil:x@quay.io/v2/team/lab/tags/list?a=b>; rel=next"], "a=b", id="with a user"
        ),
    ],
)
def test_the_next_page(links, query):
    assert following(links, PAGE, LAB) == ("" if query is None else f"{PAGE}?{query}")


@pytest.mark.parametrize(
    "named",
    [
        pytest.param("/v2/team/lab/tags/list?last=b", id="Artifactory"),
        pytest.param(
            "https://artifacts.example.org/repository/x/v2/docker/team/lab/tags/list?last=b", id="Nexus"
        ),
    ],
)
def test_a_registry_that_does_not_know_its_own_path(named):
    page = f"{BEHIND_A_PATH.api}/v2/{BEHIND_A_PATH.name}/tags/list"
    assert following([f"<{named}>; rel=next"], page, BEHIND_A_PATH) == f"{page}?last=b"


@pytest.mark.parametrize(
    "named",
    [
        "https://elsewhere.example.org/v2/team/lab/tags/list?last=b",
        "//elsewhere.example.org/v2/team/lab/tags/list",
        "/v2/team/secret/tags/list?last=b",
        "/v2/other-team/lab/tags/list?last=b",
        "/v2/team/lab/tags/list/../../secret/tags/list",
        "https://quay.io:999999/",
        "file:///v2/team/lab/tags/list",
        "https://[",
        "",
    ],
)
def test_a_page_that_is_somewhere_else(named):
    if named == "":  # the page itself, which the reading of the list notices
        assert following([f"<{named}>; rel=next"], PAGE, LAB) == PAGE
        return
    with pytest.raises(RegistryError, match="somewhere else"):
        following([f"<{named}>; rel=next"], PAGE, LAB)


@given(st.lists(st.text(alphabet=st.sampled_from('<>;=," /?.:@relnxt\\a\u00e4%'), max_size=60), max_size=3))
def test_any_link_leads_to_the_same_list(links):
    try:
        target = following([*links, "<?last=b>; rel=next"], PAGE, LAB)
    except RegistryError:
        return
    assert target == "" or urlsplit(target)[:3] == urlsplit(PAGE)[:3]


def page(count: int, following: str = "", **sent: str) -> Page:
    return Page(PAGE, tuple(f"t{number}" for number in range(count)), following, **sent)


@pytest.mark.parametrize(
    ("pages", "sent"),
    [
        pytest.param([page(7, etag='"x"', last_modified="Sat")], {"If-None-Match": '"x"'}, id="ETag"),
        pytest.param([page(7, last_modified="Sat")], {"If-Modified-Since": "Sat"}, id="date"),
        pytest.param([page(7)], {}, id="neither"),
        pytest.param([page(10_000, etag='"x"')], {"If-None-Match": '"x"'}, id="all in one"),
        pytest.param([page(100, etag='"x"')], {}, id="perhaps a page that is full"),
        pytest.param([page(3, "?n", etag='"x"'), page(3, etag='"y"')], {}, id="last page, full"),
        pytest.param(
            [page(3, "?n", etag='"x"'), page(2, etag='"y"')], {"If-None-Match": '"y"'}, id="last page"
        ),
    ],
)
def test_what_is_asked_for_only_if_it_changed(pages, sent):
    assert conditions(pages[-1], Listing(tuple(pages))) == sent


def test_a_tag_on_two_pages_is_one():
    assert Listing((page(3, "?n"), page(2))).tags == ("t0", "t1", "t2")
