"""Does the audit of packages ask about what a hub runs on, and say so when nobody answers?"""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.security import audit


def test_what_a_hub_runs_on():
    found = audit.installed()
    assert {
        "jupyterhub",
        "jupyterhub-kubespawner",
        "oauthenticator",
        "ldap3",
        "tornado",
        "pyyaml",
    } <= found.keys()
    assert not {"pytest", "hypothesis", "playwright", "pip-audit", "libretexts-hub"} & found.keys()


def answering(monkeypatch, said: object) -> None:
    text = "" if said is None else json.dumps(said)
    monkeypatch.setattr(
        audit, "asked", lambda *_: subprocess.CompletedProcess([], 1, text, "x\nno route to it")
    )


NONE = {"dependencies": [{"name": "x", "version": "1", "vulns": []}]}
HOLE = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
ONE = {"dependencies": [HOLE, {"name": "y", "skip_reason": "it is not known"}]}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param(NONE, "no advisory is about any of them", id="none"),
        pytest.param(ONE, "x 1: CVE-1, fixed in 2", id="one"),
        pytest.param(None, "did not answer for all 2 packages", id="no answer"),
        pytest.param([], "did not answer", id="something else"),
    ],
)
def test_what_is_told(monkeypatch, said, told):
    answering(monkeypatch, said)
    assert told in audit.report("the chart", "x==1\ny==2\n", "pypi")


@pytest.mark.parametrize(
    ("said", "told"), [(ONE, ""), (NONE, "does not even know the holes"), (None, "no route to it")]
)
def test_who_can_be_asked(monkeypatch, said, told):
    """A mirror that has no advisories would call everything sound."""
    answering(monkeypatch, said)
    assert told in audit.sight("pypi")
    assert bool(told) == bool(audit.sight("pypi"))
