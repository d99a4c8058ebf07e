"""Is a server that failed left alone for a while, and then tried by one caller?"""

from libretexts_hub.domain.server_health import LONGEST_PAUSE_SECONDS, ServerHealth


def test_the_second_while_the_first_is_away_and_back_again():
    health = ServerHealth(2)
    assert health.candidates(0) == (0, 1)
    assert health.failed(0, began=0, now=0) == 1
    assert health.candidates(0.5) == (1,)
    assert not health.may_ask(0, 0.5)
    assert health.may_ask(1, 0.5)
    assert health.may_ask(0, 1.5)
    assert health.worked(0)
    assert health.candidates(1.5) == (0, 1)
    assert not health.worked(0)


def test_one_caller_tries():
    health = ServerHealth(1, probe_seconds=10)
    health.failed(0, began=0, now=0)
    assert health.may_ask(0, 2)
    assert not health.may_ask(0, 3)
    assert health.candidates(3) == ()
    assert health.may_ask(0, 13), "the one that tried never came back"


def test_pauses_grow_to_a_limit():
    health = ServerHealth(1)
    now, pauses = 0.0, []
    for _ in range(60):
        pauses.append(health.failed(0, began=now, now=now + 0.1))
        now += 1000
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_many_who_waited_together_are_one_failure():
    health = ServerHealth(1)
    assert [health.failed(0, began=0, now=5) for _ in range(10)] == [1] * 10


def test_seconds_until_next():
    health = ServerHealth(2)
    assert health.seconds_until_next(0) == 0
    health.failed(0, began=0, now=0)
    assert health.seconds_until_next(0) == 0
    health.failed(1, began=0, now=0.5)
    assert health.seconds_until_next(0.5) == 0.5
