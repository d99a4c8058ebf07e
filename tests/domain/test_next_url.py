"""Which address is a browser sent on to, and which is too much for a header or for a cookie?"""

import pytest

from libretexts_hub.domain.next_url import LONGEST_KEPT, is_sendable, kept_path


@pytest.mark.parametrize(
    "path", ["/hub/home", "/hub/spawn?opt-image=a&next=%2Fhub", "/hub/\xfcber", "/user/a b/", ""]
)
def test_what_is_kept(path):
    assert kept_path(path) == path


@pytest.mark.parametrize(
    "path", ["/hub/\x0b", "/hub/\r\nSet-Cookie: a=b", "/hub/\x7f", "/hub/\0", "/hub/\ud800"]
)
def test_what_no_header_holds(path):
    assert not is_sendable(path)
    assert kept_path(path) == ""


def test_a_cookie_has_room_for_a_link_with_a_course_and_a_file():
    link = "/hub/spawn?opt-image=course-db101&next=" + "%2Fhub%2Fuser-redirect%2Fgit-pull%3Frepo%3D" * 20
    assert kept_path(link) == link
    assert kept_path("/hub/" + "x" * LONGEST_KEPT) == ""
    # A letter that is none of ASCII takes six there.
    assert kept_path("/hub/" + "\xfc" * (LONGEST_KEPT // 4)) == ""
