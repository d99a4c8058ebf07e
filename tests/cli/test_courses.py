"""Does `libretexts-hub courses` tell what is wrong, and make links that say what was meant?"""

from urllib.parse import parse_qs, urlsplit

import pytest

from libretexts_hub.cli import main

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
