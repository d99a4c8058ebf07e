"""Who comes where, and why?"""

import pytest

from libretexts_hub.domain.login_claims import login_claims
from libretexts_hub.domain.routing import choices, decide, explain, places
from libretexts_hub.errors import SelectionError
from tests.domain.sample_routes import asker, parse

GPU = {"groups": ["Physics:GPU"], "sizes": ["gpu"]}
ROUTES = {
    "hpc": {"name": "HPC", "match": GPU},
    "staff": {"match": {"admin": True}},
    "campus": {"match": {"claims": {"email_domain": ["example.edu", "example.org"]}}},
    "lsst": {"match": {"all_groups": ["lsst", "lsst:dm"], "not_groups": ["guest"], "images": ["lsst"]}},
}


@pytest.mark.parametrize(
    ("who", "slug", "reason"),
    [
        pytest.param(asker("physics:gpu", size="gpu"), "hpc", "Physics:GPU, size gpu", id="group-and-size"),
        pytest.param(asker("PHYSICS:gpu", size="gpu"), "hpc", "Physics:GPU", id="folded"),
        pytest.param(asker("physics:gpu", size="small"), "", "hpc is for the size gpu", id="other-size"),
        pytest.param(asker("physics:gpu2", size="gpu"), "", "hpc asks for physics:gpu", id="other-group"),
        pytest.param(asker(size="gpu"), "", "hpc asks for physics:gpu", id="no-group"),
        pytest.param(asker(admin=True), "staff", "administrator", id="admin"),
        pytest.param(
            asker("physics:gpu", size="gpu", admin=True), "hpc", "Physics:GPU", id="first-match-wins"
        ),
        pytest.param(
            asker(claims={"email_domain": ("example.org",)}), "campus", "email_domain example.org", id="claim"
        ),
        pytest.param(asker(claims={"email_domain": ("x.example.org",)}), "", "campus asks for", id="domain"),
        pytest.param(asker("lsst", "lsst:dm", image="lsst"), "lsst", "lsst, lsst:dm, not in", id="all"),
        pytest.param(asker("lsst", image="lsst"), "", "lsst asks for lsst:dm", id="not-all"),
        pytest.param(
            asker("lsst", "lsst:dm", "Guest", image="lsst"), "", "lsst shuts out guest", id="shut-out"
        ),
        pytest.param(asker("lsst", "lsst:dm", image="r"), "", "lsst is for the image lsst", id="other-image"),
    ],
)
def test_where_it_runs(who, slug, reason):
    decision = decide(parse(ROUTES), who)
    assert decision.slug == slug
    assert reason in decision.reason


def test_no_routes_are_false_and_decide_nothing():
    assert not parse({})
    assert decide(parse({}), asker()).route is None


def test_order_sorts_and_null_takes_away():
    routes = {"a": {"order": 2}, "b": {"order": 1, "match": {"groups": ["x"]}}, "c": None}
    assert [route.slug for route in parse(routes).ordered] == ["b", "a"]
    as_list = [{"slug": "a", "order": 2}, {"slug": "b", "order": 1, "match": {"groups": ["x"]}}]
    assert parse(as_list) == parse(routes)


def test_the_group_is_spelled_as_the_operator_does():
    assert decide(parse(ROUTES), asker("physics:gpu", size="gpu")).groups == ("Physics:GPU",)


def test_the_default_takes_the_rest_and_says_why():
    decision = decide(parse({**ROUTES, "rest": {}}, "rest"), asker())
    assert decision.slug == "rest"
    assert "no other one matches; hpc asks for physics:gpu" in decision.reason


def test_whom_no_route_takes_is_refused_without_naming_groups():
    with pytest.raises(SelectionError) as refused:
        decide(parse(ROUTES, refuse_unrouted=True), asker())
    assert "hpc asks for physics:gpu" in str(refused.value)
    assert "physics" not in refused.value.jupyterhub_message


def test_every_route_is_explained():
    assert explain(parse(ROUTES), asker("physics:gpu", size="gpu"))[:2] == [
        "hpc: Physics:GPU, size gpu",
        "staff: no, it is for administrators",
    ]


# A choice of routes
# ---------------------------------------------------------------------------------------------

