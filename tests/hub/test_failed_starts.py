"""Is why a start failed still known when its pod is gone?"""

import logging

import pytest

from libretexts_hub.hub.failed_start_files import load
from libretexts_hub.hub.recent_lines import RecentLines

CRASHES = ["/bin/sh", "-c", "echo the module is missing; echo token=hunter2; exit 3"]


@pytest.fixture
def failing(web, tmp_path):
    """A spawner whose server ends at once; what is kept of it."""

    async def fail(**traits):
        spawner = web(failed_starts=str(tmp_path / "kept"), cmd=CRASHES, **traits)
        spawner.user_options = {"image": "lsst", "size": "large"}
        with pytest.raises(Exception) as raised:  # noqa: PT011
            await spawner.start()
        await spawner.stop()
        return raised.value, load(tmp_path / "kept", "alice", "")

    return fail


async def test_why_it_failed_is_kept_without_secrets(failing, objects):
    error, (kept,) = await failing()

    assert await objects.list("pods") == []
    assert kept["words"] == error.jupyterhub_message
    assert kept["choice"] == {"image": "lsst", "size": "large"}
    assert "exit code 3" in str(kept["containers"])
    assert "the module is missing" in kept["logs"]["notebook"]
    assert "hunter2" not in str(kept)


async def test_a_hub_that_may_not_read_logs_says_how_it_could(failing, faults):
    await faults.add("status", verb="get", resource="pods/log", status=403)
    _, (kept,) = await failing()
    assert kept["logs"]["notebook"] == ["The hub may not read logs of pods: libretexts-hub roles --for why."]


async def test_a_folder_that_cannot_be_written_changes_nothing(web, tmp_path, caplog):
    (tmp_path / "kept").write_text("a file")
    spawner = web(failed_starts=str(tmp_path / "kept"), cmd=CRASHES)
    with pytest.raises(Exception, match=r"stops again and again|stopped while"):
        await spawner.start()
    assert any("failed_starts" in record.getMessage() for record in caplog.records)


async def test_a_start_that_succeeds_leaves_nothing(web, tmp_path):
    spawner = web(failed_starts=str(tmp_path / "kept"))
    await spawner.start()
    await spawner.stop()
    assert not (tmp_path / "kept").exists()


def test_lines_about_a_server_and_no_other():
    lines = RecentLines()
    for text in ("alice waits", "bob waits", "50% of alice"):
        lines.handle(logging.LogRecord("hub", logging.WARNING, "f", 1, text, None, None))
    lines.handle(logging.LogRecord("hub", logging.WARNING, "f", 1, "%d of alice", ("x",), None))
    assert [line[9:] for line in lines.about("alice", since=0)] == ["W alice waits", "W 50% of alice"]
    assert lines.about("alice", since=9e9) == []


async def test_the_last_lines_of_its_database_are_kept_too(failing, cluster):
    """An image without the engine, and a notebook that cannot do without: each says its part."""
    mysql = {"engine": "mariadb", "image": cluster.shell_image, "storage": "64Mi", "everybody": True}
    # A native sidecar has run before the notebook does.
    _, (kept,) = await failing(databases={"mysql": mysql}, database_sidecar="native")
    assert "the module is missing" in kept["logs"]["notebook"]
    assert "mariadbd: not found" in " ".join(kept["logs"]["database"])
