"""Is a person told what is used up, and not to wait for what never comes?"""

import pytest

from libretexts_hub.domain.quota import words_of_refusal

USED = 'pods "jupyter-a" is forbidden: exceeded quota: compute, requested: {}, used: {}, limited: {}'


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            USED.format("requests.cpu=2", "requests.cpu=9", "requests.cpu=10"),
            "quota of processors is used up",
        ),
        (USED.format("limits.cpu=2,limits.memory=2Gi", "x=1", "x=1"), "quota of processors and memory"),
        (USED.format("pods=1", "pods=100", "pods=100"), "quota of servers"),
        (USED.format("requests.nvidia.com/gpu=1", "x=1", "x=1"), "quota of devices"),
        (USED.format("requests.storage=10Gi", "x=1", "x=1"), "operators of this hub"),
        ("exceeded quota: q", "There is no room for another server now. Try again later"),
        ("maximum memory usage per Container is 1Gi, but limit is 2Gi", "Choose a smaller size"),
    ],
)
def test_what_is_used_up(message, said):
    assert said in words_of_refusal(message)


@pytest.mark.parametrize(
    "message", ["", "failed quota: q: must specify limits.cpu", 'no PriorityClass with name "x" was found']
)
def test_no_words_where_waiting_does_not_help(message):
    assert words_of_refusal(message) == ""


def test_a_hostile_message_reaches_nobody():
    told = words_of_refusal("exceeded quota: requested: <b>cpu</b>" + "a" * 100_000 + "=1")
    assert "<b>" not in told
    assert len(told) < 300
