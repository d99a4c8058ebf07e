"""Does a file of courses harm a hub: by what is in it, by how it is written, by what it is made of?"""

from __future__ import annotations

import json
import logging
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain import course_roster
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.domain.menu import Menu
from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.course_file import CourseFile
from libretexts_hub.hub.form import render_menu
from libretexts_hub.yaml_text import NotYamlError, parse_yaml
from tests.security.live import Page, harmless
from tests.security.strategies import MARK, examples, in_words, lines, nasty, values

LOG = logging.getLogger("courses")
LONGEST_WORDS = 2000
SECONDS = 5
KEYS = (
    "name",
    "description",
    "from",
    "until",
    "instructors",
    "members",
    "image",
    "size",
    "order",
    "database",
    "pull",
    "mounts",
    "folder",
    "grader",
    "instructors_enter",
)
GOOD = "courses: {db101: {name: Databases, instructors: [kif], members: {people: [fry]}, image: default}}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
WRONG = {
    "a bomb of aliases": BOMB + "courses: *i\n",
    "a bomb of merges": "a: &a {x: 1, y: 2}\n"
    + "".join(
        f"{name}: &{name}\n  <<: [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "one long text, many times": f"a: &a {'x' * 100_000}\ncourses: [{', '.join(['*a'] * 1000)}]\n",
    "an alias of itself": "courses: &a {db101: *a}\n",
    "a list of itself": "courses: &a [*a]\n",
    "deep in brackets": "courses: " + "[" * 50_000,
    "deep in blocks": "\n".join(" " * depth + "a:" for depth in range(1500)),
    "a tag of Python": "courses: !!python/object/apply:os.system [id]\n",
    "a day that is none": "courses: {db101: {from: 2026-13-45}}\n",
    "a tag without a value": "courses: {db101: {from: !!timestamp now}}\n",
    "a truth that is none": "courses: {db101: {grader: !!bool perhaps}}\n",
    "a number that is none": "courses: {db101: {order: !!int x}}\n",
    "a key that is a list": "courses: {[a, b]: {}}\n",
    "a key written twice": "courses: {db101: {}, db101: {}}\n",
    "two documents": "courses: {}\n---\ncourses: {}\n",
    "a number without end": f"courses: {{db101: {{order: {'9' * 5000}}}}}\n",
    "binary": "\0\1\2",
}


def read(folder, text: str) -> CourseFile:
    path = folder / "courses.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return CourseFile(str(path), LOG)


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_how_it_is_written(tmp_path, text):
    began = time.monotonic()
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, text)
    in_words(refused.value, most=LONGEST_WORDS)
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_was_right_before_holds(tmp_path, text, caplog):
    file = read(tmp_path, GOOD)
    (tmp_path / "courses.yaml").write_text(text)
    assert file.groups_of("fry", []) == ["course-db101"]
    assert "Courses stay as they were" in caplog.text
    assert all(len(record.getMessage()) < LONGEST_WORDS for record in caplog.records)


def fields() -> st.SearchStrategy[dict]:
    """A course with nasty things in the places that there are."""
    texts = lines()
    return st.fixed_dictionaries(
        {},
        optional={
            **{key: values(encodable=True) | texts for key in KEYS},
            "name": texts,
            "description": texts,
            "members": st.fixed_dictionaries(
                {}, optional={"people": st.lists(texts), "groups": st.lists(texts), "roster": texts}
            ),
            "pull": st.lists(
                st.fixed_dictionaries(
                    {"repository": texts.map(lambda text: f"https://example.org/{text}")},
                    optional={"branch": texts, "to": texts},
                ),
                max_size=2,
            ),
            "mounts": st.lists(
                st.fixed_dictionaries(
                    {"claim": texts, "at": texts.map(lambda text: f"/data/{text}")}, optional={"path": texts}
                ),
                max_size=2,
            ),
        },
    )


