"""What do the people of a course see on their menu, and what does their server get, from day to day?"""

import json
import logging
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import yaml
from tornado import web
from traitlets.config import Config

from libretexts_hub.hub import course_core, course_file
from libretexts_hub.hub import courses as course_hub
from libretexts_hub.hub.menu_clock import as_of
from libretexts_hub.hub.pod_json import as_json
from libretexts_hub.hub.spawner import LibreTextsSpawner
from tests.hub.workshop import Record

SPRING, LAST, AFTER = date(2027, 3, 1), date(2027, 5, 30), date(2027, 5, 31)
MEMBER, TEACHER = ("course-db101",), ("course-db101", "course-db101-instructors")
SETTINGS = {
    "images": {
        "default": {"name": "Default", "image": "quay.io/x/default:1", "default": True, "interface": "lab"},
        "staff": {"name": "Staff", "image": "quay.io/x/staff:1", "groups": ["staff"]},
    },
    "sizes": {
        "small": {"cpu": {"limit": 1}, "memory": {"limit": "1Gi"}, "default": True},
        "gpu": {"gpu": {"count": 1}, "groups": ["physics"]},
    },
    "databases": {
        "mysql": {
            "engine": "mariadb",
            "image": "mariadb:11.4",
            "storage": "1Gi",
            "initial": [{"config_map": "first"}],
            "root": {"groups": ["staff"]},
        }
    },
}
DB101 = {
    "name": "Databases 101",
    "from": "2027-01-10",
    "until": "2027-05-30",
    "instructors": ["prof1"],
    "members": {"people": ["ada"]},
    "image": "default",
    "size": "gpu",
    "database": {"use": "mysql", "load": [{"url": "https://x.example/northwind.sql"}]},
    "pull": [{"repository": "https://git.example.edu/db101", "branch": "main", "to": "db101"}],
    "mounts": [
        {"claim": "datasets", "path": "db101", "at": "/data/db101"},
        {"claim": "shared", "path": "notes", "at": "/data/notes", "instructors_write": True},
    ],
    "folder": {"claim": "shared", "at": "/home/jovyan/group"},
}


class Site:
    """A folder with courses.yaml, a day, and spawners of a hub that reads both."""

    def __init__(self, workshop, folder, monkeypatch):
        self.workshop, self.file, self.monkeypatch = workshop, folder / "courses.yaml", monkeypatch
        self.on(SPRING)

    def write(self, **courses):
        self.file.write_text(yaml.safe_dump({"courses": courses}))

    def on(self, day):
        self.day = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        self.monkeypatch.setattr(course_core, "today", lambda: day)

    def spawner(self, groups=MEMBER, options=None, **settings):
        return self.workshop.spawner(
            "ada",
            groups=groups,
            record=Record(user_options=options or {}),
            **SETTINGS | {"courses_file": str(self.file)} | settings,
        )

    def menu(self, groups=MEMBER):
        with as_of(self.day):
            return self.spawner(groups).menu

    async def pod(self, groups=MEMBER, image="", **settings):
        spawner = self.spawner(groups, **settings)
        spawner.user_options = {"image": image} if image else {}
        made = []

        async def make(_spawner, manifest):
            made.append(manifest["metadata"])

        self.monkeypatch.setattr("libretexts_hub.hub.sidecar_objects.ensure", make)
        with as_of(self.day):
            await spawner.run_auth_state_hook(None)
            await spawner.load_user_options()
            return as_json(await spawner.get_pod_manifest()), made


@pytest.fixture
def site(offline, tmp_path, monkeypatch):
    monkeypatch.setattr(course_file, "LOOK_EVERY_SECONDS", 0.0)
    made = Site(offline, tmp_path, monkeypatch)
    made.write(db101=DB101)
    yield made
    course_file.forget_files()
    course_hub.forget()


def slugs(each):
    return [one.slug for one in each]


def named(listed, name):
    return next(each for each in listed if each["name"] == name)


def mounts(pod):
    return {each["mountPath"]: each for each in pod["spec"]["containers"][0].get("volumeMounts", ())}


async def test_a_course_is_an_entry_of_the_menu_of_its_people_only(site):
    menu = site.menu()
    assert slugs(menu.images) == ["default", "course-db101"]
    course = menu.image("course-db101")
    assert (course.name, course.reference) == ("Databases 101", "quay.io/x/default:1")
    assert slugs(course.interfaces) == ["lab"]
    assert slugs(site.menu(groups=()).images) == ["default"]


async def test_its_size_comes_with_its_entry_and_with_no_other(site):
    menu = site.menu()
    assert slugs(menu.sizes_of(menu.image("course-db101"))) == ["gpu"]
    assert slugs(menu.sizes_of(menu.image("default"))) == ["small"]
    assert slugs(site.menu(groups=()).sizes) == ["small"]
    both = site.menu(groups=(*MEMBER, "physics"))
    assert slugs(both.sizes_of(both.image("default"))) == ["small", "gpu"]


