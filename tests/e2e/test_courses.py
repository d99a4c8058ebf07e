"""Does a course reach its people on a real hub: menu, links from Canvas, instructors, graders?"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from yarl import URL

from libretexts_hub import templates
from libretexts_hub.demo.visitor import VisitError
from libretexts_hub.domain.failed_start import Seen, record
from libretexts_hub.domain.pull_link import pull_link
from libretexts_hub.hub import failed_start_files
from tests.e2e.conftest import STAND_IN
from tests.servers.hub import ADMIN, ADMIN_PASSWORD, PASSWORD, HubProcess
from tests.servers.hub_config import assignments
from tests.servers.namespace_objects import NamespaceObjects
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from libretexts_hub.demo.visitor import Answer, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

MATERIAL = "https://git.example.edu/teaching/db101"
COURSES = """
courses:
  db101:
    name: Databases 101
    instructors: [prof]
    members: {people: [amy, bea, quinn]}
    image: default
    size: small
    mounts: [{claim: datasets, path: db101, at: /data/db101}]
    grader: true
  other:
    name: Another course
    instructors: [dean]
    members: {people: [zoe]}
    grader: true
"""
AUTHENTICATOR = """
from libretexts_hub.hub.authenticators.login_mixin import LoginMixin
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
class CourseLogin(LoginMixin, SharedPasswordAuthenticator):
    pass
c.JupyterHub.authenticator_class = CourseLogin
"""
SERVICES = """
c.JupyterHub.services = [
    {"name": name, "url": "http://127.0.0.1:1", "api_token": name * 9, "oauth_no_confirm": True}
    for name in ("db101", "other", "ngshare")
]
import libretexts_hub.hub.course_roles
libretexts_hub.hub.course_roles.install(c)
import libretexts_hub.hub.pages
libretexts_hub.hub.pages.install(c)
"""
HOOK = """
def quick_server(spawner, pod):
    pod.spec.containers[0].command = [{python!r}, "-c", {program!r}]
    pod.spec.containers[0].args = []
    return pod
