"""Is a server what its person chose, where it belongs, and theirs: seen from inside the pod?"""

from __future__ import annotations

import base64
import contextlib
import json

from libretexts_hub.demo.browser import VisitError
from tests.servers.namespace_objects import eventually
from tests.site import people
from tests.site.test_logins import BUTTONS
from tests.site.values import COURSE_GROUP, GPU, POOL, ROWS
from tests.site.visits import MARKS, Guest, stop_server

pytestmark = MARKS
CELLS = (
    "%load_ext sql",
    "%sql SELECT count(*) AS counted, max(number) AS highest FROM stars",
    "!git init --quiet --initial-branch=main work",
    "!cd work && git pull --quiet {url} main && date > homework-{who}.txt && git add .",
    "!cd work && git commit --quiet -m 'homework of {who}'",
    "!cd work && git push --quiet {url} main && echo pushed it",
)
LOOK = """
id -u; id -un; id -G
stat -c %u . ; git config --get user.name; git config --get user.email
echo "$JUPYTERHUB_USER"
cat db101/lesson.md
python3 -c '
import os, sqlalchemy
with sqlalchemy.create_engine(os.environ["DATABASE_URL"]).connect() as connection:
    print(connection.execute(sqlalchemy.text("SELECT count(*) FROM stars")).scalar())'
"""


async def run_notebook(site, name: str, cells) -> str:
    """What a notebook of these cells says when it is run from top to bottom in the person's server."""
    written = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None}
        for text in cells
    ]
    notebook = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    await site.inside(name, "cat > course.ipynb", text=json.dumps(notebook))
    execute = "jupyter nbconvert --to notebook --execute --stdout course.ipynb 2> /tmp/log || cat /tmp/log"
    return await site.inside(name, execute)


async def node_of(site, name: str) -> dict[str, str]:
    node = (await site.pod(name))["spec"]["nodeName"]
    return json.loads(await site.kubectl("get", "node", node, "-o", "json"))["metadata"]["labels"]


async def test_a_student_starts_the_course_in_a_browser_and_sees_lab(site, window):
    await stop_server(site, people.STUDENT)
    opened = await window()
    await opened.log_in(people.STUDENT, BUTTONS["github"])
    await opened.menu()
    await opened.choose("image", "course-db101")
    said = await opened.start(people.STUDENT)
    assert (
        "A machine was found. Your files are being attached." in said or "The database is starting" in said
    ), said
    await opened.page.wait_for_selector(".jp-LauncherCard")
    assert "db101" in await opened.text(".jp-DirListing")


async def test_in_the_students_pod_everything_is_theirs(site, student):
    seen = (await site.inside("github-fry", LOOK)).split("\n")
    groups = set(map(int, seen[2].split()))
    assert seen[0] == "1005001"
    assert {1_005_001, COURSE_GROUP, 1_000_000_001, 1_000_000_002} <= groups
    assert seen[3:7] == ["1005001", "Fry", "fry@example.org", "github-fry"]
    assert "# Lesson one" in seen
    assert str(ROWS) in seen
    pod = await site.pod("github-fry")
    assert pod["metadata"]["labels"]["libretexts.org/route"] == "campus"
    assert pod["metadata"]["labels"]["app.kubernetes.io/component"] == "singleuser-server"
    assert (await node_of(site, "github-fry"))[POOL] == "campus"


async def test_a_notebook_asks_the_database_and_pushes_with_git(site, student):
    cells = [each.replace("{url}", site.servers.git.url).replace("{who}", "fry") for each in CELLS]
    told = await run_notebook(site, "github-fry", cells)
    assert f"<td>{ROWS}</td>" in told, told
    assert "pushed it" in told, told
    assert "Fry <fry@example.org> homework of fry" in site.servers.git.log()


async def test_the_students_token_is_nowhere(site, student):
    tokens = [token for token, (login, _) in site.servers.github.tokens.items() if login == "fry"]
    objects = await site.kubectl("get", "pods,secrets,configmaps,events,pvc", "-o", "yaml")
    disk = "grep -rlsF -f - --exclude-dir=proc --exclude-dir=sys / 2>/dev/null || true"
    assert await site.inside("github-fry", disk, text="\n".join(tokens)) == ""
    hub_files = [path.read_bytes() for path in site.hub.folder.rglob("*") if path.is_file()]
    for token in tokens:
        encoded = base64.b64encode(token.encode()).decode()[:20]
        assert token not in objects
        assert encoded not in objects
        assert not any(token.encode() in content for content in hub_files)


