"""Does the pod run what the person saw, and what if the registry has changed or is away?"""

import pytest
from kubespawner import KubeSpawner
from tornado import web

from libretexts_hub.hub import refresher as refresher_module
from libretexts_hub.hub.live_menu import refresher
from libretexts_hub.hub.notices import NOTICES
from tests.hub.workshop import Record
from tests.servers.fake_registry import FakeRegistry

OPTIONS = {
    "reset": {},
    "debug": {},
    "data": {
        "name": "Data",
        "choices": {"small": {"environment": {"DATA": "s"}}, "full": {"environment": {"DATA": "f"}}},
    },
}


@pytest.fixture
async def registry():
    async with FakeRegistry(tags=["w_2026_45", "w_2026_46", "recommended"]) as fake:
        fake.does.digests["recommended"] = f"sha256:{'4' * 64}"
        yield fake


@pytest.fixture
async def live(offline, registry, tmp_path, monkeypatch):
    """`live(**image)`: a spawner whose menu has a live image that was read."""
    monkeypatch.chdir(tmp_path)

    async def make(person="alice", record=None, entry=None, **image):
        where = {"repository": f"{registry.host}/lab", "plain_http": True, "scheme": "rubin"}
        source = {"registry": where | {"recommended": "recommended"}}
        images = {"lab": {"name": "Lab", "interface": "lab", **(entry or source), **image}}
        spawner = offline.spawner(person, record=record, images=images, options=OPTIONS)
        repository = spawner.menu  # begins the reading
        for each in list(refresher()._sources):
            assert await refresher().read_once(each, seconds=10)
        assert repository is not None
        return spawner

    yield make
    await refresher().close()


async def started(spawner, options):
    """As JupyterHub does it: the choice applied, then loaded, then the manifest."""
    spawner.user_options = spawner.orm_spawner.user_options = options
    await spawner._run_apply_user_options(spawner.user_options)
    await spawner.load_user_options()
    return await spawner.get_pod_manifest()


def environment(pod):
    return {each.name: each.value for each in pod.spec.containers[0].env}


async def test_the_manifest_has_the_digest_and_the_person_sees_the_tag(live, registry):
    spawner = await live()
    pod = await started(spawner, {"image": "lab", "tag": "w_2026_46"})
    [container] = pod.spec.containers
    seen = f"{registry.host}/lab:w_2026_46"
    digest = container.image.partition("@")[2]

    assert container.image == f"{seen}@{digest}"
    assert digest.startswith("sha256:")
    assert container.image_pull_policy == "IfNotPresent"
    assert environment(pod)["JUPYTER_IMAGE_SPEC"] == seen
    assert pod.metadata.annotations["libretexts.org/image"] == seen
    assert pod.metadata.annotations["libretexts.org/image-digest"] == digest


async def test_one_start_asks_for_one_digest(live, registry):
    spawner = await live()
    registry.requests.clear()
    await started(spawner, {"image": "lab", "tag": "w_2026_46"})
    assert len([each for each in registry.requests if "w_2026_46" in each]) == 1


async def test_no_choice_starts_the_recommended_one(live, registry):
    pod = await started(await live(), {})
    assert pod.spec.containers[0].image == f"{registry.host}/lab:recommended@sha256:{'4' * 64}"


async def test_a_tag_that_was_deleted_meanwhile_is_refused(live, registry):
    spawner = await live()
    registry.does.tags.remove("w_2026_45")
    with pytest.raises(web.HTTPError) as refused:
        await started(spawner, {"image": "lab", "tag": "w_2026_45"})

    assert refused.value.status_code == 400
    assert "is not there any more" in refused.value.jupyterhub_message
    assert spawner.orm_spawner.user_options == {}
    assert [each.tag for each in spawner.menu.images[0].versions] == ["recommended", "w_2026_46"]


