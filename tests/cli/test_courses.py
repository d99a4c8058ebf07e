"""Does `libretexts-hub courses` tell what is wrong, and make links that say what was meant?"""

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
import yaml

from libretexts_hub.cli import main
from tests.servers.fake_ngshare import TOKEN, FakeNgshare
from tests.servers.namespace_objects import NamespaceObjects, eventually
from tests.servers.target import fresh_namespace

HUB = ("--hub", "https://hub.example.edu/")
MATERIAL = "https://git.example.edu/teaching/db101.git"


def link(capsys, *arguments):
    assert main(["courses", "link", *HUB, *arguments]) == 0
    parts = urlsplit(capsys.readouterr().out.strip())
    assert parts.path == "/hub/user-redirect/git-pull"
    return {key: value for key, [value] in parse_qs(parts.query, strict_parsing=True).items()}


def test_a_link_opens_the_folder_of_the_repository(capsys):
    assert link(capsys, MATERIAL) == {
        "repo": MATERIAL,
        "targetpath": "db101",
        "urlpath": "lab/tree/db101",
    }


def test_a_link_says_all_that_was_asked(capsys):
    asked = link(
        capsys, MATERIAL, "--branch", "week/2", "--to", "courses/db 101", "--open", "a&b #1.ipynb",
        "--interface", "notebook",
    )  # fmt: skip
    assert asked == {
        "repo": MATERIAL,
        "branch": "week/2",
        "targetpath": "courses/db 101",
        "urlpath": "tree/courses/db%20101/a%26b%20%231.ipynb",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["git@git.example.edu:a.git"], "no address"),
        (["https://"], "no address"),
        (["https://git.example.edu"], "names no repository"),
        (["https://me:s3cret@git.example.edu/a"], "Everybody reads this link"),
        ([MATERIAL, "--to", "../other"], "leaves the home"),
        ([MATERIAL, "--open", "/etc/passwd"], "leaves the home"),
        ([MATERIAL, "--branch", "--upload-pack"], "expected one argument"),
        ([MATERIAL, "--interface", "rstudio", "--open", "a.Rmd"], "in RStudio"),
        ([MATERIAL, "--branch=-u"], "is no branch"),
    ],
)
def test_no_link_is_better_than_a_wrong_one(capsys, arguments, said):
    try:
        code = main(["courses", "link", *HUB, *arguments])
    except SystemExit as ended:
        code = ended.code
    err = capsys.readouterr().err
    assert (code, said in err, "s3cret" in err) == (2, True, False), err


def test_a_file_and_its_rosters_are_checked_and_listed(tmp_path, capsys):
    (tmp_path / "db.csv").write_text("Student,SIS Login ID\nA,ada\nB,grace\n")
    path = tmp_path / "courses.yaml"
    path.write_text("courses:\n  db101: {until: 2020-01-01, members: {roster: db.csv}}\n  stats: {}\n")

    assert main(["courses", "check", str(path)]) == 0
    assert main(["courses", "list", str(path)]) == 0

    out = capsys.readouterr().out
    assert "2 courses, nothing to mend" in out
    assert "db101\tended\t2 people" in out
    assert "stats\truns\t0 people" in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("courses:\n\tdb101: {}\n", "line 2"),
        ("courses: {db101: {until: soon}}", "Write until: 2027-01-10."),
        ("courses: {db101: {members: {roster: gone.csv}}}", "can't be read"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, capsys, text, said):
    path = tmp_path / "courses.yaml"
    path.write_text(text)
    assert main(["courses", "check", str(path)]) == 2
    assert said in capsys.readouterr().err


FILE = "courses: {db101: {until: 2027-05-30, instructors: [prof], members: {people: [ada]}, grader: true}}"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "courses.yaml"
    path.write_text(FILE)
    return str(path)


def test_a_link_may_start_the_environment_of_its_course(capsys):
    assert main(["courses", "link", "--hub", "https://x.edu/jupyter", MATERIAL, "--course", "db101"]) == 0
    parts = urlsplit(capsys.readouterr().out.strip())
    asked = {key: value for key, [value] in parse_qs(parts.query, strict_parsing=True).items()}
    assert parts.path == "/jupyter/hub/spawn"
    assert asked["opt-image"] == "course-db101"
    then = urlsplit(asked["next"])
    assert then.path == "/jupyter/hub/user-redirect/git-pull"
    assert parse_qs(then.query)["repo"] == [MATERIAL]
    assert main(["courses", "link", *HUB, MATERIAL, "--course", "a/b"]) == 2


