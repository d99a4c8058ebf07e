"""Are quantities read as Kubernetes reads them, and is what has two readings refused?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.quantities import format_cores, format_memory, parse_cpu, parse_memory
from libretexts_hub.errors import ConfigurationError


@pytest.mark.parametrize(
    ("written", "cores"),
    [
        pytest.param(2, 2.0, id="whole"),
        pytest.param(0.2, 0.2, id="fraction"),
        pytest.param("500m", 0.5, id="milli"),
        pytest.param("0.5", 0.5, id="text"),
        pytest.param("5e-1", 0.5, id="exponent"),
        pytest.param(" 1 ", 1.0, id="spaces"),
    ],
)
def test_cores(written, cores):
    assert parse_cpu(written, where="here") == cores


@pytest.mark.parametrize(
    ("written", "size"),
    [
        pytest.param("512Mi", 512 * 2**20, id="Mi"),
        pytest.param("2Gi", 2 * 2**30, id="Gi"),
        pytest.param("1.5Gi", 3 * 2**29, id="fraction"),
        pytest.param(1073741824, 2**30, id="bytes"),
        pytest.param("128e6", 128 * 10**6, id="exponent"),
    ],
)
def test_memory(written, size):
    assert parse_memory(written, where="here") == size


@pytest.mark.parametrize("suffix", ["K", "M", "G", "T"])
def test_a_decimal_suffix_is_refused_with_both_readings(suffix):
    with pytest.raises(ConfigurationError) as refused:
        parse_memory(f"20{suffix}", where="c.X.sizes['a'].memory.limit")

    power = "KMGT".index(suffix) + 1
    assert str(20 * 1000**power) in str(refused.value)
    assert str(20 * 1024**power) in str(refused.value)
    assert f"20{suffix}i" in refused.value.fix
    assert refused.value.where == "c.X.sizes['a'].memory.limit"


@pytest.mark.parametrize(
    "written",
    [
        True,
        None,
        [],
        {},
        "",
        "2 Gi",
        "-1Gi",
        "Gi",
        "1GiB",
        "nan",
        float("nan"),
        float("inf"),
        "1e99999",
        "٣Gi",
        "0",
    ],
    ids=repr,
)
def test_no_quantity_of_memory(written):
    with pytest.raises(ConfigurationError):
        parse_memory(written, where="here")


@pytest.mark.parametrize(
    "written", [True, None, "", 0, -1, "0.1m", "2Gi", "2G", "1e9", 10**9, "1x"], ids=repr
)
def test_no_quantity_of_cores(written):
    with pytest.raises(ConfigurationError):
        parse_cpu(written, where="here")


def test_a_forgotten_suffix_is_named():
    with pytest.raises(ConfigurationError, match="512Mi"):
        parse_memory(512, where="here")


@given(st.one_of(st.text(), st.floats(), st.integers(), st.binary(), st.none(), st.lists(st.text())))
def test_anything_is_read_or_refused(written):
    for parse in (parse_cpu, parse_memory):
        try:
            words, read = "", parse(written, where="here")
        except ConfigurationError as error:
            words, read = str(error), 1
        assert read > 0
        assert len(words) < 500


@given(st.integers(min_value=4, max_value=10**6))
def test_memory_is_exact(mebibytes):
    assert parse_memory(f"{mebibytes}Mi", where="here") == mebibytes * 2**20


@pytest.mark.parametrize(
    ("size", "words"),
    [(2**31, "2 GiB"), (512 * 2**20, "512 MiB"), (3 * 2**29, "1.5 GiB"), (100, "100 bytes")],
)
def test_memory_in_words(size, words):
    assert format_memory(size) == words


def test_cores_in_words():
    assert (format_cores(2.0), format_cores(0.2)) == ("2 CPU", "0.2 CPU")
