"""Does the menu become the form, the choice, and the settings of the spawner?"""

import re

import jupyterhub
import pytest
from tornado import web as tornado_web

from libretexts_hub.errors import ConfigurationError
from libretexts_hub.hub.metrics import REFUSED_CHOICES
from tests.hub.workshop import Record

IMAGES = {
    "default": {
        "name": "Default <b>",
        "description": "Python",
        "image": "x/d:3.3",
        "interface": "lab",
        "default": True,
    },
    "r": {"name": "R", "image": "x/r", "interface": "rstudio"},
    "lsst": {"name": "LSST", "image": "x/l", "groups": ["LSST"], "sizes": ["large"]},
}
SIZES = {
    "small": {
        "name": "Small",
        "cpu": {"guarantee": 0.2, "limit": 2},
        "memory": {"guarantee": "512Mi", "limit": "2Gi"},
    },
    "large": {"name": "Large", "memory": {"limit": "8Gi"}, "gpu": {"count": 2}},
}


@pytest.fixture
async def spawner(offline):
    return offline.spawner(images=IMAGES, sizes=SIZES)


class Handler:
    """The request that began a start, as far as a refusal looks at it."""

    def __init__(self):
        self.settings = {}


def is_marked(value: str, page: str) -> bool:
    """Whether the radio button with this value is the one that is checked."""
    return re.search(rf'<input[^>]* value="{value}"[^>]* checked', page) is not None


# The form
# ------------------------------------------------------------------------------------------------------


async def test_the_form_shows_my_entries_escaped(spawner):
    page = await spawner.get_options_form()

    assert "Default &lt;b&gt;" in page
    assert "opens JupyterLab" in page
    assert "2 GiB memory" in page
    assert "LSST" not in page
    assert page.count("checked required") == 2
    assert is_marked("default", page)


async def test_a_member_sees_more(offline):
    page = await offline.spawner(groups=("lsst",), images=IMAGES, sizes=SIZES).get_options_form()
    assert 'value="lsst"' in page


async def test_the_last_choice_is_selected(spawner):
    spawner.user_options = {"image": "r", "size": "large"}
    page = await spawner.get_options_form()
    assert is_marked("r", page)
    assert is_marked("large", page)


async def test_a_last_choice_that_is_gone_selects_the_default(spawner):
    spawner.user_options = {"image": "retired"}
    assert is_marked("default", await spawner.get_options_form())


async def test_nothing_to_choose_is_said(offline):
    spawner = offline.spawner(images={"lsst": IMAGES["lsst"] | {"sizes": ["large"]}}, sizes=SIZES)
    assert "no environment that you may start" in await spawner.get_options_form()


async def test_without_images_everything_is_stock(offline):
    spawner = offline.spawner(profile_list=[{"display_name": "Stock", "slug": "stock"}])

    assert "Stock" in await spawner.get_options_form()
    assert spawner._options_from_form({"profile": ["stock"]}) == {"profile": "stock"}
    await spawner.apply_user_options(spawner, {"profile": "stock"})
    await spawner.load_user_options()


# What was sent
# -------------------------------------------------------------------------------------------------


def test_form_fields_become_options(spawner):
    assert spawner.run_options_from_form({"image": ["r"], "size": ["small"], "_xsrf": ["2|a"]}) == {
        "image": "r",
        "size": "small",
    }


@pytest.mark.parametrize("prefix", ["", "opt-"], ids=["plain", "prefixed"])
def test_a_query_becomes_options(spawner, prefix):
    query = {f"{prefix}image": ["r"], "unrelated" if prefix else "next": ["/x"]}
    assert spawner.options_from_query(query) == {"image": "r", "size": "small"}


@pytest.mark.parametrize(
    "form",
    [
        {"image": ["lsst"]},
        {"image": ["default", "r"]},
        {"image": []},
        {"image_file": [{"filename": "x", "body": b"y"}]},
        {"profile": ["x"]},
    ],
    ids=["not-mine", "two", "none", "file", "stock"],
)
def test_a_refused_form_begins_no_start(spawner, form):
    with pytest.raises(tornado_web.HTTPError) as refused:
        spawner.run_options_from_form(form)

    assert refused.value.status_code == 400
    assert refused.value.jupyterhub_message


def test_page_and_rest_say_the_same(spawner):
    with pytest.raises(tornado_web.HTTPError) as on_page:
        spawner.run_options_from_form({"image": ["nope"]})
    spawner.user_options = {"image": "nope"}
    with pytest.raises(tornado_web.HTTPError) as over_rest:
        spawner.choose()

    assert on_page.value.jupyterhub_message == over_rest.value.jupyterhub_message


@pytest.mark.parametrize("body", [[], ["x"], "text", 3, None, b"x"], ids=repr)
async def test_any_rest_body_is_refused_in_words(spawner, body):
    spawner.user_options = body
    with pytest.raises(tornado_web.HTTPError) as refused:
        await spawner._run_apply_user_options(spawner.user_options)

    assert refused.value.status_code == 400
    assert "object" in refused.value.jupyterhub_message


