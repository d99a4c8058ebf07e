"""Is a person told when their server stops, by the very rule by which the culler will stop it?"""

import pytest

from libretexts_hub.domain.cull_servers import Stop, judge_server, parse_server_rules
from libretexts_hub.domain.culling import HubServer, HubUser
from libretexts_hub.domain.idle_limit import End, end_of

HOUR, NOW = 3600.0, 1_800_000_000.0
ADA = HubUser("ada", groups=("physics:gpu",))
RULES = {
    "everyone": {"idle": "1h"},
    "hpc": {"groups": ["physics:gpu"], "images": ["hpc"], "idle": "30m", "max_age": "12h"},
    "exam": {"images": ["exam"], "idle": "never"},
    "day": {"images": ["day"], "max_age": "24h"},
}


def running(image="default", *, started=NOW - 2 * HOUR, used=NOW - HOUR / 4, **more):
    named = {"is_ready": True, "is_stopped": False, "started": started, "last_activity": used}
    return HubServer(user_options={"image": image}, **{**named, **more})


@pytest.mark.parametrize(
    ("server", "told"),
    [
        pytest.param(running(), End(NOW + 0.75 * HOUR), id="an hour after its last use"),
        pytest.param(running("hpc"), End(NOW + HOUR / 4), id="what is due first"),
        pytest.param(
            running("hpc", started=NOW - 11.9 * HOUR, used=NOW),
            End(NOW + 0.1 * HOUR, is_certain=True),
            id="its age, used or not",
        ),
        pytest.param(running("day"), End(NOW + 22 * HOUR, is_certain=True), id="age alone"),
        pytest.param(running(used=None), End(NOW - HOUR), id="never used: since its start"),
        pytest.param(running(used=NOW - 3 * HOUR), End(NOW - HOUR), id="used before this start"),
        pytest.param(running("exam"), None, id="never"),
        pytest.param(running(is_ready=False), None, id="stopped"),
        pytest.param(running(pending="stop"), None, id="stopping"),
        pytest.param(running(started=None, used=None), None, id="nothing is known"),
        pytest.param(running(used=NOW + HOUR), None, id="used in the future"),
    ],
)
def test_what_is_told(server, told):
    rules = parse_server_rules(RULES, where="x")
    assert end_of(rules, ADA, server, now=NOW) == told
    if told is not None:  # then the culler stops it, and not a moment before
        assert isinstance(judge_server(rules, ADA, server, now=told.at), Stop)
        assert told.at - 1 < NOW or not isinstance(judge_server(rules, ADA, server, now=told.at - 1), Stop)


def test_without_rules_nothing_is_told():
    assert end_of((), ADA, running(), now=NOW) is None
