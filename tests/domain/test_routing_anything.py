"""Is anything at all that an operator writes either taken or refused in words? And any group and name?"""

from hypothesis import given, settings
from hypothesis import strategies as st

from libretexts_hub.domain.login_claims import login_claims
from libretexts_hub.domain.placed_pod import placed, placeholders_of, values_for
from libretexts_hub.domain.placement import PLACE_KEYS
from libretexts_hub.domain.placement_check import excess
from libretexts_hub.domain.pod_fields import FIELDS
from libretexts_hub.domain.route_match import MATCH_KEYS
from libretexts_hub.domain.routing import choices, decide, explain
from libretexts_hub.errors import ConfigurationError, SelectionError
from tests.domain.sample_routes import POD, asker, parse

WORDS = (
    *("limit", "person", "total", "required", "preferred", "weight", "preference", "matchExpressions"),
    *("key", "operator", "values", "value", "effect", "In", "Exists", "Gt", "NoSchedule", "claim", "mount"),
    *("nfs", "server", "path", "source", "sub_path", "resource", "count", "notebook", "resources", "limits"),
    *(
        "cpu",
        "memory",
        "nvidia.com/gpu",
        "example.org/a",
        "a",
        "/a",
        "{group}",
        "{username}",
        "{",
        "1",
        "2Gi",
    ),
    *("30m", "node_selector", "email_domain", "true", ""),
)
texts = st.sampled_from(WORDS) | st.text(max_size=6)
scalars = st.none() | st.booleans() | st.integers(-2, 100) | st.floats(allow_nan=True) | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.integers(0, 2), inner, max_size=3),
    max_leaves=10,
)
pods = st.dictionaries(st.sampled_from([*FIELDS, "containers"]), anything, max_size=3)
places = st.dictionaries(
    st.sampled_from(PLACE_KEYS), anything | st.fixed_dictionaries({}, optional={}), max_size=3
)
matches = st.dictionaries(st.sampled_from(MATCH_KEYS), anything | st.lists(texts, max_size=2), max_size=3)
routes = st.dictionaries(
    st.sampled_from(["a", "b"]) | texts,
    st.fixed_dictionaries(
        {}, optional={"match": matches, "place": places, "choose": st.booleans(), "order": st.integers(0, 3)}
    )
    | anything,
    max_size=2,
)


def taken_or_refused(written):
    """The routes, None where they were refused with a place."""
    refused = None
    try:
        return parse(written)
    except ConfigurationError as error:
        refused = error
    assert refused.where.startswith("c.X.routes")
    assert refused.fix
    return None


@settings(max_examples=400, deadline=None)
@given(raw=routes, pod=pods)
def test_anything_is_taken_or_refused_in_words(raw, pod):
    for written in (raw, {"a": {"place": {"pod": pod}}}):
        parsed = taken_or_refused(written)
        if parsed is None:
            continue
        who = asker("a", "{group}", size="a", claims={"email_domain": ("a",)})
        explain(parsed, who)
        choices(parsed, who)
        decision = decide(parsed, who)
        names = dict.fromkeys(placeholders_of(decision.route), "x") if decision.route else {}
        try:
            made = placed(POD, decision, values_for(decision, names))
        except ConfigurationError:
            continue
        assert excess(made, made, parsed, None, "x") == []


@settings(max_examples=200, deadline=None)
@given(groups=st.lists(st.text(max_size=80).filter(str.strip), min_size=1, max_size=3), chosen=st.text())
def test_any_group_has_a_label_and_a_directory_of_its_own(groups, chosen):
    place = {
        "labels": {"team": "{group}"},
        "volumes": {"v": {"claim": "g-{group}", "mount": "/shared/{group}", "sub_path": "{group}"}},
    }
    parsed = parse({"r": {"match": {"groups": groups}, "place": place}})
    decision = decide(parsed, asker(groups[0].upper().lower(), groups[0]))
    pod = placed(POD, decision, values_for(decision, {}))
    mounts = [each["mountPath"] for each in pod["spec"]["containers"][0]["volumeMounts"]]
    assert len(mounts) == len(set(mounts))
    assert all(each.count("/") == 2 and ".." not in each for each in mounts)
    words = ""
    try:
        decide(parsed, asker(*groups), chosen=chosen)
    except SelectionError as error:
        words = error.jupyterhub_message
    assert words.isprintable()


@settings(max_examples=200, deadline=None)
@given(state=anything | st.fixed_dictionaries({"oauth_user": anything, "user_info": anything}))
def test_any_auth_state_is_read(state):
    for name, values in login_claims(state).items():
        assert isinstance(name, str)
        assert all(isinstance(each, str) and each for each in values)