async def test_with_the_registry_away_the_digest_seen_last_holds(live, registry):
    spawner = await live()
    await registry.stop()
    pod = await started(spawner, {"image": "lab", "tag": "w_2026_46"})
    assert "w_2026_46@sha256:" in pod.spec.containers[0].image


async def test_with_the_registry_away_and_no_digest_the_tag_starts_and_says_so(
    live, registry, monkeypatch, caplog
):
    monkeypatch.setattr(refresher_module, "MOST_DIGESTS", 0)
    spawner = await live()
    await registry.stop()
    pod = await started(spawner, {"image": "lab", "tag": "w_2026_46"})

    assert pod.spec.containers[0].image == f"{registry.host}/lab:w_2026_46"
    assert pod.metadata.annotations["libretexts.org/image-digest"].startswith("not known")
    assert "unpinned" in caplog.text


@pytest.mark.parametrize(
    ("entry", "options"),
    [
        pytest.param("image", {"image": "lab"}, id="pin"),
        pytest.param("pattern", {"image": "lab", "reference": "{host}/other:1"}, id="free"),
    ],
)
async def test_what_must_be_pinned_is_not_started_unpinned(live, registry, entry, options):
    written = f"{registry.host}/other:1" if entry == "image" else f"{registry.host}/[a-z]+:[0-9]+"
    spawner = await live(entry={entry: written, "pin": True, "plain_http": True})
    await registry.stop()
    with pytest.raises(web.HTTPError) as refused:
        await started(spawner, {key: value.format(host=registry.host) for key, value in options.items()})
    assert refused.value.status_code == 400
    assert "does not answer" in refused.value.jupyterhub_message


async def test_a_free_image_runs_by_its_digest(live, registry):
    registry.does.tags.append("7")
    spawner = await live(entry={"pattern": f"{registry.host}/[a-z]+:[0-9]+", "plain_http": True})
    pod = await started(spawner, {"image": "lab", "reference": f"{registry.host}/other:7"})
    assert pod.spec.containers[0].image.startswith(f"{registry.host}/other:7@sha256:")


async def test_pull_policy_and_secrets_follow(live):
    spawner = await live(pull_policy="Always", pull_secrets=["ours", "chart"])
    spawner.image_pull_secrets = [{"name": "chart"}]
    pod = await started(spawner, {"image": "lab"})
    assert pod.spec.containers[0].image_pull_policy == "Always"
    assert [each.name for each in pod.spec.image_pull_secrets] == ["chart", "ours"]


async def test_options_change_environment_and_address(live):
    spawner = await live()
    pod = await started(spawner, {"option-reset": True, "option-debug": "1", "option-data": "full"})
    told = environment(pod)

    assert (told["RESET_USER_ENV"], told["DEBUG"], told["DATA"]) == ("TRUE", "TRUE", "f")
    assert (spawner.default_url, spawner.debug) == ("/lab?reset", True)
    await started(spawner, {"option-data": "small"})
    assert (spawner.default_url, spawner.debug) == ("/lab", False)


async def test_the_operators_own_variable_wins(live):
    spawner = await live()
    spawner.environment = {"JUPYTER_IMAGE_SPEC": "mine"}
    assert environment(await started(spawner, {}))["JUPYTER_IMAGE_SPEC"] == "mine"


async def test_ephemeral_storage_is_in_the_pod(offline):
    sizes = {"s": {"ephemeral_storage": {"guarantee": "1Gi", "limit": "2Gi"}}}
    spawner = offline.spawner(images={"a": {"image": "x/a"}}, sizes=sizes)
    resources = (await started(spawner, {})).spec.containers[0].resources
    assert resources.limits["ephemeral-storage"] == str(2 * 2**30)
    assert resources.requests["ephemeral-storage"] == str(2**30)


# What is remembered
# ---------------------------------------------------------------------------------------------


