"""Do the programs in the pod do what they promise, run for real?"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from libretexts_hub.domain.provision_scripts import program

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which only root may")
PASSWD = "root:x:0:0:root:/root:/bin/bash\njovyan:x:1000:100::/home/jovyan:/bin/bash"
GROUP = "root:x:0:\nusers:x:100:\nphysics:x:77:"
OLD, NEW, GROUP_OF_NEW = 1000, 5001, 6001


def shell(name, *arguments, before=(), **options):
    command = [*before, "/bin/sh", "-c", program(name), name, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, **options)


# Names of people and groups ------------------------------------------------------------------------------


def accounts(folder: Path, line: str, groups: str = "", passwd: str | None = PASSWD):
    lines, results = folder / "lines", folder / "results"
    for each in (lines, results):
        each.mkdir(exist_ok=True)
    (lines / "passwd").write_text(f"{line}\n")
    if groups:
        (lines / "group").write_text(f"{groups}\n")
    if passwd is not None:
        (folder / "passwd").write_text(passwd)
        (folder / "group").write_text(GROUP)
    done = shell("accounts.sh", lines, results, folder / "passwd", folder / "group")
    assert done.returncode == 0, done.stderr
    return [(results / name).read_text().splitlines() for name in ("passwd", "group")]


IMAGE_PASSWD, IMAGE_GROUP = PASSWD.splitlines(), GROUP.splitlines()


@pytest.mark.parametrize(
    ("line", "groups", "passwd", "group"),
    [
        pytest.param(
            "ada:x:5001:5001:Ada L:/home/jovyan:/bin/bash",
            "ada:x:5001:\nstaff:x:3000:ada",
            [*IMAGE_PASSWD, "ada:x:5001:5001:Ada L:/home/jovyan:/bin/bash"],
            [*IMAGE_GROUP, "ada:x:5001:", "staff:x:3000:ada"],
            id="beside the image's",
        ),
        pytest.param(
            "root:x:5001:5001::/home/jovyan:/bin/bash",
            "root:x:5001:\nstaff:x:3000:root",
            [*IMAGE_PASSWD, "u_root:x:5001:5001::/home/jovyan:/bin/bash"],
            [*IMAGE_GROUP, "u_root:x:5001:", "staff:x:3000:u_root"],
            id="root stays root",
        ),
        pytest.param(
            "ada:x:1000:100::/home/ada:/bin/sh",
            "",
            ["ada:x:1000:100::/home/ada:/bin/sh", *IMAGE_PASSWD],
            IMAGE_GROUP,
            id="a number of the image",
        ),
        pytest.param(
            "ada:x:5001:100::/h:/bin/sh",
            "mine:x:77:ada\nphysics:x:3000:ada",
            [*IMAGE_PASSWD, "ada:x:5001:100::/h:/bin/sh"],
            [*IMAGE_GROUP, "u_physics:x:3000:ada"],
            id="groups of the image",
        ),
    ],
)
def test_accounts(tmp_path, line, groups, passwd, group):
    assert accounts(tmp_path, line, groups) == [passwd, group]
    assert accounts(tmp_path, line, groups) == [passwd, group], "a second run makes the same"


def test_an_image_without_the_files(tmp_path):
    found = accounts(tmp_path, "ada:x:5001:5001::/h:/bin/sh", "ada:x:5001:", passwd=None)
    assert found == [["ada:x:5001:5001::/h:/bin/sh"], ["ada:x:5001:"]]


def test_a_container_that_may_only_read_is_enough(tmp_path):
    """The last line of the image's file has no end, and nothing is made beside the results."""
    accounts(tmp_path, "ada:x:5001:5001::/h:/bin/sh")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["group", "lines", "passwd", "results"]


def in_a_mount_namespace(*command):
    """Whether this machine lets root mount in a namespace of its own, and what the command printed there."""
    return subprocess.run(["unshare", "-m", *command], capture_output=True, text=True, timeout=180)


can_mount = pytest.mark.skipif(
    os.geteuid() != 0
    or not (shutil.which("unshare") and shutil.which("setpriv"))
    or in_a_mount_namespace("true").returncode != 0,
    reason="needs a mount namespace",
)


