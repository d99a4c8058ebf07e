"""Does a download end well or not at all, and never fail a start?"""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from libretexts_hub.domain.database_download import PROGRAM, downloads
from libretexts_hub.domain.database_sources import Source

CONTENT = gzip.compress(b"CREATE TABLE t (n int);")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "data.sql.gz").write_bytes(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


@pytest.fixture
def run(tmp_path):
    def ran(*sources):
        environment = {
            "DB_FOLDER": str(tmp_path / "volume"),
            "DB_TARGET": str(tmp_path / "downloads"),
            "DB_WANTED": downloads(sources),
            "PATH": os.environ["PATH"],
        }
        words = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        files = (tmp_path / "downloads").rglob("data.sql*")
        return done.stdout, {file.parent.name: file for file in files}

    return ran


def test_what_comes_is_kept_under_its_key(server, run):
    good = Source("url", f"{server}/data.sql.gz", sha256=hashlib.sha256(CONTENT).hexdigest())
    _, files = run(good)
    assert files[good.key].read_bytes() == CONTENT
    assert files[good.key].name == "data.sql.gz"


def test_what_fails_leaves_nothing_and_the_next_is_tried(server, run):
    absent = Source("url", f"{server}/absent.sql")
    other = Source("url", f"{server}/data.sql.gz", sha256="0" * 64)
    nowhere = Source("url", "http://127.0.0.1:1/data.sql")
    good = Source("url", f"{server}/data.sql.gz")
    told, files = run(absent, other, nowhere, good)
    assert list(files) == [good.key]
    assert told.count("Could not download") == 3


@pytest.mark.parametrize("mark", ["done", "failed"])
def test_what_was_loaded_is_not_fetched_again(server, run, tmp_path, mark):
    source = Source("url", f"{server}/data.sql.gz")
    (tmp_path / "volume" / "initial").mkdir(parents=True)
    (tmp_path / "volume" / "initial" / f"{source.key}.{mark}").touch()
    assert run(source) == ("", {})


def test_nothing_to_download_is_nothing():
    assert downloads([Source("config_map", "a")]) == ""
    assert json.loads(downloads([Source("url", "https://x/a.sql")]))[0]["file"] == "data.sql"
