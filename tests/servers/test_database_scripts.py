"""Does a real engine, started by the very script of the container, keep what a student stored?"""

import contextlib
import gzip
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.servers.engines import Engine, debian, newer_postgresql, releases
from tests.servers.sidecar import PASSWORD, Sidecar, make_folder

ENGINES = ["mariadb", "postgresql"]
FILL = {
    "mariadb": "CREATE TABLE big (t LONGBLOB);"
    + "INSERT INTO big VALUES (REPEAT(MD5(RAND()), 31250));" * 100,
    "postgresql": "CREATE TABLE big (t text);"
    + "INSERT INTO big SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 31250);" * 100,
}


@pytest.fixture(params=ENGINES)
def sidecar(request):
    """A database that has not been started yet; nothing of it is left afterwards."""
    folder = make_folder()
    made = Sidecar(folder, debian(request.param))
    yield made
    made.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made_volumes():
    """A volume of each engine with a row in it, stopped cleanly: an engine takes seconds to make one."""
    made: dict[str, Sidecar] = {}

    def volume(engine: Engine) -> Path:
        if engine.name not in made:
            made[engine.name] = first = Sidecar(make_folder(), engine)
            first.start()
            first.until_started()
            first.value("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1);")
            assert first.stop() == 0
        return made[engine.name].folder / "volume"

    yield volume
    for each in made.values():
        each.kill()
        shutil.rmtree(each.folder, ignore_errors=True)


@pytest.fixture
def database(sidecar, made_volumes):
    """One that answers, with a row."""
    source, target = made_volumes(sidecar.engine), sidecar.folder / "volume"
    subprocess.run(["cp", "-a", "--sparse=always", f"{source}/.", target], check=True)
    sidecar.start()
    sidecar.until_started()
    return sidecar


def again(sidecar: Sidecar, *arguments: str) -> None:
    """The next pod with the same volume."""
    sidecar.new_pod()
    sidecar.start(*arguments)
    sidecar.until_started()


