"""Do the benchmarks' figures say what was measured, and does a wrong command line end in one sentence?"""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.figures import OURS, PEER, Series, sides_of_round

ROOT = Path(__file__).parents[1]


def test_a_ratio_is_ours_by_the_peers():
    series = Series("s")
    series.add(OURS, [1.0, 3.0, 2.0])
    series.add(PEER, 4.0)
    assert series.ratio() == 0.5
    assert series.summary(OURS) == {"unit": "s", "rounds": 3, "min": 1, "median": 2, "mean": 2, "max": 3}


@pytest.mark.parametrize(
    ("ours", "peer"),
    [
        pytest.param([], [1.0], id="not measured"),
        pytest.param([1.0], [], id="peer not measured"),
        pytest.param([1.0], [0.0], id="peer is nothing"),
    ],
)
def test_there_is_no_ratio_to_nothing(ours, peer):
    series = Series("s")
    series.add(OURS, ours)
    series.add(PEER, peer)
    assert series.ratio() is None


def test_the_side_that_goes_first_changes():
    assert sides_of_round(0) == sides_of_round(1)[::-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--rounds", "2"], "at least 5, not 2", id="too few rounds"),
        pytest.param(["--only", "nothing"], "there is no part nothing", id="no such part"),
    ],
)
def test_a_wrong_command_line(words, said):
    command = [sys.executable, "-m", "benchmarks.spawn", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
