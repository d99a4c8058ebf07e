"""Who gets in to the demo, with which groups?"""

import pytest
from tornado.web import HTTPError

from libretexts_hub.demo.authenticator import DemoAuthenticator
from libretexts_hub.demo.people import PEOPLE

PASSWORD = "bada-kimo"


@pytest.fixture
def authenticator(tmp_path):
    """With a password file, as the state folder has one."""
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    return DemoAuthenticator(password_file=str(file))


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
async def test_each_of_the_four_gets_in_with_their_groups(authenticator, person):
    model = await authenticator.get_authenticated_user(None, {"username": person.name, "password": PASSWORD})
    assert model["name"] == person.name
    assert model["groups"] == list(person.groups)
    assert model["admin"] is person.is_admin


def test_only_the_administrator_is_one():
    assert [person.name for person in PEOPLE if person.is_admin] == ["admin"]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("student", "wrong", id="wrong password"),
        pytest.param("student", "", id="no password"),
        pytest.param("root", PASSWORD, id="unknown person"),
        pytest.param("", PASSWORD, id="no name"),
        pytest.param("student\x00", PASSWORD, id="control character"),
        pytest.param("student", PASSWORD + " ", id="almost"),
        pytest.param("student", "ß" * 100_000, id="long"),
    ],
)
async def test_nobody_else(authenticator, name, password):
    assert await authenticator.get_authenticated_user(None, {"username": name, "password": password}) is None


@pytest.mark.parametrize(
    "data", [{}, {"username": "student"}, {"password": PASSWORD}], ids=["none", "name", "password"]
)
async def test_a_form_without_its_fields_is_a_bad_request(authenticator, data):
    with pytest.raises(HTTPError) as refused:
        await authenticator.authenticate(None, data)
    assert refused.value.status_code == 400


async def test_an_empty_password_file_lets_nobody_in(authenticator, tmp_path):
    (tmp_path / "password").write_text("")
    assert await authenticator.authenticate(None, {"username": "student", "password": ""}) is None