def test_the_schema_is_printed_as_it_is_published(capsys):
    assert main(["courses", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"].keys() == {"courses"}


def test_values_for_the_chart(file, capsys):
    assert main(["courses", "values", file]) == 0
    hub = yaml.safe_load(capsys.readouterr().out)["hub"]
    assert hub["services"]["db101"]["name"] == "db101"
    assert "course-db101-instructors" in hub["loadRoles"]
    assert main(["courses", "values", file, "--without-roles"]) == 0
    assert list(yaml.safe_load(capsys.readouterr().out)["hub"]["loadRoles"]) == ["formgrader-db101"]


def test_graders_as_objects_of_the_cluster(file, capsys):
    assert main(["courses", "graders", file, "--image", "quay.io/x/grader:1", "--storage", "1Gi"]) == 0
    objects = list(yaml.safe_load_all(capsys.readouterr().out))
    assert [each["kind"] for each in objects] == [
        "PersistentVolumeClaim",
        "ConfigMap",
        "Service",
        "Deployment",
    ]
    assert main(["courses", "graders", file, "--image", "Not An Image"]) == 2


def test_examples_are_right_for_schema_and_hub(capsys):
    folder = Path(__file__).parents[2] / "examples/courses"
    assert main(["courses", "check", str(folder / "courses.yaml")]) == 0
    assert main(["courses", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out.partition("mend.\n")[2])
    for path in (folder / "courses.yaml", folder.parent / "sites/classes/courses.yaml"):
        # YAML makes days of days; a schema knows texts.
        written = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(written)) == []


def test_a_key_that_is_written_twice_is_told_with_its_line(tmp_path, capsys):
    path = tmp_path / "courses.yaml"
    path.write_text("courses:\n  db101: {}\n  stats: {}\n  db101: {}\n")
    assert main(["courses", "check", str(path)]) == 2
    err = capsys.readouterr().err
    assert "'db101' is written twice" in err
    assert "line 4" in err


def _claim(name, course, owner="ada"):
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name,
            "labels": {"component": "database"},
            "annotations": {"hub.jupyter.org/username": owner}
            | ({"libretexts.org/database": f"course-{course}"} if course else {}),
        },
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
    }


async def test_databases_of_courses_that_are_over_go_and_nothing_else(
    embedded, tmp_path, capsys, monkeypatch
):
    path = tmp_path / "courses.yaml"
    path.write_text(
        "courses:\n  old: {until: 2026-01-01, database: {use: mysql}}\n"
        "  new: {until: 2099-01-01, database: {use: mysql}}\n"
    )
    with fresh_namespace(embedded, "coursedb") as target:
        monkeypatch.setenv("KUBECONFIG", str(target.kubeconfig))
        objects = NamespaceObjects(target)
        for name, course in (("db-ada-old", "old"), ("db-ada-new", "new"), ("db-ada", ""), ("db-x", "gone")):
            await objects.create("persistentvolumeclaims", _claim(name, course))
        for name, owner in (("db-ada-old", "ada"), ("db-ada-new", "ada")):
            notes = {"name": name, "annotations": {"hub.jupyter.org/username": owner}}
            await objects.create("secrets", {"apiVersion": "v1", "kind": "Secret", "metadata": notes})
        words = ["courses", "databases", str(path), "--namespace", target.namespace]

        assert await asyncio.to_thread(main, words) == 0
        told = capsys.readouterr().out
        assert "goes\told\tada" in told
        assert "kept\tnew" in told
        assert "kept\tgone" in told
        assert "db-ada\t" not in told.replace("/db-ada-", "")
        assert len(await objects.list("persistentvolumeclaims")) == 4

        assert await asyncio.to_thread(main, [*words, "--delete"]) == 0

        async def is_gone():
            left = {each["metadata"]["name"] for each in await objects.list("persistentvolumeclaims")}
            return left == {"db-ada-new", "db-ada", "db-x"}

        await eventually("only the one that is over is gone", is_gone)
        secrets = {each["metadata"]["name"] for each in await objects.list("secrets")}
        assert "db-ada-new" in secrets
        assert "db-ada-old" not in secrets


