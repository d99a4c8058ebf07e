"""What does each kind of start create? Whole manifests, made by `libretexts-hub render` itself."""

import re

import pytest
import yaml

from libretexts_hub.cli.render import as_yaml
from tests.cli.render_cases import CASES
from tests.golden_files import check_golden_text

VERSIONS = re.compile(r"hub\.jupyter\.org/(?:kubespawner|jupyterhub)-version")


def normalised(out: str) -> str:
    """Without what is of an installation (its versions), and without the start script of a database, which
    has tests of its own."""
    documents = list(yaml.safe_load_all(out))
    for document in documents:
        notes = document["metadata"].get("annotations", {})
        notes.update({key: "(of this hub)" for key in notes if VERSIONS.fullmatch(key)})
        for container in document.get("spec", {}).get("initContainers", []) + document.get("spec", {}).get(
            "containers", []
        ):
            if container["name"] == "database":
                container["command"][2] = "(start script)"
    return as_yaml(documents)


@pytest.mark.parametrize("name", CASES)
def test_objects_of_a_start(render, request, name):
    configuration, user, words = CASES[name]
    code, out, err = render(configuration, *words.split(), user=user)
    assert (code, err) == (0, "")
    assert "t0psecret" not in out
    check_golden_text(request.config, f"render/{name}", normalised(out))