def listing(sidecar: Sidecar) -> dict[str, tuple[int, int]]:
    """Every file of the volume with its size and time of change."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sidecar.data.rglob("*")
        if path.is_file()
    }


def test_a_stop_is_clean_and_a_start_finds_the_rows(database):
    assert database.stop() == 0
    again(database)
    assert database.value("SELECT count(*) FROM kept") == "1"
    assert "crash recovery" not in database.log
    assert "not properly shut down" not in database.log
    assert database.problem == ""


def test_ten_thousand_committed_rows_outlive_a_kill(database):
    rows = ",".join(f"({n})" for n in range(2, 10_001))
    database.value(f"INSERT INTO kept VALUES {rows}")
    database.kill()
    again(database)
    assert database.value("SELECT count(*) FROM kept") == "10000"


def test_an_engine_that_is_killed_ends_the_container_and_comes_back(database):
    os.kill(database.engine_process(), signal.SIGKILL)
    assert database.until_ended() == 1
    database.start()  # the same pod: its run folder is as it was
    database.until_started()
    assert database.value("SELECT count(*) FROM kept") == "1"
    assert database.problem == ""


def test_an_engine_that_ends_again_and_again_is_left_alone(database):
    for _ in range(3):
        os.kill(database.engine_process(), signal.SIGKILL)
        assert database.until_ended() == 1
        database.start()
        database.until_started()
    os.kill(database.engine_process(), signal.SIGKILL)
    assert database.until_ended() == 1
    database.start()
    assert database.until_ended() == 1, "the hub reads why"
    database.start()
    database.until_started()  # the notebook goes on without it
    assert "again and again" in database.problem
    assert database.sql("SELECT 1").returncode != 0


def test_a_wrong_password_and_the_root_account_are_refused(database):
    root, home = ("postgres", "postgres") if database.engine.name == "postgresql" else ("root", "mysql")
    assert database.sql("SELECT 1", password="wrong").returncode != 0
    assert database.sql("SELECT 1", password="").returncode != 0
    for password in ("", PASSWORD):
        assert database.sql("SELECT 1", user=root, password=password, database=home).returncode != 0


def test_a_person_may_not_leave_their_database(database):
    forbidden = ["CREATE DATABASE other", "CREATE USER eve", "DROP DATABASE postgres", "DROP DATABASE mysql"]
    assert [words for words in forbidden if database.sql(words).returncode == 0] == []


def test_an_instructor_gets_the_root_account_and_may_lose_it(database):
    root, home = ("postgres", "postgres") if database.engine.name == "postgresql" else ("root", "mysql")
    database.stop()
    database.settings["DB_ROOT_PASSWORD"] = "root-of-alice"
    again(database)
    made = database.sql("CREATE DATABASE other", user=root, password="root-of-alice", database=home)
    assert made.returncode == 0, made.stderr
    database.stop()
    database.settings["DB_ROOT_PASSWORD"] = ""
    again(database)
    assert database.sql("SELECT 1", user=root, password="root-of-alice", database=home).returncode != 0


def test_a_new_password_takes_the_place_of_a_lost_one(database):
    database.stop()
    database.settings["DB_PASSWORD"] = "another"
    again(database)
    assert database.sql("SELECT 1").returncode != 0
    assert database.sql("SELECT 1", password="another").returncode == 0


def test_only_this_machine_reaches_it_also_against_the_settings(sidecar):
    other = (
        ("-c", "listen_addresses=*") if sidecar.engine.name == "postgresql" else ("--bind-address=0.0.0.0",)
    )
    sidecar.start(*other)
    sidecar.until_started()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", sidecar.port)) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", sidecar.port)) != 0


def test_a_newer_series_is_refused_untouched(database):
    database.stop()
    release = {"mariadb": "mariadb 99.4 99.4.1", "postgresql": "postgresql 99 99.1"}[database.engine.name]
    (database.data / "version").write_text(f"{release}\n")
    before = listing(database)
    database.new_pod()
    database.start()

    assert database.until_ended() == 1, "the hub reads why"
    assert "99" in database.message
    assert "untouched" in database.message
    database.start()
    database.until_started()  # the notebook starts all the same
    assert database.problem.strip() == database.message
    assert database.sql("SELECT 1").returncode != 0
    assert listing(database) == before
    assert database.stop() == 0


def test_the_files_of_another_engine_are_refused(database):
    database.stop()
    (database.data / "version").write_text("mysql 8.4 8.4.3\n")
    database.new_pod()
    database.start()
    assert database.until_ended() == 1
    assert "written by mysql" in database.message


@pytest.mark.parametrize("engine", ENGINES)
def test_a_minor_upgrade_keeps_the_rows(engine):
    if len(releases(engine)) < 2:
        pytest.skip("Debian has one release of it now")
    folder = make_folder()
    sidecar = Sidecar(folder, debian(engine, releases(engine)[0]))
    try:
        sidecar.start()
        sidecar.until_started()
        sidecar.value("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        written = (sidecar.data / "version").read_text()
        sidecar.stop()
        sidecar.engine = debian(engine, releases(engine)[-1])
        again(sidecar)
        assert sidecar.value("SELECT count(*) FROM kept") == "1"
        assert (sidecar.data / "version").read_text() != written
        assert sidecar.problem == ""
    finally:
        sidecar.kill()
        shutil.rmtree(folder, ignore_errors=True)


def test_what_was_interrupted_while_it_was_made_is_begun_again(sidecar):
    half = sidecar.data / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15")
    for path in (sidecar.data, half):
        path.chmod(0o777)
    if sidecar.owner:
        for path in (sidecar.data, half, half / "PG_VERSION"):
            shutil.chown(path, sidecar.owner)
    sidecar.start()
    sidecar.until_started()
    assert sidecar.value("SELECT 1") == "1"


def test_first_data_is_loaded_once(sidecar):
    first, second = sidecar.folder / "initial" / "first", sidecar.folder / "initial" / "second"
    for folder in (first, second):
        folder.mkdir()
    (first / "1.sql").write_text("CREATE TABLE t (n int, w varchar(20));\n")
    (first / "2.sql.gz").write_bytes(gzip.compress("INSERT INTO t VALUES (1, '{a} $b é');\n".encode()))
    sidecar.settings["DB_SOURCES"] = "first"
    sidecar.start()
    sidecar.until_started()
    sidecar.stop()
    (second / "1.sql").write_text("INSERT INTO t VALUES (2, 'later');\n")
    sidecar.settings["DB_SOURCES"] = "first second"
    again(sidecar)
    assert sidecar.value("SELECT w FROM t ORDER BY n").split("\n") == ["{a} $b é", "later"]
    assert sidecar.problem == ""


def test_first_data_that_is_wrong_is_said_and_the_database_answers(sidecar):
    source = sidecar.folder / "initial" / "first"
    source.mkdir()
    (source / "1.sql").write_text("CREATE TABLE t (n int);\nNONSENSE;\n")
    sidecar.settings["DB_SOURCES"] = "first absent"
    sidecar.start()
    sidecar.until_started()
    assert "could not be loaded" in sidecar.problem
    assert "NONSENSE" in sidecar.problem
    assert "not found" in sidecar.problem
    assert sidecar.value("SELECT 1") == "1"


def test_no_password_is_on_a_command_line_or_in_the_log(sidecar):
    sidecar.settings["DB_ROOT_PASSWORD"] = "root-of-alice"
    sidecar.start()
    seen = ""
    while not (sidecar.folder / "run" / "started").exists():
        seen += subprocess.run(["ps", "-eo", "args", "ww"], capture_output=True, text=True).stdout
        time.sleep(0.02)
    sidecar.until_started()
    shared = "".join(path.read_text() for path in (sidecar.folder / "shared").iterdir())
    for password in (PASSWORD, "root-of-alice"):
        assert [text for text in (seen, sidecar.log, shared) if password in text] == []


@contextlib.contextmanager
def mounted(sidecar: Sidecar, commands: str):
    """The container sees what `commands` mount, in a mount namespace that ends with its keeper."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root can mount something")
    script = f"{commands} && echo ready && exec sleep 3600"
    keeper = subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stdout=subprocess.PIPE)
    sidecar.inside = ["nsenter", "--mount", f"--target={keeper.pid}"]
    sidecar.prefix = [*sidecar.inside, "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    try:
        if keeper.stdout.readline() != b"ready\n":
            pytest.skip("nothing can be mounted here")
        yield sidecar
    finally:
        sidecar.kill()
        keeper.kill()
        keeper.wait()


@pytest.fixture
def small_disk(sidecar):
    """The volume is a disk of 64 MiB."""
    sidecar.settings["DB_LOG_BYTES"] = str(8 * 2**20)
    sidecar.settings["DB_START_SECONDS"] = "20"
    volume = sidecar.folder / "volume"
    with mounted(sidecar, f"mount -t tmpfs -o size=64m,mode=0777 small {volume}") as made:
        yield made


def fill(sidecar: Sidecar) -> None:
    """Till the last byte, as a log or a second table would do."""
    file = f"{sidecar.data}/filler"
    subprocess.run([*sidecar.inside, "sh", "-c", f"cat /dev/zero > {file}"], capture_output=True)


def test_a_full_disk_keeps_no_notebook_from_starting(small_disk):
    small_disk.start()
    small_disk.until_started()
    done = small_disk.sql(FILL[small_disk.engine.name])
    assert done.returncode != 0, "the disk is full"
    small_disk.kill()
    fill(small_disk)
    small_disk.new_pod()
    small_disk.start()
    while not (small_disk.folder / "run" / "started").exists():
        if small_disk.process.poll() is not None:
            small_disk.kill()  # what the first process left: a container ends with it
            small_disk.start()  # as the kubelet does
        time.sleep(0.1)
    assert "full" in small_disk.problem
    # With a larger disk everything is there again.
    subprocess.run([*small_disk.inside, "rm", f"{small_disk.data}/filler"], check=True)
    small_disk.stop()
    again(small_disk)
    assert small_disk.sql("SELECT count(*) FROM big").returncode == 0


def test_on_a_full_disk_it_ends_soon_and_says_so_at_every_start(small_disk):
    small_disk.start()
    small_disk.until_started()
    small_disk.value("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1);")
    fill(small_disk)
    before = time.monotonic()
    assert small_disk.stop() == 0
    assert time.monotonic() - before < 30, "MariaDB without a byte waits until it is killed"
    for _ in range(2):
        again(small_disk)
        assert small_disk.value("SELECT count(*) FROM kept") == "1"
        assert "The disk of your database is full" in small_disk.problem
        assert small_disk.stop() == 0


def test_postgresql_refuses_what_another_major_release_has_written(request):
    folder = make_folder()
    request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    sidecar = Sidecar(folder, newer_postgresql())
    request.addfinalizer(sidecar.kill)
    sidecar.start()
    sidecar.until_started()
    assert sidecar.value("SELECT 1") == "1"
    assert sidecar.stop() == 0
    before = listing(sidecar)
    sidecar.engine = debian("postgresql")
    sidecar.new_pod()
    sidecar.start()
    assert sidecar.until_ended() == 1
    assert "written by postgresql 18" in sidecar.message
    assert listing(sidecar) == before


@pytest.mark.parametrize("sidecar", ["postgresql"], indirect=True)
def test_postgresql_does_not_pretend_to_upgrade_an_older_major_release(database):
    database.stop()
    database.new_pod()
    database.engine = newer_postgresql()
    before = listing(database)
    database.start()
    assert database.until_ended() == 1
    assert "can't read" in database.message
    assert listing(database) == before


def test_nothing_is_written_beside_the_volumes(sidecar):
    folder = sidecar.folder
    binds = f"mount --bind {folder} {folder} && mount -o remount,bind,ro /"
    with mounted(sidecar, binds) as confined:
        refused = subprocess.run([*confined.inside, "touch", "/var/tmp/x"], capture_output=True)
        assert refused.returncode != 0, "the root is read-only"
        confined.start()
        confined.until_started()
        assert confined.value("SELECT 1") == "1"
        assert confined.stop() == 0


def test_mysql_is_told_the_same(request):
    """Not the real server: only the words that it gets."""
    folder = make_folder()
    request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    programs = folder / "programs"
    shutil.copytree(Path(__file__).parent / "fake_engine", programs)
    sidecar = Sidecar(folder, Engine("mysql", "8.4.3", (("PATH", f"{programs}:/usr/bin:/bin"),)))
    request.addfinalizer(sidecar.kill)
    sidecar.settings["DB_ROOT_PASSWORD"] = "root-of-alice"
    sidecar.start("--bind-address=0.0.0.0")
    sidecar.until_started()
    words = (sidecar.data / "data" / "arguments").read_text().splitlines()
    assert words[0] == "--no-defaults"
    assert words[-1] == "--bind-address=127.0.0.1"
    assert "--loose-mysqlx=OFF" in words
    accounts = (sidecar.data / "data" / "accounts").read_text()
    assert "GRANT ALL PRIVILEGES ON `alice`.* TO 'alice'@'127.0.0.1';" in accounts
    assert "'root'@'127.0.0.1' WITH GRANT OPTION" in accounts
    assert (sidecar.data / "version").read_text() == "mysql 8.4 8.4.3\n"
    assert sidecar.stop() == 0
