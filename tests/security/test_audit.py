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


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param(
            {"dependencies": [{"name": "x", "version": "1", "vulns": []}]}, "no advisory", id="none"
        ),
        pytest.param(
            {
                "dependencies": [
                    {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]},
                    {"name": "y", "skip_reason": "it is not known"},
                ]
            },
            "x 1: CVE-1, fixed in 2",
            id="one",
        ),
        pytest.param(None, "neither source of advisories answers (no route)", id="no answer"),
        pytest.param([], "neither source of advisories answers", id="something else"),
    ],
)
def test_what_is_told(monkeypatch, said, told):
    answer = subprocess.CompletedProcess([], 1, "" if said is None else json.dumps(said), "no route")
    monkeypatch.setattr(audit, "asked", lambda *_: answer)
    assert told in audit.report("the chart", "x==1\ny==2\n")