@can_mount
def test_a_terminal_knows_its_person(tmp_path):
    """Mounted as in the pod, run as the person's numbers."""
    identity = "ada:x:5001:5001:Ada L:/home/jovyan:/bin/bash"
    passwd, group = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    for name, text in {"passwd": passwd, "group": group}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "lines").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "lines" / "passwd").write_text(f"{identity}\n")
    (tmp_path / "lines" / "group").write_text("ada:x:5001:\nphysics_gpu:x:20001:ada\n")
    shell("accounts.sh", *(tmp_path / name for name in ("lines", "results", "passwd", "group")))
    mount = f"for f in passwd group; do mount --bind {tmp_path}/results/$f /etc/$f; done"
    ask = "setpriv --reuid 5001 --regid 5001 --groups 20001 sh -c 'whoami; id -Gn; cd ~root && pwd'"
    done = in_a_mount_namespace("sh", "-c", f"{mount}; {ask}")
    assert done.stdout.splitlines()[:2] == ["ada", "ada physics_gpu"], done.stderr


# Homes that belonged to somebody else ---------------------------------------------------------------------


@pytest.fixture
def home():
    folder = Path(tempfile.mkdtemp(prefix="libretexts-home-"))
    made = folder / "home"
    made.mkdir()
    yield made
    shutil.rmtree(folder)


def fill(home: Path, owner: int) -> None:
    (home / "a folder").mkdir()
    (home / "a folder" / "-rf *\n").write_text("x")
    (home / ".secret").mkdir(mode=0o700)
    (home / ".secret" / "key").write_text("x")
    (home / "link").symlink_to("/etc/passwd")
    for path in [home, *home.rglob("*")]:
        os.lchown(path, owner, 100)


def owners(home: Path) -> set:
    return {(each.lstat().st_uid, each.lstat().st_gid) for each in [home, *home.rglob("*")]}


# As the container has them.
FEW = ["setpriv", "--inh-caps=-all,+chown,+dac_override", "--bounding-set=-all,+chown,+dac_override"]


def take_over(home: Path, *old: int) -> str:
    answer = home.parent / "answer"
    few = FEW if shutil.which("setpriv") else []
    arguments = (home, NEW, GROUP_OF_NEW, answer, *(old or (OLD,)))
    done = shell("take_over.sh", *arguments, before=few)
    assert done.returncode == 0, done.stderr
    return answer.read_text().strip()


@needs_root
def test_a_home_is_given_to_its_person(home):
    fill(home, OLD)
    before = Path("/etc/passwd").stat()
    assert take_over(home) == "done"
    assert owners(home) == {(NEW, GROUP_OF_NEW)}
    assert Path("/etc/passwd").stat().st_uid == before.st_uid, "a link is given, not what it names"
    assert take_over(home) == "done"


@needs_root
def test_what_is_of_others_in_the_home_stays(home):
    fill(home, OLD)
    os.lchown(home / "link", 4242, 4242)
    assert take_over(home) == "done"
    assert (home / "link").lstat().st_uid == 4242


@needs_root
def test_files_of_a_hub_without_numbers_in_between_are_given_too(home):
    """After a rollback the home is the person's, and what they made meanwhile has the image's number."""
    fill(home, OLD)
    take_over(home)
    os.lchown(home / "link", OLD, 100)
    os.lchown(home / "a folder" / "-rf *\n", OLD, 100)
    assert take_over(home) == "done"
    assert owners(home) == {(NEW, GROUP_OF_NEW)}


@needs_root
def test_the_work_of_a_run_that_was_killed_is_finished(home):
    """Some files were given already, the folder itself was not: it comes last."""
    fill(home, OLD)
    os.lchown(home / "a folder" / "-rf *\n", NEW, GROUP_OF_NEW)
    assert take_over(home) == "done"
    assert owners(home) == {(NEW, GROUP_OF_NEW)}


@needs_root
def test_a_home_that_cannot_be_given_keeps_its_owner(home, tmp_path):
    fill(home, OLD)
    (tmp_path / "chown").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "chown").chmod(0o755)
    answer = tmp_path / "answer"
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shell("take_over.sh", home, NEW, GROUP_OF_NEW, answer, OLD, env=path)
    assert answer.read_text().startswith("failed")
    assert home.stat().st_uid == OLD


@needs_root
@pytest.mark.parametrize(
    ("owner", "old", "answer"),
    [
        pytest.param(4242, (OLD,), "foreign 4242", id="of somebody else"),
        pytest.param(4242, (OLD, 4242), "done", id="one of several"),
    ],
)
def test_whose_home_is_taken(home, owner, old, answer):
    fill(home, owner)
    assert take_over(home, *old) == answer
    assert home.stat().st_uid == (NEW if answer == "done" else owner)