async def test_a_refusal_gives_back_the_last_valid_choice(spawner):
    spawner.user_options = {"image": "r"}
    await spawner._run_apply_user_options(spawner.user_options)
    record = spawner.orm_spawner
    record.user_options = spawner.user_options = {"image": "nope"}  # as JupyterHub saves it before asking

    with pytest.raises(tornado_web.HTTPError):
        await spawner._run_apply_user_options(spawner.user_options)

    assert record.user_options == {"image": "r", "size": "small"}
    assert record.commits


async def test_the_last_valid_choice_outlives_the_object(offline, spawner):
    spawner.user_options = {"image": "r"}
    spawner.choose()
    later = offline.spawner(images=IMAGES, sizes=SIZES, record=Record(state=spawner.get_state()))
    later.user_options = {"image": "nope"}

    with pytest.raises(tornado_web.HTTPError):
        later.choose()

    assert later.user_options == {"image": "r", "size": "small"}


async def test_a_kept_choice_that_is_no_more_valid_gives_way_to_the_default(offline, spawner):
    spawner.user_options = {"image": "r"}
    spawner.choose()
    later = offline.spawner(images={"default": IMAGES["default"]}, record=Record(state=spawner.get_state()))
    later.user_options = {"image": "r"}
    with pytest.raises(tornado_web.HTTPError):
        later.choose()

    assert later.user_options == {}
    assert later.choose().options == {"image": "default"}


def test_a_refusal_is_no_failure(spawner):
    spawner.handler = Handler()
    spawner.user_options = {"image": "nope"}
    with pytest.raises(tornado_web.HTTPError):
        spawner.choose()

    counted_by_jupyterhub = 1 if jupyterhub.version_info[0] < 6 else 0
    assert spawner.handler.settings.get("failure_count", 0) + counted_by_jupyterhub == 0


def test_a_refusal_is_counted_by_cause(spawner):
    before = REFUSED_CHOICES.labels(cause="size")._value.get()
    with pytest.raises(tornado_web.HTTPError):
        spawner.run_options_from_form({"size": ["nope"]})
    assert REFUSED_CHOICES.labels(cause="size")._value.get() == before + 1


# The settings
# --------------------------------------------------------------------------------------------------


async def test_the_choice_is_in_the_pod(spawner):
    spawner.user_options = {"image": "r", "size": "small"}
    await spawner.load_user_options()
    pod = await spawner.get_pod_manifest()
    [container] = pod.spec.containers
    environment = {each.name: each.value for each in container.env}

    assert container.image == "x/r"
    assert container.resources.limits == {"cpu": 2.0, "memory": 2 * 2**30}
    assert container.resources.requests == {"cpu": 0.2, "memory": 512 * 2**20}
    assert environment["JUPYTER_IMAGE_SPEC"] == "x/r"
    assert environment["MEM_LIMIT"] == str(2 * 2**30)
    assert environment["JUPYTERHUB_DEFAULT_URL"] == "/rstudio"


async def test_a_gpu_is_an_extended_resource(spawner):
    spawner.user_options = {"size": "large"}
    await spawner.load_user_options()
    [container] = (await spawner.get_pod_manifest()).spec.containers
    assert container.resources.limits["nvidia.com/gpu"] == "2"


async def test_nothing_of_the_first_choice_stays_for_the_second(spawner):
    spawner.user_options = {"image": "r", "size": "large"}
    await spawner.load_user_options()
    spawner.user_options = {"image": "default", "size": "small"}
    await spawner.load_user_options()

    assert spawner.extra_resource_limits == {}
    assert (spawner.image, spawner.default_url, spawner.mem_limit) == ("x/d:3.3", "/lab", 2 * 2**30)


async def test_no_options_start_the_default(spawner):
    await spawner.load_user_options()
    assert (spawner.image, spawner.mem_limit) == ("x/d:3.3", 2 * 2**30)


async def test_an_operators_own_hook_does_not_let_a_choice_slip_past(offline):
    spawner = offline.spawner(images=IMAGES, sizes=SIZES, apply_user_options=lambda spawner, options: None)
    spawner.user_options = {"image": "lsst"}
    with pytest.raises(tornado_web.HTTPError):
        await spawner.load_user_options()


async def test_profiles_with_an_option_called_image_do_no_harm(offline):
    choices = {"a": {"display_name": "A", "kubespawner_override": {"image": "from/profile"}}}
    profiles = [
        {"display_name": "P", "profile_options": {"image": {"display_name": "I", "choices": choices}}}
    ]
    spawner = offline.spawner(images=IMAGES, sizes=SIZES, profile_list=profiles)
    spawner.user_options = {"image": "r"}

    await spawner.load_user_options()

    assert spawner.image == "x/r"
    assert spawner.user_options == {"image": "r"}  # the choice is back


@pytest.mark.parametrize("trait", ["images", "sizes"])
async def test_a_wrong_line_is_named_with_its_place(offline, trait):
    with pytest.raises(ConfigurationError, match=rf"c\.LibreTextsSpawner\.{trait}\['A!'\]"):
        offline.spawner(**{trait: {"A!": {}}}).menu  # noqa: B018
