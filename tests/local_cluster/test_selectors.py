"""Do selectors choose what kubectl and KubeSpawner mean by them?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.local_cluster.selectors import matcher
from libretexts_hub.local_cluster.status import ApiError

POD = {
    "metadata": {"name": "p", "namespace": "n", "labels": {"app": "jupyterhub", "size": "5", "empty": ""}},
    "spec": {"nodeName": "local", "restartPolicy": "Never"},
    "status": {"phase": "Running", "podIPs": [{"ip": "127.0.0.2"}]},
}


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("", True),
        ("app=jupyterhub", True),
        ("app==jupyterhub", True),
        ("app = jupyterhub , size = 5", True),
        ("app=other", False),
        ("app!=other", True),
        ("absent!=x", True),
        ("absent=", False),
        ("empty=", True),
        ("app", True),
        ("absent", False),
        ("!absent", True),
        ("!app", False),
        ("app in (jupyterhub,other)", True),
        ("app in (other)", False),
        ("absent in ()", False),
        ("empty in (,x)", True),
        ("app notin (other)", True),
        ("absent notin (x)", True),
        ("size>4", True),
        ("size<5", False),
        ("app>4", False),
        ("app=jupyterhub,size=6", False),
        ("app in (jupyterhub),size notin (6,7),!absent", True),
    ],
)
def test_labels(selector: str, chosen: bool) -> None:
    matches = matcher(selector, "", "pods")
    assert (matches is None or matches(POD)) is chosen


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("metadata.name=p", True),
        ("metadata.name==p,metadata.namespace=n", True),
        ("metadata.name!=p", False),
        ("status.phase!=Succeeded,status.phase!=Failed", True),
        ("spec.nodeName=local", True),
        ("spec.hostNetwork=false", True),
        ("status.podIPs=127.0.0.2", True),
        ("status.nominatedNodeName=", True),
        (",", True),
        (r"metadata.name=a\,b", False),
    ],
)
def test_fields(selector: str, chosen: bool) -> None:
    matches = matcher("", selector, "pods")
    assert (matches is None or matches(POD)) is chosen


def test_events_are_chosen_by_what_they_are_about() -> None:
    event = {
        "metadata": {"name": "e"},
        "involvedObject": {"kind": "Pod", "name": "p", "uid": "1"},
        "source": {"component": "kubelet"},
        "type": "Warning",
    }
    fields = "involvedObject.kind=Pod,involvedObject.name=p,involvedObject.uid=1,source=kubelet,type!=Normal"
    matches = matcher("", fields, "events")
    assert matches
    assert matches(event)


@pytest.mark.parametrize(
    ("labels", "fields", "words"),
    [
        ("a b c", "", "found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a in", "", "found '' expected: '('"),
        ("a in (b", "", "found '', expected: ',' or ')'"),
        ("a=b=c", "", "found '=', expected: ',' or 'end of string'"),
        (",", "", "found ',', expected: !, identifier, or 'end of string'"),
        ("a,", "", "expected: identifier after ','"),
        ("!", "", "found '', expected: identifier"),
        ("a/b/c=1", "", 'Invalid value: "a/b/c"'),
        ("a=-", "", 'Invalid value: "-"'),
        ("a>b", "", "the value must be an integer"),
        ("", "spec.colour=red", "field label not supported: spec.colour"),
        ("", "metadata.name", "can't understand 'metadata.name'"),
        ("", r"metadata.name=a\q", r"invalid escape sequence: \q"),
    ],
)
def test_a_selector_that_is_none(labels: str, fields: str, words: str) -> None:
    with pytest.raises(ApiError) as caught:
        matcher(labels, fields, "pods")
    assert caught.value.status == 400
    assert words in caught.value.message


def test_other_kinds_can_be_chosen_by_name_only() -> None:
    with pytest.raises(ApiError, match="is not a known field selector"):
        matcher("", "status.phase=Bound", "persistentvolumeclaims")


@given(st.text(alphabet="ab!=<>(), \\/.5-", max_size=20), st.sampled_from(["pods", "events", "leases"]))
def test_hostile_selectors_are_refused_or_work(text: str, resource: str) -> None:
    for arguments in ((text, ""), ("", text), ("", f"metadata.name={text}")):
        try:
            matches: Any = matcher(*arguments, resource)
        except ApiError:
            continue
        assert matches is None or matches(POD) in (True, False)