@examples(30)
@given(course=fields(), slug=st.just("db101") | lines())
def test_what_is_in_it(tmp_path_factory, course, slug):
    folder = tmp_path_factory.getbasetemp()
    # JSON is YAML, and keeps every text as it is.
    text = json.dumps({"courses": {slug: course}})
    try:
        file = read(folder, text)
    except ConfigurationError as error:
        in_words(error, most=LONGEST_WORDS)
        return
    for each in file.courses:
        for name in (*each.members.people, *each.instructors.people):
            assert normal_name(name) == name
        for mount in each.mounts:
            assert ".." not in mount.at
            assert ".." not in mount.path
            assert mount.at.startswith("/data/") or mount.at.startswith("/")
        for pull in each.pulls:
            assert pull.line.count("\t") == 2
            assert "\n" not in pull.line
            assert not pull.branch.startswith("-")


@examples(12)
@given(name=lines(), description=lines())
def test_its_card_on_the_menu(name, description):
    def page(name, description):
        image = {"name": name, "description": description, "image": "example.org/lab:1"}
        return Page(render_menu(Menu.parse({"course-db101": image}, {}, {}), None))

    try:
        made = page(name, description)
    except ConfigurationError as error:
        in_words(error, most=LONGEST_WORDS)
    else:
        harmless(made, page("Databases", "SQL"), MARK)


@examples(20)
@given(text=nasty(encodable=True), key=nasty(encodable=True))
def test_any_text_is_yaml_or_it_is_not(text, key):
    for written in (
        text,
        f"a: {text}",
        f"- {key}: {text}",
        f"!!{key} {text}",
        f"&{key} *{text}",
        f"<<: {text}",
    ):
        try:
            parse_yaml(written)
        except NotYamlError as error:
            in_words(error)


ROSTER = "courses: {{db101: {{members: {{roster: {{file: {file}, column: login}}}}}}}}\n"
ROSTERS = {
    "a heading of two lines": b'"x\n[C 2026-01-01 00:00:00.000 JupyterHub app:1] all is well",b\r\n1,2\r\n',
    "a heading that rings": b"a\x1b]0;title\x07,b\n",
    "a heading of a megabyte": b"x" * 100_000 + b"," + b"y" * 100_000,
    "a hundred thousand columns": b"col," * 100_000,
    "no CSV": b'"' + b"x" * 200_000,
    "nothing": b"",
}


@pytest.mark.parametrize("content", ROSTERS.values(), ids=ROSTERS)
def test_a_roster_that_is_none(tmp_path, content):
    (tmp_path / "list.csv").write_bytes(content)
    began = time.monotonic()
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, ROSTER.format(file="list.csv"))
    in_words(refused.value, most=3000)
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("file", ["pipe", "/dev/zero", ".", "nowhere/list.csv", "x" * 300])
def test_a_roster_that_is_no_file(tmp_path, file):
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, ROSTER.format(file=file))
    in_words(refused.value)
    assert time.monotonic() - began < SECONDS


def test_rosters_of_every_night_do_not_add_up(monkeypatch):
    monkeypatch.setattr(course_roster, "MOST_NAMES_KEPT", 100)
    roster = course_roster.Roster("list.csv")
    for night in range(50):
        text = "login\n" + "".join(f"student{night}x{number}\n" for number in range(30))
        assert len(course_roster.names_in(roster, lambda _, text=text: text, where="here")) == 30
    assert sum(map(len, course_roster._known.values())) <= 100


def test_an_announcement_file_that_becomes_wrong_spoils_no_page(tmp_path, caplog):
    """Pages ask at each request: what can't be read is told in the log, and what it said before is shown."""
    from traitlets.config import Config

    from libretexts_hub.hub.pages import LibreTextsPages, Pages

    path = tmp_path / "announcements.yaml"
    path.write_text("- text: Maintenance on Monday\n")
    pages = Pages(LibreTextsPages(config=Config({"LibreTextsPages": {"announcements_file": str(path)}})))
    look = pages.build("/hub/")
    for number, text in enumerate(WRONG.values()):
        path.write_text(text)
        os.utime(path, ns=(number, number))
        look.file._looked = 0.0
        assert [each.text for each in look.announcements()] == ["Maintenance on Monday"]
