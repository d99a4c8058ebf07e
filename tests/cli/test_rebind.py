"""Does an operator's word on an account change what they said, and nothing else?"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from libretexts_hub.cli import main
from libretexts_hub.clients.hub_database import opened
from libretexts_hub.domain.binding import Account
from libretexts_hub.hub.authenticators.accounts import Accounts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with the hub's table of people, and two bound ones."""
    with sqlite3.connect(tmp_path / "hub.sqlite") as database:
        database.execute("create table users (id integer, name text, encrypted_auth_state blob)")
        database.execute("insert into users (id, name) values (1, 'fry'), (2, 'amy')")
    database.close()
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    with opened(url) as connection:
        accounts = Accounts(connection)
        accounts.make_table()
        accounts.bind(Account("fry", "github:https://github.com", "5"))
        accounts.bind(Account("amy", "github:https://github.com", "a"))
    return url


@pytest.fixture
def rebind(url: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["rebind", *words, "--db-url", url])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def accounts_of(rebind: Any) -> dict[str, str]:
    _, out, _ = rebind("--json")
    return {each["name"]: f"{each['provider']} {each['subject']}" for each in json.loads(out)}


GITHUB = "github:https://github.com"


@pytest.mark.parametrize(
    ("words", "after"),
    [
        (["fry", "--to", "6"], {"fry": f"{GITHUB} 6", "amy": f"{GITHUB} a"}),
        (["fry", "--to", "A"], {"fry": f"{GITHUB} A", "amy": f"{GITHUB} a"}),
        (["FRY", "--forget"], {"amy": f"{GITHUB} a"}),
        (["fry", "--rename", "philip"], {"philip": f"{GITHUB} 5", "amy": f"{GITHUB} a"}),
        (["leela", "--to", "7", "--provider", "google"], {"leela": "google 7"}),
        (["--move-provider", GITHUB, "google"], {"fry": "google 5", "amy": "google a"}),
    ],
    ids=["to", "ids differ in case", "forget", "rename", "new", "move"],
)
def test_done(rebind: Any, words: list[str], after: dict[str, str]) -> None:
    before = accounts_of(rebind)
    assert rebind(*words)[0] == 0
    assert accounts_of(rebind) == (after if "leela" not in after else before | after)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["fry", "--to", "a"], 2),
        (["fry", "--rename", "amy"], 2),
        (["--to", "7"], 2),
        (["a/b", "--forget"], 2),
        (["leela", "--forget"], 1),
        (["--move-provider", "x", "y"], 1),
    ],
)
def test_refused(rebind: Any, words: list[str], code: int) -> None:
    before = accounts_of(rebind)
    said = rebind(*words)
    assert said[0] == code
    assert len((said[1] + said[2]).strip().splitlines()) == 1
    assert accounts_of(rebind) == before


def test_a_password_of_the_database_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rebind", "--db-url", "nonsense://hub:hunter2@db/hub"]) == 2
    assert "hunter2" not in capsys.readouterr().err
