"""Does the decoder read quantities and objects as the real server does?"""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.local_cluster.api.body import parse_json
from libretexts_hub.local_cluster.schema.decode import decode
from libretexts_hub.local_cluster.schema.quantity import canonical, value_of, whole_milli
from libretexts_hub.local_cluster.status import ApiError


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1024Mi", "1Gi"),
        ("512Mi", "512Mi"),
        ("1.5Gi", "1536Mi"),
        ("1G", "1G"),
        ("1000M", "1G"),
        ("0.2", "200m"),
        ("1000m", "1"),
        ("1", "1"),
        ("0", "0"),
        ("0Mi", "0"),
        ("1e3", "1e3"),
        ("1E6", "1e6"),
        ("1.1", "1100m"),
        ("-1", "-1"),
        ("+5", "5"),
        (".5", "500m"),
        ("5.", "5"),
        ("1073741824", "1073741824"),
        ("100u", "100u"),
        ("1E", "1E"),
        ("0.5Ki", "512"),
    ],
)
def test_a_quantity_has_one_form(text: str, kept: str) -> None:
    assert canonical(text) == kept
    assert value_of(canonical(text)) == value_of(text)


@pytest.mark.parametrize(
    "text", ["", "Mi", "1 Gi", "1gi", "1KB", "1e", "--1", "1.2.3", "0x10", "1Mi ", "٣", "9" * 65]
)
def test_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match"):
        canonical(text)


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=6),
    st.sampled_from(["", "m", "k", "Mi", "Gi", "e3"]),
)
def test_the_canonical_form_is_the_same_number(number: Decimal, suffix: str) -> None:
    text = f"{number:f}{suffix}"
    assert abs(value_of(canonical(text)) - value_of(text)) <= Decimal("1e-9")
    assert canonical(canonical(text)) == canonical(text)


@given(st.text(alphabet="0123456789.+-eEinumkKMGTP", max_size=12))
def test_hostile_quantities_are_refused_or_read(text: str) -> None:
    try:
        kept = canonical(text)
    except ValueError:
        return
    assert canonical(kept) == kept


@pytest.mark.parametrize(("text", "kept"), [("0.0001", "1m"), ("250m", "250m"), ("1", "1"), ("2.5", "2500m")])
def test_cpu_is_counted_in_thousandths(text: str, kept: str) -> None:
    assert whole_milli(text) == kept


def pod(**container: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", **container}]}}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            pod(name=5),
            "cannot unmarshal number into Go struct field Container.spec.containers.name of type string",
        ),
        (
            pod(command="sh"),
            "cannot unmarshal string into Go struct field Container.spec.containers.command of type []string",
        ),
        (
            pod(env={}),
            "cannot unmarshal object into Go struct field Container.spec.containers.env of type []v1.EnvVar",
        ),
        (
            pod(stdin="yes"),
            "cannot unmarshal string into Go struct field Container.spec.containers.stdin of type bool",
        ),
        (pod(ports=[{"containerPort": 1.5}]), "cannot unmarshal number 1.5 into Go struct field"),
        (pod(ports=[{"containerPort": 2**40}]), "of type int32"),
        (pod(ports=[{"containerPort": True}]), "cannot unmarshal bool"),
        (pod(resources={"limits": {"cpu": "much"}}), "quantities must match"),
        (pod(resources={"limits": {"cpu": [1]}}), "quantities must match"),
        ({"metadata": {"labels": {"a": 5}}}, "ObjectMeta.metadata.labels of type string"),
        ({"metadata": []}, "of type v1.ObjectMeta"),
        ({"metadata": {"creationTimestamp": "yesterday"}}, "parsing time"),
        ({"metadata": {"creationTimestamp": "2026-01-01"}}, "parsing time"),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_a_wrong_type_is_named_with_its_place(body: Any, words: str) -> None:
    with pytest.raises(ApiError) as caught:
        decode(body, "Pod")
    assert caught.value.status == 400
    assert words in caught.value.message


def test_unknown_fields_are_dropped_and_named() -> None:
    decoded, problems = decode(pod(colour="red") | {"flavour": 1}, "Pod")
    assert decoded == pod()
    assert problems == ['unknown field "spec.containers[0].colour"', 'unknown field "flavour"']


def test_a_key_that_stands_twice_is_named() -> None:
    body = parse_json(b'{"metadata": {"name": "a", "name": "b", "labels": {"x": "1", "x": "2"}}}')
    decoded, problems = decode(body, "Pod")
    assert decoded["metadata"]["name"] == "b"
    assert problems == ['duplicate field "metadata.name"', 'duplicate field "metadata.labels.x"']


def test_null_is_absent() -> None:
    decoded, problems = decode({"metadata": None, "spec": {"containers": [None], "volumes": None}}, "Pod")
    assert decoded == {"spec": {"containers": [{}]}}
    assert problems == []


@pytest.mark.parametrize("body", [b"NaN", b"[1,]", b"{'a':1}", b"\xff{", b"[" * 100_000, b"", b"  "])
def test_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"invalid character|unexpected end|max depth"):
        parse_json(body)


def test_half_a_character_is_replaced() -> None:
    assert parse_json(b'{"a": "\\ud800", "\\ud800": 1}') == {"a": "\ufffd", "\ufffd": 1}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["spec", "metadata", "containers", "labels", "name", "resources", "limits", "cpu"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["metadata", "spec", "status"]), json_values),
    st.sampled_from(["Pod", "Secret", "Lease"]),
)
def test_hostile_objects_are_refused_or_decoded(body: Any, kind: str) -> None:
    try:
        decoded, _ = decode(body, kind)
    except ApiError:
        return
    assert decode(decoded, kind) == (decoded, [])
