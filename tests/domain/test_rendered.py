"""Which values of an object are masked, and which reason is given?"""

from copy import deepcopy

import pytest

from libretexts_hub.domain.databases import parse_databases
from libretexts_hub.domain.explanation import why_choice, why_database
from libretexts_hub.domain.network_policy import network_policy, policy_name
from libretexts_hub.domain.rendered import MASK, shown
from libretexts_hub.domain.selection import Selection
from tests.domain.sample_menu import menu_of


def pod(*env, **more):
    """A pod with these variables."""
    return {"kind": "Pod", "spec": {"containers": [{"name": "a", "env": list(env)}], **more}}


def value(name, text):
    """What is shown of a variable."""
    return shown(pod({"name": name, "value": text}), {})["spec"]["containers"][0]["env"][0]["value"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("JUPYTERHUB_API_TOKEN", "abc", MASK),
        ("AWS_SECRET_ACCESS_KEY", "abc", MASK),
        ("db_password", "abc", MASK),
        ("CREDENTIALS", "abc", MASK),
        ("MYSQL_PWD", "$(DATABASE_PASSWORD)", "$(DATABASE_PASSWORD)"),
        ("MYSQL_PWD", "$(A)x", MASK),
        ("EMPTY_TOKEN", "", ""),
        ("PWD", "/home", "/home"),
        ("MONKEY", "ape", "ape"),
        ("TOKEN_URL", "https://x", "https://x"),
        ("PROXY", "http://me:pass@host:1/x?y", f"http://me:{MASK}@host:1/x?y"),
        ("TWO", "a://u:p@h b://u:q@h", f"a://u:{MASK}@h b://u:{MASK}@h"),
        ("DB", "mysql://me:$(PASSWORD)@host/db", "mysql://me:$(PASSWORD)@host/db"),
        ("PLAIN", "http://host:80/a@b", "http://host:80/a@b"),
        ("PORT_TOKEN", 7, MASK),
    ],
)
def test_variables(name, text, expected):
    assert value(name, text) == expected


def test_other_containers_and_references_too():
    made = shown(
        pod(
            {"name": "A_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            initContainers=[{"name": "i", "env": [{"name": "A_TOKEN", "value": "x"}]}, {"name": "none"}],
        ),
        {},
    )
    assert made["spec"]["containers"][0]["env"][0]["valueFrom"]["secretKeyRef"]["key"] == "k"
    assert made["spec"]["initContainers"] == [
        {"name": "i", "env": [{"name": "A_TOKEN", "value": MASK}]},
        {"name": "none"},
    ]


def test_secrets_and_annotations_and_nothing_of_the_argument():
    secret = {
        "kind": "Secret",
        "metadata": {"annotations": {"id": "1", "b": "2"}},
        "data": {"a": "eA=="},
        "stringData": {"b": "x"},
    }
    before = deepcopy(secret)
    assert shown(secret, {"id": "(new)", "absent": "x"}) == {
        "kind": "Secret",
        "metadata": {"annotations": {"id": "(new)", "b": "2"}},
        "data": {"a": MASK},
        "stringData": {"b": MASK},
    }
    assert secret == before


# Network policies ---------------------------------------------------------------------------------------


def policy(**more):
    """Of the class lsst."""
    known = {"namespace": "jhub", "hub_namespace": "jhub", "server_port": 8888, "hub_port": 8081}
    return network_policy("lsst", **known | more)


def test_a_class_reaches_itself_the_hub_and_names():
    spec = policy()["spec"]
    mine = {"podSelector": {"matchLabels": {"libretexts.org/network-class": "lsst"}}}
    assert spec["podSelector"] == mine["podSelector"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert spec["ingress"][0] == {"from": [mine]}
    assert spec["ingress"][1]["ports"] == [{"protocol": "TCP", "port": 8888}]
    assert spec["egress"][0] == {"to": [mine]}
    assert "namespaceSelector" not in str(spec)
    assert {each["port"] for each in spec["egress"][2]["ports"]} == {53}


def test_the_hub_may_be_in_another_namespace():
    made = policy(namespace="hpc")
    hub = {"kubernetes.io/metadata.name": "jhub"}
    assert made["metadata"]["namespace"] == "hpc"
    assert made["spec"]["ingress"][1]["from"][0]["namespaceSelector"] == {"matchLabels": hub}
    assert made["spec"]["egress"][1]["to"][0]["namespaceSelector"] == {"matchLabels": hub}
    assert "namespaceSelector" not in made["spec"]["ingress"][0]["from"][0]


def test_names_of_policies_are_apart():
    names = [policy_name(each) for each in ("lsst", "LSST", "ls.st", "ls_st", "ls-st")]
    assert len(set(names)) == 5
    assert names[0] == "network-class-lsst"
    assert all(name == name.lower() and "_" not in name for name in names)


# Reasons ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, ["image: default, the default of this person's menu", "size: small, the default"]),
        ({"image": "default", "size": "large"}, ["image: default, chosen", "size: large, chosen"]),
        ({"image": "old"}, ["image: default, the successor of old", "size: small, the default"]),
        ({"image": "large"}, ["image: large, chosen", "size: large, the first that this image may have"]),
    ],
)
def test_reasons_of_a_choice(sent, expected):
    lines = why_choice(Selection.parse(sent, menu_of()), sent, "x")
    assert [line for line in lines if line.startswith(("image", "size"))] == expected


def test_reasons_of_versions_and_options():
    sent = {"image": "lsst", "tag": "w_2026_45", "option-dataset": "full"}
    lines = why_choice(Selection.parse(sent, menu_of()), sent, "quay.io/lsst/lab:w_2026_45")
    assert lines[1:] == [
        "tag: w_2026_45, chosen",
        "pulled: quay.io/lsst/lab:w_2026_45, unpinned: its digest is not known here",
        "size: small, the default",
        "option news: on, its default",
        "option dataset: full, chosen",
    ]


DATABASES = {
    "never": {"engine": "mariadb", "image": "x"},
    "shut": {"engine": "mariadb", "image": "x", "everybody": True, "not_groups": ["out"]},
    "both": {"engine": "mariadb", "image": "x", "groups": ["a"], "all_groups": ["b"]},
    "image": {"engine": "mariadb", "image": "x", "groups": ["a"], "images": ["r"]},
    "root": {"engine": "mariadb", "image": "x", "groups": ["c"], "root": {"groups": ["c"]}},
}


@pytest.mark.parametrize(
    ("groups", "image", "expected"),
    [
        (
            "",
            "lab",
            ["database: shut, for everybody; without its root account", "  never: no, it names nobody"],
        ),
        (
            "a out",
            "r",
            [
                "database: image, as a member of a, with the image; without its root account",
                "  never: no, it names nobody",
                "  shut: no, it shuts out out",
                "  both: no, it asks for b",
            ],
        ),
        (
            "out",
            None,
            [
                "database: none",
                "  never: no, it names nobody",
                "  shut: no, it shuts out out",
                "  both: no, it asks for a",
                "  image: no, it asks for a",
                "  root: no, it asks for c",
            ],
        ),
    ],
)
def test_reasons_of_a_database(groups, image, expected):
    databases = parse_databases(DATABASES, where="c")
    assert why_database(databases, frozenset(groups.split()), image) == expected


def test_reasons_of_a_root_account():
    databases = parse_databases(DATABASES, where="c")
    first = why_database(databases, frozenset({"c", "out"}), None)[0]
    assert first == "database: root, as a member of c; with its root account"
