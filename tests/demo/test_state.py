"""Does the state folder keep what it must, for its owner only, and for one demo at a time?"""

import re
import stat
from pathlib import Path

import pytest

from libretexts_hub.demo import hub_database
from libretexts_hub.demo.state import cache_folder, default_folder, opened
from libretexts_hub.errors import SetupError


def test_password_and_key_are_made_once_and_private(tmp_path):
    with opened(tmp_path / "demo") as state:
        first = state.password(), state.crypt_key()
        assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(state.password_file.stat().st_mode) == 0o600
    with opened(tmp_path / "demo") as state:
        assert (state.password(), state.crypt_key()) == first
    assert re.fullmatch(r"[a-z]{6}-[a-z]{6}-[a-z]{6}", first[0])
    assert len(bytes.fromhex(first[1])) == 32


def test_two_folders_have_two_passwords(tmp_path):
    with opened(tmp_path / "a") as one, opened(tmp_path / "b") as other:
        assert one.password() != other.password()


def test_a_second_demo_is_told_to_wait(tmp_path):
    with (
        opened(tmp_path),
        pytest.raises(SetupError, match="Another demo is running") as refused,
        opened(tmp_path),
    ):
        pass
    assert str(tmp_path) in str(refused.value)
    with opened(tmp_path):
        pass  # free again


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SetupError, match="can't be written") as refused, opened(file / "demo"):
        pass
    assert str(file / "demo") in str(refused.value)
    assert "--state-dir" in str(refused.value)


@pytest.mark.parametrize(
    ("last", "installed", "readable"),
    [
        pytest.param("5.5.0", "6.1.1", True, id="newer"),
        pytest.param("6.1.0", "6.1.1", True, id="same minor"),
        pytest.param("6.1.1", "6.1.0", True, id="patch release back"),
        pytest.param("6.1.1", "5.5.0", False, id="older"),
        pytest.param("10.0.0", "6.1.1", False, id="two digits"),
        pytest.param("garbage", "5.5.0", True, id="damaged"),
    ],
)
def test_an_older_jupyterhub_is_told_that_it_cannot_read_the_database(tmp_path, last, installed, readable):
    with opened(tmp_path) as state:
        hub_database.require_readable(state, installed)  # a new folder
        (state.hub / "version").write_text(last)
        if readable:
            hub_database.require_readable(state, installed)
            assert (state.hub / "version").read_text().strip() == installed
        else:
            with pytest.raises(SetupError, match=f"JupyterHub {last} wrote the database"):
                hub_database.require_readable(state, installed)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        pytest.param({"XDG_STATE_HOME": "/x/state"}, "/x/state/libretexts-hub/demo", id="xdg"),
        pytest.param({}, "~/.local/state/libretexts-hub/demo", id="default"),
        pytest.param({"XDG_STATE_HOME": ""}, "~/.local/state/libretexts-hub/demo", id="empty"),
        pytest.param(
            {"XDG_STATE_HOME": "here"}, "~/.local/state/libretexts-hub/demo", id="relative is ignored"
        ),
    ],
)
def test_default_folder(environ, folder):
    assert default_folder(environ) == Path(folder).expanduser()


def test_cache_folder_can_be_named():
    assert cache_folder({"LIBRETEXTS_HUB_CACHE": "/x"}) == Path("/x")
