"""Is a line of the log always one JSON object that a shipper takes?"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libretexts_hub.domain.log_line import LONGEST, log_line

LINE = {"at": 0.5, "level": "INFO", "logger": "JupyterHub"}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "200 GET /hub/home (ada@10.0.0.1) 12.34ms",
            {
                "status": 200,
                "method": "GET",
                "path": "/hub/home",
                "user": "ada",
                "address": "10.0.0.1",
                "milliseconds": 12.34,
            },
        ),
        (
            "302 GET /hub/ -> /hub/login (@::1) 1.00ms",
            {
                "status": 302,
                "method": "GET",
                "path": "/hub/",
                "location": "/hub/login",
                "address": "::1",
                "milliseconds": 1.0,
            },
        ),
        (
            "404 GET /x (a@b.edu@10.0.0.1) 1.00ms",
            {
                "status": 404,
                "method": "GET",
                "path": "/x",
                "user": "a@b.edu",
                "address": "10.0.0.1",
                "milliseconds": 1.0,
            },
        ),
        ("200 GET by hand", None),
    ],
)
def test_a_request_has_fields(message, expected):
    read = json.loads(log_line(**LINE, message=message))
    assert read.get("request") == expected
    assert read["message"] == message
    assert read["time"] == "1970-01-01T00:00:00.500Z"


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=200), st.text(max_size=200), st.integers(0, 30000),
    st.dictionaries(st.text(max_size=8), st.one_of(st.text(), st.binary()), max_size=3),
)  # fmt: skip
def test_whatever_is_said_it_is_one_line_of_json(message, exception, times, extra):
    line = log_line(**LINE, message=message * (times // 200 + 1), exception=exception * times, extra=extra)
    assert len(line) <= LONGEST
    assert line.isascii()
    assert "\n" not in line
    assert {"time", "level", "logger", "message"} <= json.loads(line).keys()


def test_the_end_of_a_traceback_stays():
    read = json.loads(log_line(**LINE, message="x", exception="frame\n" * 9000 + "ValueError: it"))
    assert read["exception"].endswith("ValueError: it")
    assert read["is_cut"] is True


def test_what_was_added_takes_the_place_of_nothing():
    read = json.loads(log_line(**LINE, message="x", extra={"message": "y", "user": "ada"}))
    assert (read["message"], read["user"]) == ("x", "ada")