async def test_the_state_tells_what_runs(live, registry):
    spawner = await live()
    await started(spawner, {"image": "lab", "tag": "w_2026_46"})
    kept = spawner.get_state()["libretexts_choice"]
    assert kept["version"] == 2
    assert kept["runs"]["reference"] == f"{registry.host}/lab:w_2026_46"
    assert kept["runs"]["digest"].startswith("sha256:")


@pytest.mark.parametrize(
    ("saved", "options"),
    [
        pytest.param({"version": 1, "options": {"image": "a"}}, {"image": "a"}, id="version-1"),
        pytest.param({"version": 2, "options": {"image": "a"}, "runs": None}, {"image": "a"}, id="no-run"),
        pytest.param({"version": 3, "options": {"image": "a"}}, {}, id="later"),
        pytest.param({"version": 2, "options": ["a"], "runs": {"tag": 3}}, {}, id="spoilt"),
        pytest.param(None, {}, id="stock"),
        pytest.param("x", {}, id="text"),
    ],
)
async def test_state_of_other_versions_is_read_or_left(offline, saved, options):
    state = {} if saved is None else {"libretexts_choice": saved}
    spawner = offline.spawner(images={"a": {"image": "x/a"}}, record=Record(state=state))
    assert dict(spawner.last_choice) == options
    spawner.get_state()


async def test_stock_then_ours_then_stock_loses_nothing(offline):
    images = {"a": {"image": "x/a"}, "b": {"image": "x/b"}}
    stock = offline.spawner(cls=KubeSpawner)
    ours = offline.spawner(images=images, record=Record(state=stock.get_state()))
    await started(ours, {"image": "b"})
    back = offline.spawner(cls=KubeSpawner, record=Record(state=ours.get_state()))
    again = offline.spawner(images=images, record=Record(state=back.get_state(), user_options={"image": "b"}))

    assert back.pod_name == ours.pod_name == again.pod_name
    assert "libretexts_choice" not in back.get_state()
    assert (await started(again, {"image": "b"})).spec.containers[0].image == "x/b"


async def test_a_named_server_has_the_menu_of_its_owner(offline):
    images = {"a": {"image": "x/a"}, "b": {"image": "x/b", "groups": ["staff"]}}
    named = offline.spawner(groups=("staff",), images=images, record=Record(name="second"))
    named.handler = None  # an admin's request would be here: it decides nothing
    assert (await started(named, {"image": "b"})).spec.containers[0].image == "x/b"


# What people are told
# ---------------------------------------------------------------------------------------------


async def test_a_newer_version_is_told_to_who_runs_an_older_one(live, registry, monkeypatch):
    spawner = await live("nina")
    await started(spawner, {"image": "lab", "tag": "w_2026_45"})
    assert [each for each in spawner.notices() if "older version" in each.text] == []  # it does not run yet

    monkeypatch.setattr(type(spawner), "ready", True)
    [told] = spawner.notices()
    assert "w_2026_45" in told.text
    assert "Lab Weekly 2026_46" in told.text
    await started(spawner, {"image": "lab", "tag": "w_2026_46"})
    assert spawner.notices() == []


async def test_a_successor_is_told(offline):
    images = {
        "old": {"name": "Old", "image": "x/old", "successor": "new"},
        "new": {"name": "New", "image": "x/new"},
    }
    spawner = offline.spawner("olga", images=images)
    await started(spawner, {"image": "old"})
    assert spawner.image == "x/new"
    assert ["Old has ended" in each.text for each in NOTICES.for_person("olga")] == [True]


async def test_an_empty_live_menu_says_so_and_starts_nothing(offline, registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    registry.does.status = 500
    source = {"repository": f"{registry.host}/lab", "plain_http": True, "scheme": "rubin"}
    spawner = offline.spawner(images={"lab": {"registry": source}}, menu_contact="help@example.edu")
    page = await spawner.get_options_form()
    with pytest.raises(web.HTTPError) as refused:
        await started(spawner, {})

    assert "help@example.edu" in page
    assert refused.value.status_code == 400
    await refresher().close()
