"""Does a hub that is used for two minutes leak, or leave anything behind? `make soak` is the hour of it."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from benchmarks.soak import soak

MINUTES = float(os.environ.get("LIBRETEXTS_HUB_SOAK_MINUTES", "2"))


@pytest.mark.timeout(300 + 90 * MINUTES)
def test_people_come_and_go_and_nothing_is_left(tmp_path, monkeypatch):
    for name in ("KUBECONFIG", "JUPYTERHUB_API_TOKEN"):  # the soak sets them for the culler
        monkeypatch.setenv(name, "")
    figures = asyncio.run(soak(tmp_path, MINUTES))
    print(json.dumps(figures, indent=1))
    assert figures["failures"] == []
    assert not any(figures["left_behind"].values())
    did, culler = figures["did"], figures["culler"]
    assert (
        min(did["start"], did["stop"], did["refused"], did["pages"], culler["stopped"], culler["deleted"]) > 0
    )
    first, last = figures["at_rest"]["after the warm-up"], figures["at_rest"]["in the end"]
    # Connections that are kept alive come and go; a leak is one for every start.
    most = max(20, did["start"] // 20)
    assert last["files"] <= first["files"] + most
    assert last["tasks"] <= first["tasks"] + most
    assert last["threads"] <= first["threads"] + 2