async def test_nobody_starts_the_size_of_a_course_with_another_environment(site):
    spawner = site.spawner()
    spawner.user_options = {"image": "default", "size": "gpu"}
    with as_of(site.day), pytest.raises(web.HTTPError, match="not a size"):
        await spawner.load_user_options()


async def test_the_entry_goes_on_the_day_after_the_last(site):
    site.on(LAST)
    shown = site.menu().image("course-db101")
    assert shown is not None
    assert shown.available.closes == course_file.midnight(AFTER)
    site.on(AFTER)
    assert slugs(site.menu().images) == ["default"]
    assert site.menu().closed == ()


async def test_a_server_of_a_course_gets_its_database_with_its_data(site):
    pod, made = await site.pod(image="course-db101")
    database = named(pod["spec"]["initContainers"], "database")
    assert database["image"] == "mariadb:11.4"
    assert {each["name"] for each in made} == {"db-ada-course-db101"}
    assert {each["annotations"]["libretexts.org/database"] for each in made} == {"course-db101"}
    sources = named(database["env"], "DB_SOURCES")["value"].split()
    assert [each.rpartition("-")[0] for each in sources] == ["config-map", "url"]
    assert named(database["env"], "DB_ROOT_PASSWORD") == {"name": "DB_ROOT_PASSWORD", "value": ""}
    assert pod["metadata"]["annotations"]["libretexts.org/courses"] == "db101"


async def test_instructors_have_the_root_account_of_the_course_alone(site):
    pod, _ = await site.pod(TEACHER, image="course-db101")
    assert "valueFrom" in named(named(pod["spec"]["initContainers"], "database")["env"], "DB_ROOT_PASSWORD")
    pod, _ = await site.pod((*MEMBER, "staff"), image="course-db101")
    assert "value" in named(named(pod["spec"]["initContainers"], "database")["env"], "DB_ROOT_PASSWORD")


async def test_another_environment_and_other_people_get_nothing_of_it(site):
    for groups, image in ((MEMBER, "default"), ((), "default")):
        pod, made = await site.pod(groups, image=image)
        assert made == []
        assert "db101" not in json.dumps(pod)
        assert "database" not in json.dumps(pod)


async def test_after_its_end_a_server_is_as_without_the_course(site):
    site.on(AFTER)
    pod, made = await site.pod(image="default")
    assert made == []
    assert "db101" not in json.dumps(pod)
    with pytest.raises(web.HTTPError):
        await site.pod(image="course-db101")


async def test_material_is_pulled_before_the_server_starts(site):
    pod, _ = await site.pod(image="course-db101")
    notes = pod["metadata"]["annotations"]
    assert notes["libretexts.org/person-pulls"] == "https://git.example.edu/db101\tmain\tdb101\n"
    assert named(pod["spec"]["initContainers"], "person-start-up")
    pod, _ = await site.pod(image="default")
    assert "libretexts.org/person-pulls" not in pod["metadata"].get("annotations", {})


async def test_mounts_are_read_only_unless_the_course_says_so(site):
    pod, _ = await site.pod(image="course-db101")
    mounted = mounts(pod)
    assert mounted["/data/db101"] | {"name": ""} == {
        "name": "",
        "mountPath": "/data/db101",
        "subPath": "db101",
        "readOnly": True,
    }
    assert mounted["/data/notes"]["readOnly"] is True
    assert "readOnly" not in mounted["/home/jovyan/group"]
    assert mounted["/home/jovyan/group"]["subPath"] == "course-db101"
    claims = {each["name"]: each.get("persistentVolumeClaim") for each in pod["spec"]["volumes"]}
    assert claims[mounted["/data/db101"]["name"]] == {"claimName": "datasets", "readOnly": True}
    # One claim stands once in a pod.
    assert claims[mounted["/data/notes"]["name"]] == {"claimName": "shared"}
    assert mounted["/data/notes"]["name"] == mounted["/home/jovyan/group"]["name"]


async def test_instructors_may_write_where_the_course_lets_them(site):
    pod, _ = await site.pod(TEACHER, image="course-db101")
    mounted = mounts(pod)
    assert "readOnly" not in mounted["/data/notes"]
    assert mounted["/data/db101"]["readOnly"] is True


async def test_a_course_without_an_entry_comes_with_every_server_of_its_people(site):
    site.write(db101={key: value for key, value in DB101.items() if key not in ("image", "size")})
    assert slugs(site.menu().images) == ["default"]
    pod, made = await site.pod()
    assert {each["name"] for each in made} == {"db-ada-course-db101"}
    assert "/data/db101" in mounts(pod)
    assert "libretexts.org/person-pulls" in pod["metadata"]["annotations"]