def test_a_render_of_another_day_shows_the_course_of_that_day(tmp_path, capsys):
    (tmp_path / "courses.yaml").write_text(
        "courses: {db101: {until: 2097-05-30, image: default, members: {people: [ada]}}}"
    )
    config = tmp_path / "c.py"
    config.write_text(
        'c.LibreTextsSpawner.images = {"default": {"image": "quay.io/x/y:1"}}\n'
        f"c.LoginMixin.courses_file = {str(tmp_path / 'courses.yaml')!r}\n"
    )
    words = [
        "render",
        "--config",
        str(config),
        "--user",
        "ada",
        "--groups",
        "course-db101",
        "--menu",
        "--cached",
    ]
    assert main(words) == 0
    assert "course-db101" in capsys.readouterr().out
    assert main([*words, "--as-of", "2097-06-01"]) == 0
    out = capsys.readouterr().out
    assert "default" in out
    assert "course-db101" not in out


def test_the_exchange_learns_who_is_in_a_course_and_forgets_nobody(tmp_path, capsys, monkeypatch):
    path = tmp_path / "courses.yaml"
    path.write_text(
        "courses:\n"
        "  db101: {instructors: [prof], members: {people: [ada, bob, prof]}, grader: true}\n"
        "  plain: {members: {people: [zoe]}}\n"
        "  over: {until: 2020-01-01, members: {people: [zoe]}, grader: true}\n"
    )
    with FakeNgshare() as ngshare:
        words = ["courses", "exchange", str(path), "--url", ngshare.url]
        assert main(words) == 2
        assert "NGSHARE_TOKEN" in capsys.readouterr().err
        monkeypatch.setenv("NGSHARE_TOKEN", "another")
        assert main(words) == 2
        assert "token of an admin" in capsys.readouterr().err
        monkeypatch.setenv("NGSHARE_TOKEN", TOKEN)

        assert main([*words, "--dry-run"]) == 0
        assert "would add 2 instructors, 2 students" in capsys.readouterr().out
        assert ngshare.courses == {}

        assert main(words) == 0
        assert ngshare.courses == {"db101": {"instructors": ["db101", "prof"], "students": ["ada", "bob"]}}

        # Once more, with somebody whom an instructor has added: only who is missing comes.
        ngshare.courses["db101"]["students"] = ["ada", "guest"]
        ngshare.posts.clear()
        assert main(words) == 0
        assert ngshare.courses["db101"]["students"] == ["ada", "guest", "bob"]
        assert ngshare.posts == ["/services/ngshare/students/db101"]

        ngshare.refused, ngshare.courses["db101"]["students"] = {"bob"}, []
        assert main(words) == 1
        assert "bob was not taken: No" in capsys.readouterr().out
    assert main(words) == 2
    assert "does not answer" in capsys.readouterr().err


OLD = "courses:\n    - name: dwd\n      repo: '{}'\n      instructor: prof1\n"


def test_a_file_of_class_tools_becomes_one_of_ours(tmp_path, capsys):
    old, new = tmp_path / "old.yaml", tmp_path / "courses.yaml"
    old.write_text(OLD.format(MATERIAL))

    assert main(["courses", "import", str(old), "--group", "nyu:students"]) == 0
    new.write_text(capsys.readouterr().out)
    assert main(["courses", "check", str(new)]) == 0

    assert yaml.safe_load(new.read_text())["courses"]["dwd"]["pull"] == [
        {"repository": MATERIAL, "to": "notebooks/dwd"}
    ]


def test_what_an_import_leaves_out_is_no_part_of_the_file(tmp_path, capsys):
    old = tmp_path / "old.yaml"
    old.write_text(OLD.format("git@git.example.edu:dwd.git"))

    assert main(["courses", "import", str(old)]) == 0

    out, err = capsys.readouterr()
    assert "pull" not in yaml.safe_load(out)["courses"]["dwd"]
    assert ("was left out" in err, "--group" in err) == (True, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("courses:\n\t- name: a\n", "a tab"),
        ("courses: []\ncourses: []\n", "written twice"),
        ("courses: {db101: {}}\n", "of ours already"),
    ],
)
def test_what_is_no_file_of_class_tools_is_refused(tmp_path, capsys, text, said):
    old = tmp_path / "old.yaml"
    old.write_text(text)

    assert main(["courses", "import", str(old)]) == 2

    out, err = capsys.readouterr()
    assert (out, said in err, "old.yaml" in err) == ("", True, True), err
