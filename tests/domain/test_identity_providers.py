"""Can two identity providers give two people one name?"""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libretexts_hub.domain.identity_providers import is_owner, parse_providers
from libretexts_hub.errors import ConfigurationError

A, B = "https://idp.a.example/shibboleth", "https://idp.b.example/shibboleth"


def entry(claim="eppn", **fields):
    rule = {key: fields.pop(key) for key in ("action", "domain", "prefix") if key in fields}
    return {"username_derivation": {"username_claim": claim, **rule}, **fields}


def strip(domain, **fields):
    return entry(action="strip_idp_domain", domain=domain, **fields)


def prefix(text):
    return entry(action="prefix", prefix=text)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        pytest.param(strip("a.example"), strip("b.example"), "without a domain", id="both-strip"),
        pytest.param(prefix("x"), prefix("X"), "both begin with x:", id="one-prefix-for-two"),
        pytest.param(entry(), entry("email"), "without a domain", id="both-as-they-are"),
        pytest.param(
            entry(allowed_domains=["a.example"]),
            entry(allowed_domains=["b.example", "A.example"]),
            "names of a.example",
            id="one-domain-at-both",
        ),
        pytest.param(entry(allowed_domains=["*.a.example"]), entry(), "without a domain", id="a-pattern"),
        pytest.param(
            entry(allowed_domains=["a.example"], allow_all=True), entry(), "without a domain", id="allow-all"
        ),
        pytest.param(
            entry(allowed_domains=["a.example"], allowed_domains_claim="email"),
            strip("b.example"),
            "without a domain",
            id="domains-of-another-claim",
        ),
    ],
)
def test_two_that_could_give_one_name_are_refused(one, other, said):
    with pytest.raises(ConfigurationError, match=said) as refused:
        parse_providers({A: one, B: other}, where="c.X.idps")
    assert "prefix" in refused.value.fix
    assert A in str(refused.value)


@pytest.mark.parametrize(
    ("idps", "owner", "name", "may"),
    [
        pytest.param({A: strip("a.example")}, A, "amy@elsewhere.example", True, id="one-alone-gives-any"),
        pytest.param({A: strip("a.example"), B: prefix("b")}, A, "amy", True, id="stripped"),
        pytest.param({A: strip("a.example"), B: prefix("b")}, A, "b:amy", False, id="looks-like-the-other"),
        pytest.param({A: strip("a.example"), B: prefix("b")}, B, "b:amy", True, id="prefixed"),
        pytest.param({A: strip("a.example"), B: prefix("b")}, A, "amy@b.example", False, id="not-its-domain"),
        pytest.param(
            {A: strip("a.example"), B: entry(allowed_domains=["b.example"])},
            B,
            "amy@b.example",
            True,
            id="allowed-domain",
        ),
        pytest.param(
            {A: strip("a.example"), B: entry(allowed_domains=["b.example"])},
            B,
            "amy",
            False,
            id="bare-name-of-the-other",
        ),
        pytest.param({A: strip("a.example")}, B, "amy", False, id="not-configured"),
    ],
)
def test_a_provider_gives_only_names_of_its_own(idps, owner, name, may):
    assert is_owner(parse_providers(idps, where="x"), owner, name) is may


names = st.text(string.ascii_lowercase + "@:.", min_size=1, max_size=12)
entries = st.one_of(
    st.sampled_from(["a.b", "b.a"]).map(strip),
    st.sampled_from(["a", "b", "a:b"]).map(prefix),
    st.lists(st.sampled_from(["a.b", "b.a", "*.a"]), max_size=2).map(
        lambda each: entry(allowed_domains=each)
    ),
)


@given(st.lists(entries, min_size=2, max_size=3), names)
def test_no_name_has_two_owners(written, name):
    idps = {f"https://{number}.example": each for number, each in enumerate(written)}
    try:
        providers = parse_providers(idps, where="x")
    except ConfigurationError:
        return
    assert sum(is_owner(providers, entity_id, name) for entity_id in providers) <= 1
