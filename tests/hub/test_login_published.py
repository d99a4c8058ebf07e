"""Do OAuthenticator's own tests of GitHub, Google and CILogon pass with our classes in place of theirs?

They come with its wheel, of the same release in both environments, so they run in the newest alone. Those
that fail are listed with the reason why they have to.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jupyterhub import version_info

REPOSITORY = Path(__file__).parents[2]
# Theirs answer None, and the page says nothing; ours is a refusal in words, which their tests do not expect.
SAID_IN_WORDS = "an account of no, or of another, Workspace is refused with a sentence"
ALLOWED = {
    "test_hosted_domain_single_entry[04-user2@ok-hd.org--None-False-None]": SAID_IN_WORDS,
    "test_hosted_domain_single_entry[05-user1@not-ok.org--None-False-None]": SAID_IN_WORDS,
    "test_hosted_domain_multiple_entries[04-user3@ok-hd1.org--None-False]": SAID_IN_WORDS,
    "test_hosted_domain_multiple_entries[05-user1@not-ok.org--None-False]": SAID_IN_WORDS,
    "test_idps_username_derivation_actions": "two providers that make one name are refused at start",
}


PLUGINS = ("tests.servers.swap_github_class", "tests.servers.swap_oidc_classes")


@pytest.mark.skipif(version_info[0] < 6, reason="the same tests of the same release run with JupyterHub 6")
def test_the_published_tests(tmp_path):
    names = [f"oauthenticator.tests.test_{name}" for name in ("github", "google", "cilogon")]
    options = ["-p", "no:randomly", "-p", "no:cacheprovider", *(f"-p{plugin}" for plugin in PLUGINS)]
    options += ["-o", "asyncio_mode=auto", "-c", os.devnull, "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfE", *options, "--pyargs", *names],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}{os.pathsep}{REPOSITORY}"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S*?::(.+?)(?: - .*)?$", done.stdout, re.MULTILINE))
    assert failed == set(ALLOWED), done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout[-3000:]
    assert int(passed[1]) >= 94
    assert "OUR CLASS: 14 tests" in done.stdout, done.stdout[-3000:]
