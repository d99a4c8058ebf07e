"""Which events does a hub remember? The last ones of each pod, however often its person starts again."""

from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.hub.event_watch import MOST_OF_ONE_POD, EventsByPod


def event(pod: str, second: int, **more) -> dict:
    return {
        "metadata": {"uid": f"{pod}-{second}", "managedFields": [{"manager": "kubelet"}]},
        "involvedObject": {"name": pod},
        "lastTimestamp": f"2027-01-10T10:{second // 60:02}:{second % 60:02}Z",
        "eventTime": None,
        **more,
    }


def test_the_last_ones_of_a_pod_are_there():
    events = EventsByPod()
    for second in range(3 * MOST_OF_ONE_POD):
        events[f"ns/ada.{second}"] = event("ada", second)
    events["ns/kif.0"] = event("kif", 0)

    kept = [f"ns/ada.{second}" for second in range(2 * MOST_OF_ONE_POD, 3 * MOST_OF_ONE_POD)]
    assert list(events) == [*kept, "ns/kif.0"]
    assert list(events.by_pod["ada"]) == kept
    assert not any("managedFields" in each["metadata"] for each in events.values())


def test_the_last_ones_are_kept_in_whichever_order_they_come():
    listed = {f"ns/ada.{second}": event("ada", second) for second in reversed(range(500))}
    kept = EventsByPod()
    for key, each in {"ns/kif.0": event("kif", 0), **listed}.items():
        kept[key] = each
    assert set(kept) == {"ns/kif.0", *(f"ns/ada.{second}" for second in range(400, 500))}
    assert MOST_OF_ONE_POD == 100


def test_an_event_that_repeats_is_the_latest():
    """Its count and its time change; it is no new one."""
    events = EventsByPod()
    events["ns/ada.pull"] = event("ada", 1)
    for second in range(2, MOST_OF_ONE_POD + 1):
        events[f"ns/ada.{second}"] = event("ada", second)
    events["ns/ada.pull"] = event("ada", 3000, count=7)
    events["ns/ada.last"] = event("ada", 3001)
    assert "ns/ada.2" not in events
    assert events["ns/ada.pull"]["count"] == 7


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40), st.booleans()), max_size=300))
def test_the_index_has_what_the_dictionary_has(steps):
    events = EventsByPod()
    for pod, second, is_gone in steps:
        key = f"ns/{pod}.{second}"
        if is_gone:
            events.pop(key, None)
        else:
            events[key] = event(pod, second)
    indexed = {key: each for of_pod in events.by_pod.values() for key, each in of_pod.items()}
    assert indexed == dict(events)
    assert all(events.by_pod.values())
