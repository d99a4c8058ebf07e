"""Are hours read in the operator's own time zone, and told in it?"""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from libretexts_hub.domain.availability import ALWAYS, Availability, parse_availability
from libretexts_hub.domain.entries import Entry
from libretexts_hub.errors import ConfigurationError

BERLIN = timezone(timedelta(hours=1))
MORNING = Availability(datetime(2026, 12, 1, 8, tzinfo=BERLIN), datetime(2026, 12, 1, 10, tzinfo=BERLIN))


def parsed(available) -> Availability:
    return parse_availability(Entry("exam", {"available": available}, "images['exam']"))


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        pytest.param(None, ALWAYS, id="nothing"),
        pytest.param({}, ALWAYS, id="empty"),
        pytest.param(
            {"from": "2026-12-01T08:00:00+01:00", "until": "2026-12-01T10:00:00+01:00"}, MORNING, id="text"
        ),
        pytest.param({"from": MORNING.opens, "until": MORNING.closes}, MORNING, id="yaml"),
        pytest.param({"from": "2026-12-01T08:00+01:00"}, Availability(opens=MORNING.opens), id="no-end"),
        pytest.param(
            {"until": "2026-12-01T09:00:00Z"},
            Availability(closes=datetime(2026, 12, 1, 9, tzinfo=UTC)),
            id="utc",
        ),
    ],
)
def test_hours_are_read(written, hours):
    assert parsed(written) == hours


@pytest.mark.parametrize(
    ("written", "where", "words"),
    [
        pytest.param("always", "available", "mapping", id="text"),
        pytest.param({"till": 1}, "available", "from, until", id="key"),
        pytest.param({"from": "tomorrow"}, "available.from", "not a time", id="no-time"),
        pytest.param({"from": 8}, "available.from", "not a time", id="number"),
        pytest.param({"from": date(2026, 12, 1)}, "available.from", "not a time", id="day"),
        pytest.param({"from": "2026-12-01T08:00"}, "available.from", "no time zone", id="naive-text"),
        pytest.param({"until": datetime(2026, 12, 1)}, "available.until", "no time zone", id="naive-yaml"),
        pytest.param(
            {"from": "2026-12-01T08:00Z", "until": "2026-12-01T08:00Z"},
            "available",
            "would close before",
            id="no-hours",
        ),
    ],
)
def test_what_is_no_time_is_refused_at_its_place(written, where, words):
    with pytest.raises(ConfigurationError, match=words) as refused:
        parsed(written)
    assert refused.value.where == f"images['exam'].{where}"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        pytest.param(
            datetime(2026, 12, 1, 6, tzinfo=UTC), "from 08:00 on 1 December 2026 (UTC+01:00)", id="before"
        ),
        pytest.param(
            datetime(2026, 12, 1, 8, tzinfo=UTC), "until 10:00 on 1 December 2026 (UTC+01:00)", id="open"
        ),
        pytest.param(
            datetime(2026, 12, 1, 9, tzinfo=UTC), "until 10:00 on 1 December 2026 (UTC+01:00)", id="past"
        ),
    ],
)
def test_hours_are_told_as_the_operator_wrote_them(now, words):
    assert MORNING.words(now) == words


def test_who_is_always_there_says_nothing():
    assert ALWAYS.includes(datetime.min.replace(tzinfo=UTC))
    assert ALWAYS.words(datetime.max.replace(tzinfo=UTC)) == ""
