"""Does a name at a provider become a pod, a claim and a file that are sound, or a refusal in words?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.denial import Denied
from libretexts_hub.domain.login_names import normal_name
from libretexts_hub.hub.pod_json import as_json
from libretexts_hub.local_cluster.kubelet.expansion import expand
from libretexts_hub.local_cluster.validation.errors import Errors
from libretexts_hub.local_cluster.validation.metadata import validate_metadata
from libretexts_hub.local_cluster.validation.pod import validate_pod
from libretexts_hub.local_cluster.validation.strategy import prepare_create
from tests.hub.workshop import NOWHERE, Record, Workshop
from tests.security.strategies import MARK, examples, in_words, lines, nasty
from tests.servers.provision_settings import UID_AND_GROUPS_OF_GITHUB

GROUP = "physics:gpu"
SETTINGS = {
    "image": "example.org/lab:1",
    "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}],
    "volume_mounts": [{"name": "home", "mountPath": "/home/jovyan"}],
    "provision": {
        **UID_AND_GROUPS_OF_GITHUB,
        "git": {"host": "github.com"},
    },
}
MADE_BY_US = re.compile(r"\$\((DATABASE_PASSWORD|DATABASE_ROOT_PASSWORD)\)")


@pytest.fixture(scope="module")
def workshop(loop, tmp_path_factory):
    kubeconfig = tmp_path_factory.mktemp("names") / "kubeconfig"
    kubeconfig.write_text(NOWHERE)

    async def made(patched) -> Workshop:
        return Workshop(kubeconfig, patched)

    with pytest.MonkeyPatch.context() as patched:
        workshop = loop.run_until_complete(made(patched))
        yield workshop
        loop.run_until_complete(workshop.close())


def known_as(raw: str) -> str:
    """The hub's name for who is called so; empty for a refusal, which is in words."""
    try:
        return normal_name(raw)
    except Denied as error:
        in_words(error)
        return ""


def routes(group: str) -> dict:
    place = {
        "labels": {"example.org/owner": "{username}", "example.org/group": "{group}"},
        "annotations": {"example.org/typed": "{unescaped_username} {unescaped_group}"},
        "environment": {"WHO": "{unescaped_username} of {unescaped_group}"},
    }
    return {"hpc": {"match": {"groups": [group]}, "place": place}}


async def pod_of(
    workshop, name: str, *, server: str = "", group: str = GROUP, state: dict | None = None
) -> dict:
    """What would be created for this person."""
    spawner = workshop.spawner(
        name, groups=(group,), record=Record(name=server), routes=routes(group), **SETTINGS
    )
    await spawner.run_auth_state_hook(state or {"github_user": {"id": 5001, "name": name}})
    await spawner._run_apply_user_options({})
    await spawner.load_user_options()
    return as_json(await spawner.get_pod_manifest())


def check(pod: dict, *, person: str) -> None:
    """The API server takes it, and nothing in it is read for more than it is."""
    errors = Errors()
    prepare_create("pods", pod)
    validate_metadata("pods", pod["metadata"], errors)
    validate_pod(pod, errors)
    assert errors.causes == []
    for container in [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]:
        seen: dict[str, str] = {}
        for each in container.get("env", ()):
            if "value" in each:
                # Nobody has a variable of such a name; and where somebody had, it would be their own.
                assert expand(each["value"], {MARK: "read", "X": "read"}).count("read") == 0 or MARK in person
                seen[each["name"]] = each["value"]
    notes = pod["metadata"]["annotations"]
    passwd, group = notes["libretexts.org/person-passwd"], notes["libretexts.org/person-group"]
    assert re.fullmatch(r"[a-z0-9._-]{1,32}:x:5001:5001:[^:\n]*:/[^:\n]*:/[^:\n]*\n", passwd), passwd
    assert all(re.fullmatch(r"[a-z0-9._-]{1,32}:x:[0-9]+:[a-z0-9._-]*", line) for line in group.splitlines())
    check_git(notes["libretexts.org/person-gitconfig"])


def check_git(text: str) -> None:
    """Sections and keys are ours, and each value ends where its line ends."""
    written = text.splitlines()
    assert "".join(f"{line}\n" for line in written) == text
    assert written[:3] == ["[include]", "\tpath = /etc/gitconfig", "[user]"]
    for line, key in zip(written[3:], ("name", "email"), strict=False):
        assert re.fullmatch(rf'\t{key} = "(?:[^"\\]|\\["\\])*"', line), line
    assert len(written) <= 5


@examples(12)
@given(raw=nasty())
def test_a_login_name(loop, workshop, raw):
    if name := known_as(raw):
        assert known_as(name) == name
        pod = loop.run_until_complete(pod_of(workshop, name))
        check(pod, person=name)
        assert pod["metadata"]["annotations"]["hub.jupyter.org/username"] == name
        env = {each["name"]: each.get("value") for each in pod["spec"]["containers"][0]["env"]}
        assert expand(env["JUPYTERHUB_USER"], env) in (name, name.replace("$$", "$"))


@examples(7)
@given(server=lines(), group=lines())
def test_the_name_of_a_server_and_of_a_group(loop, workshop, server, group):
    # A group that is nothing but space is refused when the route is read.
    if group.strip():
        pod = loop.run_until_complete(pod_of(workshop, "ben", server=server, group=group))
        check(pod, person=server + group)


@examples(12)
@given(
    name=nasty(),
    email=nasty(),
    login=lines(encodable=False),
    teams=st.lists(st.tuples(lines(encodable=False), lines(encodable=False)), max_size=3),
)
def test_what_a_provider_says_of_somebody(loop, workshop, name, email, login, teams):
    state = {
        "github_user": {"id": 5001, "name": name, "email": email, "login": login},
        "teams": [
            {"id": number, "slug": slug, "organization": {"login": owner}}
            for number, (owner, slug) in enumerate(teams, 7)
        ],
    }
    check(loop.run_until_complete(pod_of(workshop, "ben", state=state)), person="ben")


@examples(20)
@given(one=nasty(), other=nasty())
def test_two_names_meet_only_where_they_are_one(one, other):
    first, second = known_as(one), known_as(other)
    assert (
        not first or not second or (first == second) == (known_as(first.upper()) == known_as(second.upper()))
    )
