"""Is every claim tied to exactly its person, or to nobody?"""

import pytest

from libretexts_hub.domain.claim_names import escape_slug, names, tells_people_apart, unescape_slug
from libretexts_hub.domain.claims import Naming, Tied, Untied, claimants, kind_of, tie
from libretexts_hub.domain.culling import Claim, HubServer, HubUser

NAMING = Naming(namespace="hub")


def claim(name, owner="", *, namespace="hub", label="", component="singleuser-storage", **annotations):
    notes = {f"hub.jupyter.org/{key}": value for key, value in annotations.items()}
    notes |= {"hub.jupyter.org/username": owner} if owner else {}
    labels = {"component": component} | ({"hub.jupyter.org/username": label} if label else {})
    return Claim(namespace, name, "uid", "1", labels=labels, annotations=notes)


def person(name, *states, **more):
    servers = tuple(HubServer("" if not n else f"s{n}", state=state) for n, state in enumerate(states))
    return HubUser(name, servers=servers, **more)


@pytest.mark.parametrize(
    ("found", "user", "server", "by"),
    [
        pytest.param(claim("claim-ada", "ada"), person("ada"), "", "name", id="safe"),
        pytest.param(claim("claim-a-2db", "a-b"), person("a-b"), "", "name", id="legacy"),
        pytest.param(claim("claim-ada---8a2a1d4f", "ada"), person("ada"), None, None, id="somebody's hash"),
        pytest.param(
            claim("old", "ada"),
            person("ada", {"pvc_name": "old", "namespace": "hub"}),
            "",
            "state",
            id="state",
        ),
        pytest.param(
            claim("claim-ada--lab", "ada", servername="lab"),
            person("ada"),
            "lab",
            "name",
            id="named, no record",
        ),
        pytest.param(
            claim("claim-ada", "ada", servername="lab"),
            person("ada"),
            "",
            "name",
            id="home made by a named one",
        ),
        pytest.param(claim("claim-bob", "ada"), person("ada"), None, None, id="another's name"),
        pytest.param(claim("claim-ada", "bob"), person("ada"), None, None, id="another's annotation"),
        pytest.param(
            claim("claim-ada", "ada", namespace="x"), person("ada"), None, None, id="other namespace"
        ),
        pytest.param(
            claim("claim-ada", "ada", namespace="hpc"),
            person("ada", {"libretexts_homes": {"claims": {"hpc": "claim-ada"}}}),
            "",
            "state",
            id="namespace of a route",
        ),
        pytest.param(claim("claim-ada", label="ada"), person("ada"), "", "name", id="label alone"),
        pytest.param(claim("claim-ada"), person("ada"), None, None, id="nothing written"),
        pytest.param(
            claim("db-ada", "ada", component="database"),
            person("ada", {"libretexts_database": {"objects": "db-ada", "claims": ["hub"]}}),
            "",
            "state",
            id="database",
        ),
    ],
)
def test_tie(found, user, server, by):
    tied = tie(found, user, NAMING)
    assert (tied == Tied(user.name, server, by)) if by else isinstance(tied, Untied), tied


def test_a_renamed_person_keeps_the_claim_of_the_old_name():
    renamed = person("grace", {"pvc_name": "claim-ada", "namespace": "hub"})
    assert isinstance(tie(claim("claim-ada", "ada"), renamed, NAMING), Untied)
    assert tie(claim("claim-ada", "ada"), renamed, NAMING, absent=frozenset({"ada"})).by == "state"


def test_a_label_of_two_names_is_nobodys_while_both_may_be_there():
    both = claim("claim-a-2db", label="a-2db")
    assert claimants(both) == ("a-2db", "a-b")
    assert isinstance(tie(both, person("a-b"), NAMING), Untied)
    assert tie(both, person("a-b"), NAMING, absent=frozenset({"a-2db"})).user == "a-b"


@pytest.mark.parametrize(
    ("found", "naming"),
    [
        pytest.param(claim("x", "ada", component="data"), NAMING, id="label of others"),
        pytest.param(Claim("hub", "x", "u", "1"), NAMING, id="no labels"),
        pytest.param(claim("shared", "ada"), Naming(homes=("shared",)), id="template without a person"),
        pytest.param(claim("x", "ada"), Naming(homes=("{username}{servername}",)), id="nothing between"),
        pytest.param(claim("x", "ada"), Naming(labels={"release": "hub"}), id="another hub"),
        pytest.param(
            Claim("hub", "x", "u", "1", labels={"component": "singleuser-storage"}, finalizers=("a/b",)),
            NAMING,
            id="held by others",
        ),
    ],
)
def test_what_is_never_touched(found, naming):
    assert isinstance(kind_of(found, naming), Untied)


@pytest.mark.parametrize(
    ("template", "apart"),
    [
        ("claim-{user_server}", True),
        ("claim-{username}", True),
        ("claim-{username}--{servername}", True),
        ("claim-{username}-{servername}", False),
        ("claim-{servername}", False),
        ("claim", False),
        ("claim-{", False),
    ],
)
def test_templates_that_tell_people_apart(template, apart):
    assert tells_people_apart(template) is apart


@pytest.mark.parametrize("name", ["ada", "a-b", "Ada@example.org", "ä#?%/", "", "日本", "a--b", "-"])
def test_a_legacy_name_is_read_again(name):
    assert unescape_slug(escape_slug(name)) == name


def test_a_template_of_fields_that_only_a_hub_fills_gives_no_name():
    assert list(names("claim-{userid}", "ada")) == []
