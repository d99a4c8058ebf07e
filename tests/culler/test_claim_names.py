"""Are the names of claims those that KubeSpawner gives? Compared with the installed one, for any name."""

import hypothesis.strategies as st
from hypothesis import given, settings
from kubespawner import slugs

from libretexts_hub.domain.claim_names import escape_slug, label_of, names

people = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80) | st.from_regex(
    r"[a-z0-9-]{1,70}", fullmatch=True
)
servers = st.just("") | people


def kubespawner_names(user, server, scheme):
    """As `KubeSpawner._expand_user_properties` has them, without a spawner."""
    safe_user = slugs.safe_slug(user, max_length=48)
    safe_server = slugs.safe_slug(server, max_length=48) if server else ""
    if scheme == "escape":
        return slugs.escape_slug(user) + (f"--{slugs.escape_slug(server)}" if server else "")
    if len(safe_user) + len(safe_server) + 2 > 48:
        return slugs.multi_slug([user, server], max_length=48)
    return f"{safe_user}--{safe_server}" if server else safe_user


@given(people, servers)
@settings(max_examples=150, deadline=None)
def test_claims_have_the_names_of_kubespawner(user, server):
    wanted = [f"claim-{kubespawner_names(user, server, each)}".rstrip("-") for each in ("safe", "escape")]
    assert list(names("claim-{user_server}", user, server)) == wanted


@given(people)
@settings(max_examples=100, deadline=None)
def test_labels_and_escapes_are_those_of_kubespawner(user):
    assert escape_slug(user) == slugs.escape_slug(user)
    assert label_of(user) == slugs.safe_slug(user, is_valid=slugs.is_valid_label)