async def test_an_instructor_starts_it_too_with_the_root_account(site, window):
    opened = await window()
    await opened.log_in(people.INSTRUCTOR, BUTTONS["campus"])
    await opened.menu()
    await opened.choose("image", "course-db101")
    await opened.start(people.INSTRUCTOR)
    assert (await site.inside("kif", "id -u; id -un")).split() == ["20001", "kif"]
    seen = await site.inside("kif", "printenv DATABASE_ROOT_USER; cat db101/lesson.md")
    assert seen.startswith("root\n# Lesson one")
    told = await run_notebook(site, "kif", CELLS[:2])
    assert f"<td>{ROWS}</td>" in told, told
    # Their login is not that of the host, so git has nothing to push with, and says so instead of hanging.
    pushing = "cd db101 && touch x && git add x && git commit -qm x && timeout 30 git push 2>&1; true"
    assert "you log in here with another service than that of" in await site.inside("kif", pushing)
    await stop_server(site, people.INSTRUCTOR)


async def test_a_researcher_lands_on_the_tainted_node_of_their_queue(site, window):
    opened = await window()
    await opened.log_in(people.RESEARCHER, BUTTONS["google"])
    await opened.menu()
    await opened.choose("size", "gpu")
    await opened.start(people.RESEARCHER)
    pod = await site.pod("google-cubert")
    assert pod["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "physics"
    assert pod["metadata"]["labels"]["libretexts.org/route"] == "hpc"
    node = await node_of(site, "google-cubert")
    assert (node[POOL], node["type"]) == ("hpc", "kwok")
    [notebook] = [each for each in pod["spec"]["containers"] if each["name"] == "notebook"]
    assert notebook["resources"]["limits"][GPU] == "1"
    await stop_server(site, people.RESEARCHER)


async def test_a_visitor_runs_the_very_image_that_they_chose(site, window):
    opened = await window()
    await opened.log_in(people.VISITOR, BUTTONS["cilogon"])
    await opened.menu()
    await opened.choose("image", "statistics:3.7.3")
    await opened.start(people.VISITOR)
    pod = await site.pod("cilogon-nibbler")
    [notebook] = [each for each in pod["spec"]["containers"] if each["name"] == "notebook"]
    assert ":3.7.3@sha256:" in notebook["image"]
    assert len(pod["spec"]["containers"]) == 1
    assert (await site.inside("cilogon-nibbler", "id -u; printenv JUPYTER_IMAGE_SPEC")).split()[0] == "60000"
    assert not await site.inside("cilogon-nibbler", "printenv DATABASE_URL || true")
    await stop_server(site, people.VISITOR)


async def test_nobody_without_the_right_gets_there_by_the_api(site):
    """The chart answers a start before it is decided (`slow_spawn_timeout: 0`); it is refused still."""
    before = len(site.logged())
    async with Guest(site.hub.url) as guest:
        await guest.log_in(people.VISITOR)
        for choice, named in ({"size": "gpu"}, "gpu"), ({"image": "course-db101"}, "course-db101"):

            async def is_refused(words: str = f'Bad Request ("{named}" is not ') -> bool:
                return words in site.logged()[before:]

            with contextlib.suppress(VisitError):
                await guest.hub_api("POST", f"users/{people.VISITOR.name}/server", choice)
            await eventually(f"{choice} is refused", is_refused)
        assert await site.objects.pods(people.VISITOR.name) == []
        assert not await guest.servers()


async def test_the_hub_has_the_charts_rights_and_no_others(site, student):
    """What the Role grants is what the chart grants. To take a mark off a home needs more, as is documented.

    The hub tries it, and the culler's next run does it.
    """
    role = json.loads(await site.kubectl("get", "role", "hub", "-o", "json"))
    granted = {resource: set(rule["verbs"]) for rule in role["rules"] for resource in rule["resources"]}
    usual = {"get", "watch", "list", "create", "delete"}
    assert granted == dict.fromkeys(("pods", "persistentvolumeclaims", "secrets", "services"), usual) | {
        "events": {"get", "watch", "list"}
    }

    async def written() -> list[str]:
        account = f"system:serviceaccount:{site.target.namespace}:hub"
        return [line for line in site.servers.cluster.audit_log.read_text().splitlines() if account in line]

    lines = [json.loads(line) for line in await eventually("the audit log has requests of the hub", written)]
    refused = [
        (each["verb"], each["objectRef"]["resource"])
        for each in lines
        if each.get("responseStatus", {}).get("code") in (401, 403)
    ]
    assert set(refused) <= {("patch", "persistentvolumeclaims")}
