"""Do the formgrader of a course and ngshare run in the cluster, and for whom do they open?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from yarl import URL

from libretexts_hub.cli import main
from libretexts_hub.clients.ngshare import Ngshare
from libretexts_hub.demo.visitor import VisitError
from tests.cluster.running import running_cluster
from tests.helm.chart_files import CHART, EXAMPLES
from tests.helm.release import Release, site_values
from tests.servers.hub import PASSWORD
from tests.servers.target import fresh_namespace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from libretexts_hub.demo.visitor import Answer, Visitor

pytestmark = [pytest.mark.helm, pytest.mark.real_cluster, pytest.mark.timeout(420)]
COURSES = """
courses:
  db101:
    name: Databases 101
    instructors: [prof1]
    members: {people: [student1]}
    grader: true
"""
# As the login with a provider gives them; a hub with one shared password has to be told.
GROUPS = {
    "course-db101": {"users": ["prof1", "student1"]},
    "course-db101-instructors": {"users": ["prof1"]},
    "formgrade-db101": {"users": ["prof1"]},
    "nbgrader-db101": {"users": ["prof1", "student1"]},
}
# Kubernetes puts the address in; what the objects have is a name, for which the tests' cluster has no server.
HUB, HUB_BY_ADDRESS = "http://hub:8081", "http://$(HUB_SERVICE_HOST):8081"
PORT = 8080
NGSHARE = f"""
apiVersion: v1
kind: Service
metadata: {{name: ngshare}}
spec: {{selector: {{app: ngshare}}, ports: [{{port: {PORT}}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: ngshare}}
spec:
  selector: {{matchLabels: {{app: ngshare}}}}
  template:
    metadata: {{labels: {{app: ngshare}}}}
    spec:
      containers:
        - name: ngshare
          image: IMAGE
          command: [python3, -m, ngshare, --admins=prof1]
          args: ["--database=sqlite:////tmp/ngshare.db", --storage=/tmp/files]
          readinessProbe: {{httpGet: {{path: /healthz, port: {PORT}}}, periodSeconds: 1}}
          env:
            - {{name: JUPYTERHUB_SERVICE_PREFIX, value: /services/ngshare/}}
            - {{name: JUPYTERHUB_SERVICE_URL, value: "http://0.0.0.0:{PORT}"}}
            - {{name: JUPYTERHUB_API_URL, value: "{HUB}/hub/api"}}
            - {{name: JUPYTERHUB_CLIENT_ID, value: service-ngshare}}
            - name: JUPYTERHUB_API_TOKEN
              valueFrom: {{secretKeyRef: {{name: hub, key: hub.services.ngshare.apiToken}}}}
"""


@pytest.fixture
def release(real, helm_program, kubectl_program) -> Iterator[Release]:
    with fresh_namespace(real, "course") as space:
        yield Release(helm_program, kubectl_program, space)


@pytest.fixture
def courses(tmp_path) -> Path:
    path = tmp_path / "courses.yaml"
    path.write_text(COURSES)
    return path


@pytest.fixture
def printed(capsys):
    """The YAML documents that a command prints."""

    def run(*words: str) -> list[Any]:
        capsys.readouterr()
        assert main([*words]) == 0
        return list(yaml.safe_load_all(capsys.readouterr().out))

    return run


def applied(release: Release, folder: Path, documents: list[Any]) -> None:
    text = yaml.safe_dump_all(documents).replace(HUB, HUB_BY_ADDRESS)
    (folder / "objects.yaml").write_text(text)
    release.kubectl("apply", "--filename", folder / "objects.yaml")


async def token_of(person: Visitor) -> str:
    made = await person.hub_api("POST", f"users/{person.name}/tokens", {"note": "a test"})
    return made["token"]


async def test_they_open_to_whom_they_are_for(release, courses, printed, tmp_path, monkeypatch):
    cluster = running_cluster()
    if not cluster.grader_image:
        pytest.skip("this cluster has no image with nbgrader; LIBRETEXTS_HUB_GRADER_IMAGE names one")
    ngshare = list(yaml.safe_load_all(NGSHARE.replace("IMAGE", cluster.grader_image)))
    words = ("courses", "graders", str(courses), "--image", cluster.grader_image, "--storage=64Mi")
    # The Services first: the hub is told their addresses.
    applied(release, tmp_path, [each for each in (*ngshare, *printed(*words)) if each["kind"] == "Service"])
    at_ngshare = f"http://{release.address('ngshare')}:{PORT}"

    [values] = printed("courses", "values", str(courses))
    site = site_values(cluster)
    site["hub"] |= values["hub"]
    site["hub"]["services"]["db101"]["url"] = f"http://{release.address('formgrader-db101')}:8888"
    site["hub"]["services"]["ngshare"] = {"url": at_ngshare}
    site["hub"]["config"]["JupyterHub"]["load_groups"] = GROUPS
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(site))
    files = (f"--values={EXAMPLES / 'values.yaml'}", f"--values={tmp_path / 'site.yaml'}")
    release.helm("install", "hub", CHART, *files, "--wait", "--timeout=4m")
    exchange = f"{at_ngshare}/services/ngshare"
    applied(release, tmp_path, [*ngshare, *printed(*words, "--exchange", exchange)])
    for name in ("ngshare", "formgrader-db101"):
        release.kubectl("rollout", "status", f"deployment/{name}", "--timeout=120s")

    async with release.visitor() as teacher, release.visitor() as student:
        await teacher.login("prof1", PASSWORD)
        await student.login("student1", PASSWORD)
        grader = teacher.hub.join(URL("/services/db101/formgrader"))
        assert "Manage Assignments" in (await opened(teacher, grader)).html
        with pytest.raises(VisitError) as refused:
            await opened(student, grader)
        assert refused.value.status == 403

        monkeypatch.setenv("NGSHARE_TOKEN", await token_of(teacher))
        through_the_proxy = f"http://{release.address('proxy-public')}/services/ngshare"
        words = ["courses", "exchange", str(courses), "--url", through_the_proxy]
        assert await asyncio.to_thread(main, words) == 0
        async with Ngshare(through_the_proxy, await token_of(student)) as asked:
            assert await asked.courses() == ["db101"]


async def opened(person: Visitor, url: URL) -> Answer:
    """The page. A Deployment without a probe is there before its program listens."""
    deadline = asyncio.get_running_loop().time() + 90
    while True:
        try:
            return await person.open(url)
        except VisitError as refused:
            if (refused.status or 0) < 500 or asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.5)
