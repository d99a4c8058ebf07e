"""Does an API server take what `libretexts-hub render` prints? Asked with a dry run, for each golden file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

GOLDEN = {path.stem: path for path in (Path(__file__).parents[1] / "golden" / "render").glob("*.yaml")}
RESOURCES = {
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "Secret": "secrets",
    "Service": "services",
}
# Names of objects that an operator has made in the cluster; admission looks for them.
NOT_THERE = ("serviceAccountName", "serviceAccount", "priorityClassName", "runtimeClassName")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def rendered(request) -> list[dict]:
    """The objects of one golden file."""
    return list(yaml.safe_load_all(GOLDEN[request.param].read_text(encoding="utf-8")))


@pytest.mark.parametrize("rendered", sorted(GOLDEN), indirect=True)
async def test_rendered_objects_are_taken(api, rendered: list[dict]) -> None:
    for made in rendered:
        if made["kind"] not in RESOURCES:
            continue  # a namespace is nobody's here, and the embedded cluster has no network policies
        made["metadata"]["namespace"] = api.namespace
        if made["kind"] == "Pod":
            made["spec"] = {key: value for key, value in made["spec"].items() if key not in NOT_THERE}
        taken = (await api.create(RESOURCES[made["kind"]], made, dryRun="All")).ok(201)
        assert taken["metadata"]["name"] == made["metadata"]["name"]