c.KubeSpawner.modify_pod_hook = quick_server
"""


class Course:
    """A hub with courses, and who comes to it."""

    def __init__(self, hub: HubProcess, objects: NamespaceObjects) -> None:
        self.hub, self.objects = hub, objects
        self.file: Path = hub.folder / "courses.yaml"

    @asynccontextmanager
    async def person(self, name: str) -> AsyncIterator[Visitor]:
        async with self.hub.visitor() as visitor:
            await visitor.login(name, ADMIN_PASSWORD if name == ADMIN else PASSWORD)
            yield visitor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def course(embedded, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Course]:
    with fresh_namespace(embedded, "courses") as target:
        folder: Path = tmp_path_factory.mktemp("hub-courses")
        (folder / "courses.yaml").write_text(COURSES)
        settings = {
            "JupyterHub.template_paths": list(templates.__path__),
            "LoginMixin.courses_file": str(folder / "courses.yaml"),
            "LibreTextsSpawner.failed_starts": str(folder / "failed"),
            "KubeSpawner.storage_pvc_ensure": False,
            "KubeSpawner.delete_grace_period": 1,
        }
        extra = assignments(settings) + AUTHENTICATOR + SERVICES
        extra += HOOK.format(python=sys.executable, program=STAND_IN)
        objects = NamespaceObjects(target)
        await objects.create(
            "persistentvolumeclaims",
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": "datasets"},
                "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Mi"}}},
            },
        )
        hub = HubProcess(folder, target, extra=extra, preloaded=True)
        try:
            await hub.start()
            yield Course(hub, objects)
        finally:
            hub.close()


async def menu(person: Visitor) -> str:
    page, _ = await person.spawn_form()
    return page.html


async def arrive(person: Visitor, link: str) -> URL:
    """Open a link as a browser does, wait for the server if there is none, and end where it leads."""
    return await wait_for(person, await person.open(URL(link, encoded=True)))


async def wait_for(person: Visitor, answer: Answer) -> URL:
    if answer.url.path.startswith("/hub/spawn-pending/"):
        await person.wait_until_ready()
        answer = await person.open(answer.url)
    return answer.url


def pulled(url: URL) -> dict[str, list[str]]:
    return parse_qs(url.raw_query_string)


async def test_its_people_have_it_on_their_menu_and_nobody_else_has(course: Course) -> None:
    async with course.person("amy") as amy, course.person("zoe") as zoe:
        assert "Databases 101" in await menu(amy)
        assert "Databases 101" not in await menu(zoe)


async def test_a_link_from_canvas_starts_the_course_and_opens_its_material(course: Course) -> None:
    link = pull_link(
        course.hub.url, MATERIAL, branch="main", folder="db101", file="week 1.ipynb", course="db101"
    )
    async with course.person("amy") as amy:
        end = await arrive(amy, link)
        assert end.path == "/user/amy/git-pull"
        assert pulled(end) == {
            "repo": [MATERIAL],
            "targetpath": ["db101"],
            "branch": ["main"],
            "urlpath": ["lab/tree/db101/week%201.ipynb"],
        }
        [server] = (await amy.servers()).values()
        assert server["user_options"]["image"] == "course-db101"
        [pod] = [each for each in await course.objects.list("pods") if "amy" in each["metadata"]["name"]]
        [mount] = [
            each
            for each in pod["spec"]["containers"][0]["volumeMounts"]
            if each["mountPath"] == "/data/db101"
        ]
        assert (mount["readOnly"], mount["subPath"]) == (True, "db101")
        # Once more, while it runs: nothing is started, and the material is pulled again.
        assert (await arrive(amy, link)).path == "/user/amy/git-pull"
        await amy.stop()


async def test_a_link_without_a_course_lets_a_person_choose_first(course: Course) -> None:
    link = pull_link(course.hub.url, MATERIAL)
    async with course.person("bea") as bea:
        page = await bea.open(URL(link, encoded=True))
        form = next((form for form in page.page.forms if "/spawn" in form.action), None)
        if form is None:  # this hub asks first whether to start it
            page = await bea.open(f"spawn/bea?next={page.url.query.get('next', URL(link).raw_path_qs)}")
            form = next(form for form in page.page.forms if "/spawn" in form.action)
        end = await wait_for(bea, await bea.submit(page, form, {"image": "second"}))
        assert (end.path, pulled(end)["repo"]) == ("/user/bea/git-pull", [MATERIAL])
        await bea.stop()


async def test_a_link_to_a_course_refuses_who_is_not_in_it(course: Course) -> None:
    link = pull_link(course.hub.url, MATERIAL, course="db101")
    async with course.person("zoe") as zoe:
        with pytest.raises(VisitError) as refused:
            await zoe.open(URL(link, encoded=True))
        assert refused.value.status == 400
        assert "Databases" not in refused.value.what
        assert await zoe.servers() == {}


async def test_instructors_are_admins_of_their_course_only(course: Course) -> None:
    async with course.person("quinn") as quinn, course.person("zoe") as zoe, course.person("prof") as prof:
        await quinn.open("home")
        await zoe.open("home")
        names = {each["name"] for each in await prof.hub_api("GET", "users")}
        assert {"quinn", "prof"} <= names
        assert not {"zoe", "dean"} & names
        await prof.open("admin")
        # They may start and stop a server of the course, and of nobody else.
        await prof.hub_api("POST", "users/quinn/server", {"image": "course-db101"})
        await quinn.wait_until_ready()
        await prof.stop(user="quinn")
        for refused in ("users/zoe", "users/zoe/server"):
            with pytest.raises(VisitError) as told:
                await prof.hub_api("POST" if refused.endswith("server") else "GET", refused)
            assert told.value.status in (403, 404)
        with pytest.raises(VisitError):
            await prof.hub_api("POST", "users/zoe/tokens", {})
        with pytest.raises(VisitError):
            await quinn.open("admin")


@pytest.mark.parametrize(
    ("name", "service", "may"),
    [
        ("prof", "db101", True),
        ("amy", "db101", False),
        ("dean", "db101", False),
        ("dean", "other", True),
        ("amy", "ngshare", True),
        ("nobody", "ngshare", False),
    ],
)
async def test_a_grader_opens_to_those_who_teach_its_course(
    course: Course, name: str, service: str, may: bool
) -> None:
    place = f"/services/{service}/oauth_callback"
    async with course.person(name) as person:
        await person.open("home")
        asked = (
            person.hub
            / "api/oauth2/authorize"
            % {
                "client_id": f"service-{service}",
                "redirect_uri": place,
                "response_type": "code",
                "state": "x",
            }
        )
        async with person.request("GET", asked, allow_redirects=False) as response:
            assert response.status == (302 if may else 403), await response.text()
            if may:
                assert response.headers["Location"].startswith(place)


async def test_a_changed_file_is_seen_without_a_restart(course: Course) -> None:
    async with course.person("bea") as bea:

        async def until(*words: str, shown: bool = True) -> None:
            deadline = time.monotonic() + 30
            while [each in await menu(bea) for each in words] != [shown for _ in words]:
                assert time.monotonic() < deadline, words
                await asyncio.sleep(0.2)

        try:
            await until("Databases 101")
            course.file.write_text(COURSES.replace("Databases 101", "Advanced databases"))
            await until("Advanced databases")
            course.file.write_text("courses: [\n")
            deadline = time.monotonic() + 30
            while "Courses stay as they were" not in course.hub.log.read_text():
                assert time.monotonic() < deadline
                await until("Advanced databases")
            ended = COURSES.replace(
                "    instructors: [prof]", "    until: 2026-01-01\n    instructors: [prof]"
            )
            course.file.write_text(ended)
            await until("Advanced databases", "Databases 101", shown=False)
        finally:
            course.file.write_text(COURSES)


async def test_administrators_read_why_a_start_failed_and_instructors_do_not(course: Course) -> None:
    seen = Seen(
        person="amy",
        server="",
        at=time.time(),
        words="The image <b>x</b> can't be pulled: ErrImagePull",
        choice={"image": "course-db101"},
        pod={"metadata": {"name": "jupyter-amy"}, "status": {"phase": "Pending"}},
        logs={"notebook": ["a last line", "<script>alert(1)</script>"]},
    )
    failed_start_files.keep(course.hub.folder / "failed", record(seen))
    async with course.person(ADMIN) as admin, course.person("prof") as prof:
        listed = (await admin.open("why")).html
        assert "why?user=amy&amp;server=" in listed
        assert "a last line" not in listed
        page = (await admin.open("why?user=amy&server=")).html
        assert "The image &lt;b&gt;x&lt;/b&gt; can&#39;t be pulled" in page
        assert "Look at the image&#39;s name" in page
        assert "a last line" in page
        assert "<script>alert" not in page
        assert "No failed start is kept" in (await admin.open("why?user=nobody")).html
        for place in ("why", "why?user=amy"):
            with pytest.raises(VisitError) as refused:
                await prof.open(place)
            assert refused.value.status == 403
