"""Does the operator's own `profile_list` follow groups, on the page and over REST?"""

from unittest.mock import Mock

import pytest
from tornado import web

OPEN = {"display_name": "Open", "slug": "open", "kubespawner_override": {"image": "x/open"}}
STAFF = {
    "display_name": "Staff only",
    "slug": "staff-only",
    "groups": ["Staff"],
    "default": True,
    "kubespawner_override": {"image": "x/staff"},
}
CHOICES = {
    "display_name": "Chosen",
    "slug": "chosen",
    "profile_options": {
        "image": {
            "display_name": "Image",
            "choices": {"a": {"display_name": "A", "kubespawner_override": {"image": "x/a"}}},
        }
    },
}


def listed(spawner):
    return [OPEN, STAFF]


async def awaited(spawner):
    return [OPEN, STAFF]


FORMS = [
    pytest.param([OPEN, STAFF], id="list"),
    pytest.param(listed, id="callable"),
    pytest.param(awaited, id="coroutine"),
]


@pytest.mark.parametrize("profiles", FORMS)
async def test_the_page_shows_what_a_person_may_start(offline, profiles):
    stranger = await offline.spawner(profile_list=profiles).get_options_form()
    member = await offline.spawner(groups=("staff",), profile_list=profiles).get_options_form()

    assert "Staff only" not in stranger
    assert "Open" in stranger
    assert "checked" in stranger  # the default was the other one
    assert "Staff only" in member


async def test_the_dict_of_a_later_kubespawner_is_filtered_too(offline):
    spawner = offline.spawner()
    if not hasattr(spawner, "_sorted_dict_values") or "Dict" not in str(
        type(spawner).profile_list.trait_types
    ):
        pytest.skip("this KubeSpawner has no dict form")
    spawner = offline.spawner(profile_list={"1": OPEN, "2": STAFF})
    assert "Staff only" not in await spawner.get_options_form()


@pytest.mark.parametrize("profiles", FORMS)
async def test_rest_starts_no_more_than_the_page_shows(offline, profiles):
    spawner = offline.spawner(profile_list=profiles)
    spawner.user_options = {"profile": "staff-only"}
    with pytest.raises(web.HTTPError) as refused:
        await spawner.load_user_options()

    assert refused.value.status_code == 400
    assert refused.value.jupyterhub_message == '"staff-only" is not on your menu. Choose open.'


@pytest.mark.parametrize("profiles", FORMS)
async def test_no_choice_starts_the_first_that_is_mine(offline, profiles):
    stranger = offline.spawner(profile_list=profiles)
    member = offline.spawner(groups=("STAFF",), profile_list=profiles)
    await stranger.load_user_options()
    await member.load_user_options()
    assert (stranger.image, member.image) == ("x/open", "x/staff")


async def test_nothing_left_never_starts_the_default_settings(offline):
    spawner = offline.spawner(profile_list=[STAFF], menu_contact="help@example.edu")
    with pytest.raises(web.HTTPError) as on_page:
        await spawner.get_options_form()
    with pytest.raises(web.HTTPError) as at_start:
        await spawner.load_user_options()
    assert on_page.value.jupyterhub_message == at_start.value.jupyterhub_message
    assert "help@example.edu" in at_start.value.jupyterhub_message


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"profile": "nope"}, id="profile"),
        pytest.param({"profile": ["open"]}, id="list"),
        pytest.param({"profile": {"$ne": 1}}, id="object"),
        pytest.param({"profile": "chosen", "image": "nope"}, id="choice"),
        pytest.param({"profile": "chosen", "image": ["a"]}, id="choices"),
        pytest.param({"profile": "chosen", "image--unlisted-choice": "evil/image"}, id="unlisted"),
    ],
)
async def test_a_wrong_choice_is_refused_in_words(offline, options):
    spawner = offline.spawner(profile_list=[OPEN, CHOICES])
    spawner.user_options = options
    with pytest.raises(web.HTTPError) as refused:
        await spawner.load_user_options()
    assert refused.value.status_code == 400
    assert refused.value.jupyterhub_message


async def test_a_right_choice_works(offline):
    spawner = offline.spawner(profile_list=[OPEN, CHOICES])
    spawner.user_options = {"profile": "chosen", "image": "a"}
    await spawner.load_user_options()
    assert spawner.image == "x/a"


async def test_a_saved_choice_that_left_does_not_break_the_page(offline):
    spawner = offline.spawner(profile_list=[OPEN])
    spawner.user_options = {"profile": "gone"}
    assert "Open" in await spawner.get_options_form()


async def test_something_else_than_an_object_is_refused(offline):
    spawner = offline.spawner(profile_list=[OPEN])
    spawner.user_options = ["open"]
    with pytest.raises(web.HTTPError) as refused:
        await spawner._run_apply_user_options(spawner.user_options)
    assert refused.value.status_code == 400
    assert spawner.orm_spawner.user_options == {}


async def test_who_asks_with_a_mock_is_in_no_group(offline):
    """As jhub-apps does, which asks for the list without a real spawner."""
    spawner = offline.spawner(images={"a": {"image": "x/a"}, "b": {"image": "x/b", "groups": ["staff"]}})
    spawner.user = Mock()
    assert [image.slug for image in spawner.menu.images] == ["a"]
