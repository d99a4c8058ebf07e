"""Does our class do what oauthenticator's own tests ask of theirs? Their suite, with ours in its place."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Test of the suite -> why ours may fail it. Any other failure fails here, and so does one that is listed and
# passes.
MAY_FAIL: dict[str, str] = {}


@pytest.mark.parametrize("module", ["github"])
def test_the_published_suite(tmp_path, module):
    words = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", f"tests.servers.swap_{module}_class"]
    words += [
        "-p",
        "no:cacheprovider",
        "-o",
        "asyncio_mode=auto",
        "-c",
        os.devnull,
        "--rootdir",
        str(tmp_path),
    ]
    words += ["--pyargs", f"oauthenticator.tests.test_{module}"]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        words,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=100,
    )
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S*::(\S+)", done.stdout, re.MULTILINE))
    assert failed == set(MAY_FAIL), done.stdout[-5000:]
    assert "OUR CLASS: 14 tests" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
    assert len(re.findall(r"^PASSED ", done.stdout, re.MULTILINE)) >= 14