async def test_a_grader_brings_ngshare_and_no_shared_volume(site):
    site.write(db101=DB101 | {"grader": True})
    pod, _ = await site.pod(image="course-db101", environment={"JUPYTER_CONFIG_PATH": "/site"})
    config = pod["metadata"]["annotations"]["libretexts.org/nbgrader-config"]
    compile(config, "nbgrader_config.py", "exec")
    assert 'course_id = "db101"' in config
    assert "configureExchange(c, None)" in config
    path = named(pod["spec"]["containers"][0]["env"], "JUPYTER_CONFIG_PATH")["value"]
    assert path == "/site:/opt/libretexts-hub/course"
    assert mounts(pod)["/opt/libretexts-hub/course"]["readOnly"] is True


async def test_the_token_of_a_graders_server_asks_for_its_services_only(site):
    site.write(db101=DB101 | {"grader": True}, other={"grader": True})
    spawner = site.spawner()
    scopes = spawner.server_token_scopes(spawner)
    assert "access:services!service=db101" in scopes
    assert "access:services!service=ngshare" in scopes
    assert not [scope for scope in scopes if "other" in scope or scope == "inherit"]
    nobody = site.spawner(groups=())
    assert nobody.server_token_scopes(nobody) == []  # then JupyterHub's own role holds


async def test_a_change_is_seen_without_a_restart(site):
    assert slugs(site.menu(("course-new",)).images) == ["default"]
    site.write(new={"name": "New", "image": "quay.io/x/new:2"})
    assert slugs(site.menu(("course-new",)).images) == ["default", "course-new"]
    assert site.menu(("course-new",)).image("course-new").reference == "quay.io/x/new:2"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"db101": DB101 | {"image": "defualt"}}, "Did you mean 'default'?"),
        ({"db101": DB101 | {"size": "huge"}}, "'huge' is not one of the sizes"),
        ({"db101": DB101 | {"database": {"use": "postgres"}}}, "'postgres' is not one of the databases"),
        ({"db101": DB101 | {"until": "soon"}}, "Write until: 2027-01-10."),
        ({"db101": {"imgae": "default"}}, "Did you mean 'image'?"),
    ],
)
async def test_a_slip_in_a_new_file_leaves_the_courses_as_they_were(site, caplog, wrong, said):
    assert slugs(site.menu().images) == ["default", "course-db101"]
    with caplog.at_level(logging.ERROR):
        site.write(**wrong)
        for _ in range(3):
            assert slugs(site.menu().images) == ["default", "course-db101"]
    told = [record.getMessage() for record in caplog.records if said in record.getMessage()]
    assert len(told) == 1, caplog.text
    site.write(db101=DB101 | {"name": "Right again"})
    assert site.menu().image("course-db101").name == "Right again"


async def test_a_file_that_was_never_right_costs_nobody_their_server(site):
    site.file.write_text("courses: [\n")
    assert slugs(site.menu().images) == ["default"]


async def test_each_course_has_its_own_disk_and_the_hub_remembers_all(site):
    site.write(db101=DB101, db102=DB101 | {"name": "Databases 102"})
    spawner = site.spawner((*MEMBER, "course-db102"))

    async def make(_spawner, _manifest):
        pass

    site.monkeypatch.setattr("libretexts_hub.hub.sidecar_objects.ensure", make)
    for image in ("course-db101", "course-db102"):
        with as_of(site.day):
            spawner.user_options = {"image": image}
            await spawner.load_user_options()
            await spawner.get_pod_manifest()
    again = site.workshop.spawner("ada", record=Record(state=spawner.get_state()), **SETTINGS)
    kept = again.get_state()["libretexts_databases_apart"]
    assert {each["objects"] for each in kept.values()} == {"db-ada-course-db101", "db-ada-course-db102"}
    assert "libretexts_database" not in again.get_state()


async def test_routes_and_prices_see_the_environment_that_a_course_takes(site):
    spawner = site.spawner(routes={"lab": {"match": {"images": ["default"]}, "place": {}}})
    spawner.user_options = {"image": "course-db101"}
    with as_of(site.day):
        assert spawner._chosen_for_route() == ("default", "gpu", "")


async def test_the_file_of_the_logins_is_the_file_of_the_servers(site):
    """Under a hub the authenticator says it, in a command its section does."""
    for known in ({"authenticator": SimpleNamespace(courses_file=str(site.file))}, {}):
        section = {} if known else {"GitHubOrgAuthenticator": {"courses_file": str(site.file)}}
        config = Config(section | {"LibreTextsSpawner": SETTINGS | {"failed_starts": ""}})
        user = site.spawner().user
        spawner = LibreTextsSpawner(_mock=True, config=config, user=user, orm_spawner=Record(), **known)
        with as_of(site.day):
            assert "course-db101" in slugs(spawner.menu.images)


def test_days_have_length():
    """The end of a course is midnight where the hub is, also when clocks change."""
    assert course_file.midnight(AFTER) - course_file.midnight(LAST) <= timedelta(hours=25)