CHOICE = {
    "fast": {"choose": True, "match": {"groups": ["a"]}},
    "cheap": {"choose": True, "match": {"groups": ["a", "b"]}},
    "gpu": {"choose": True, "match": {"groups": ["a"], "sizes": ["gpu"]}},
    "other": {"match": {"groups": ["c"]}},
}


@pytest.mark.parametrize(
    ("groups", "chosen", "slug"),
    [
        pytest.param(["a"], "", "fast", id="none-picked"),
        pytest.param(["a"], "cheap", "cheap", id="second"),
        pytest.param(["a"], "fast", "fast", id="first"),
        pytest.param(["b"], "cheap", "cheap", id="the-only-one"),
        pytest.param(["c"], "other", "other", id="what-it-is-anyway"),
    ],
)
def test_a_picked_route(groups, chosen, slug):
    assert decide(parse(CHOICE), asker(*groups), chosen=chosen).slug == slug


@pytest.mark.parametrize(
    ("groups", "chosen", "words"),
    [
        pytest.param(["b"], "fast", "Choose cheap", id="not-theirs"),
        pytest.param(["a"], "gpu", "Choose fast or cheap", id="not-this-size"),
        pytest.param(["a", "c"], "other", "Choose", id="not-offered"),
        pytest.param(["a"], "nothing", "Choose", id="unknown"),
        pytest.param([], "fast", "Leave the route out", id="nothing-to-choose"),
    ],
)
def test_a_route_that_is_not_offered(groups, chosen, words):
    with pytest.raises(SelectionError, match="not a place") as refused:
        decide(parse(CHOICE), asker(*groups), chosen=chosen)
    assert words in refused.value.jupyterhub_message
    assert refused.value.where == "route"


def test_the_page_offers_what_is_open_to_a_person():
    assert [route.slug for route in choices(parse(CHOICE), asker("a"))] == ["fast", "cheap", "gpu"]
    assert choices(parse(CHOICE), asker("b")) == ()
    assert choices(parse(CHOICE), asker("c")) == ()


def test_a_first_match_without_choose_is_the_one_to_take():
    routes = parse({"exam": {"match": {"groups": ["exam"]}}, **CHOICE})
    assert choices(routes, asker("exam", "a")) == ()
    with pytest.raises(SelectionError):
        decide(routes, asker("exam", "a"), chosen="fast")


def test_the_page_says_where_each_choice_of_a_person_runs():
    routes = parse(
        {
            "gpu": {"match": {"groups": ["lab"], "images": ["torch"]}},
            "hpc": {"match": {"groups": ["hpc"]}},
            "lab": {"match": {"groups": ["lab"]}},
            "late": {"match": {"sizes": ["small"]}},
            "rest": {},
        },
        "rest",
    )
    assert [route.slug for route in places(routes, asker("lab"))] == ["gpu", "lab"]
    assert [route.slug for route in places(routes, asker())] == ["late", "rest"]
    assert places(parse({}), asker()) == ()


# Claims of the login
# ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth_state", "claims"),
    [
        pytest.param(None, {}, id="none"),
        pytest.param("x", {}, id="text"),
        pytest.param(
            {"access_token": "t", "github_user": {"login": "Ann"}}, {"login": ("ann",)}, id="github"
        ),
        pytest.param(
            {"google_user": {"email": "A@Example.EDU", "email_verified": True, "hd": "example.edu"}},
            {
                "email": ("a@example.edu",),
                "email_verified": ("true",),
                "hd": ("example.edu",),
                "email_domain": ("example.edu",),
            },
            id="google",
        ),
        pytest.param(
            {"oauth_user": {"email": "a@b.c", "email_verified": False, "email_domain": "b.c"}},
            {"email_verified": ("false",)},
            id="unverified",
        ),
        pytest.param(
            {"user_info": {"email": "none", "email_domain": "forged"}}, {"email": ("none",)}, id="no-domain"
        ),
        pytest.param(
            {"user_info": {"isMemberOf": ["A", 3, {"x": 1}], "n": None, "e": ""}},
            {"isMemberOf": ("a", "3")},
            id="lists",
        ),
    ],
)
def test_what_the_login_says(auth_state, claims):
    assert login_claims(auth_state) == claims
