"""Does a person see what was posted for them, as long as it holds?"""

from libretexts_hub.hub.notices import MOST_FOR_ONE, Kind, Notice, Notices


def texts(notices, person="alice", now=0.0):
    return [notice.text for notice in notices.for_person(person, now=now)]


def test_everybodys_come_first_and_nobody_elses():
    notices = Notices()
    notices.post(Notice(Kind.INFO, "mine"), person="alice")
    notices.post(Notice(Kind.INFO, "not mine"), person="bob")
    notices.post(Notice(Kind.WARNING, "all"))

    assert texts(notices) == ["all", "mine"]


def test_what_is_over_is_gone():
    notices = Notices()
    notices.post(Notice(Kind.INFO, "until 10", until=10), person="alice")

    assert texts(notices, now=9.9) == ["until 10"]
    assert texts(notices, now=10) == []


def test_the_same_key_replaces_and_removes():
    notices = Notices()
    notices.post(Notice(Kind.INFO, "old", key="home"), person="alice")
    notices.post(Notice(Kind.INFO, "new", key="home"), person="alice")
    assert texts(notices) == ["new"]

    notices.remove("home", person="alice")
    assert texts(notices) == []


def test_a_flood_keeps_the_latest():
    notices = Notices()
    for n in range(100):
        notices.post(Notice(Kind.INFO, str(n)), person="alice")
    assert texts(notices) == [str(n) for n in range(100 - MOST_FOR_ONE, 100)]