@needs_root
def test_a_volume_whose_own_folder_is_roots(home):
    """A kubelet gives a volume a group and leaves its owner, so this is what most homes look like."""
    fill(home, OLD)
    os.chown(home, 0, 100)
    (home / "of root").write_text("x")
    assert take_over(home) == "done"
    assert (home / "of root").stat().st_uid == 0
    (home / "of root").unlink()
    assert owners(home) == {(NEW, GROUP_OF_NEW)}


@needs_root
@pytest.mark.parametrize("name", ["a folder", ".secret", "link"])
def test_a_volume_of_root_with_files_of_others_stays(home, name):
    fill(home, OLD)
    os.chown(home, 0, 100)
    os.lchown(home / name, 4242, 100)
    assert take_over(home) == "foreign 4242"
    assert home.stat().st_uid == 0
    assert (home / "a folder" / "-rf *\n").stat().st_uid == OLD


@needs_root
def test_a_new_volume_is_given(home):
    (home / "lost+found").mkdir()
    assert take_over(home) == "done"
    assert (home.stat().st_uid, (home / "lost+found").stat().st_uid) == (NEW, 0)


# What a server begins with --------------------------------------------------------------------------------

GITPULLER = """#!/bin/sh
case $1 in
  *slow*) sleep 30 ;;
  *bad*) echo "fatal: https://user:word@example.org/bad not found" >&2; exit 1 ;;
esac
printf '%s|' "$@" >> "$HOME/pulled"
"""


@pytest.fixture
def begin(tmp_path):
    """`begin(pulls, requirements)`: the report of a start, with a stand-in for nbgitpuller."""
    for name in ("bin", "lists", "marks", "home"):
        (tmp_path / name).mkdir()
    for name, text in {"gitpuller": GITPULLER, "git": 'echo "ref: refs/heads/trunk\tHEAD"'}.items():
        (tmp_path / "bin" / name).write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    python = '#!/bin/sh\n[ "$1" != -c ] || { echo 3.12; exit; }\necho "$*" >> "$HOME/pip"\n'
    (tmp_path / "bin" / "python3").write_text(python)
    (tmp_path / "bin" / "python3").chmod(0o755)

    def run(pulls=(), requirements="", *, again=False, path=None):
        (tmp_path / "lists" / "pulls").write_text("".join(f"{line}\n" for line in pulls))
        (tmp_path / "lists" / "requirements").write_text(requirements)
        if not again:
            (tmp_path / "marks" / "start-up-began").unlink(missing_ok=True)
        folders = (tmp_path / name for name in ("lists", "marks", "home"))
        environment = {"PATH": path or f"{tmp_path}/bin:{os.environ['PATH']}"}
        (tmp_path / "report").write_text("")
        done = shell("start_up.sh", *folders, tmp_path / "report", 1, env=environment)
        assert done.returncode == 0, done.stderr
        return (tmp_path / "report").read_text()

    run.home, run.began = tmp_path / "home", tmp_path / "marks" / "start-up-began"
    return run


def test_repositories_are_pulled(begin):
    assert begin(["https://x/a.git\tmain\tcourse/a", "https://x/b.git\t-\t-"]) == ""
    assert (begin.home / "pulled").read_text() == "https://x/a.git|main|course/a|https://x/b.git|trunk|b|"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("https://x/slow\tm\t-", "it took more than 1 s", id="slow"),
        pytest.param("https://x/bad\tm\t-", "was not fetched: fatal: https://example.org/bad not", id="bad"),
    ],
)
def test_what_fails_is_reported_and_the_rest_goes_on(begin, line, words):
    report = begin([line, "https://x/a\tmain\ta"])
    assert words in report
    assert "word@" not in report
    assert "https://x/a|main|a|" in (begin.home / "pulled").read_text()


def test_a_pod_whose_containers_run_again_fetches_again(begin):
    begin(["https://x/a\tmain\ta"])
    assert begin(["https://x/a\tmain\ta"], again=True) == ""
    assert (begin.home / "pulled").read_text() == "https://x/a|main|a|" * 2


def test_an_image_without_nbgitpuller(begin):
    assert "no nbgitpuller" in begin(["https://x/a\tmain\t-"], path="/usr/bin:/bin")


def test_packages_are_installed_once(begin):
    begin(requirements="numpy\n")
    begin(requirements="numpy\n")
    assert (begin.home / "pip").read_text().count("pip install") == 1
    begin(requirements="numpy\nscipy\n")
    assert (begin.home / "pip").read_text().count("pip install") == 2


def test_a_container_that_ran_out_of_memory_lets_the_server_start(begin):
    begin.began.touch()
    assert "too much for this server" in begin(["https://x/a\tmain\ta"], again=True)
    assert not (begin.home / "pulled").exists()
