"""Does everybody get in with their own provider, to their own menu, and nobody else?"""

from __future__ import annotations

import pytest

from tests.servers import axe
from tests.site import people
from tests.site.values import NAME
from tests.site.visits import MARKS, Guest, stop_server

pytestmark = MARKS

BUTTONS = {
    "github": "Sign in with GitHub",
    "campus": "Sign in with your campus account",
    "google": "Sign in with Google",
    "cilogon": "Sign in with another university",
}


async def test_the_login_page_is_the_sites_own(window):
    person = await window()
    await person.page.goto(f"{person.site.hub.url}/hub/login")
    assert NAME in await person.page.title()
    told = await person.text(".lt-services")
    assert all(button in told for button in BUTTONS.values())
    assert "With your staff number." in told
    assert await axe.violations(person.page) == []


@pytest.mark.parametrize(
    ("person", "sees", "not_shown"),
    [
        pytest.param(
            people.STUDENT,
            ["Databases 101", "LSST stack", "Weekly 2026_46", "Release r29.0.1", "Statistics", "Small"],
            ["1 GPU", "w_2024_01"],
            id="student with GitHub",
        ),
        pytest.param(
            people.INSTRUCTOR,
            ["Databases 101", "What will be created"],
            ["LSST stack", "1 GPU"],
            id="instructor",
        ),
        pytest.param(people.RESEARCHER, ["1 GPU", "Small"], ["Databases 101", "LSST stack"], id="HPC"),
        pytest.param(
            people.VISITOR, ["Default environment", "3.7.3"], ["Databases 101", "1 GPU"], id="visitor"
        ),
    ],
)
async def test_each_logs_in_and_sees_their_menu(site, window, person, sees, not_shown):
    await stop_server(site, person)  # who has a server is sent there
    opened = await window()
    await opened.log_in(person, BUTTONS[person.slug])
    assert await opened.text(".lt-who") == person.name
    menu = await opened.menu()
    assert [words for words in sees if words not in menu] == [], menu
    assert [words for words in not_shown if words in menu] == [], menu


@pytest.mark.parametrize("person", people.DENIED, ids=str)
async def test_others_are_told_why_not(site, person):
    before = len(site.logged())
    async with Guest(site.hub.url) as guest:
        refused = await guest.denied(person)
    assert person.denied in str(refused)
    assert "Traceback" not in site.logged()[before:]
