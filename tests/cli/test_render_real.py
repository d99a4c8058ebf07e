"""Does a real API server take what `libretexts-hub render` prints, every field of it?"""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cli.render_cases import CASES
from tests.servers.kubectl import find_kubectl
from tests.servers.target import fresh_namespace

pytestmark = pytest.mark.real_cluster
GOLDEN = Path(__file__).parents[1] / "golden" / "render"
# What the manifests name and an API server looks for before it takes a pod.
NAMED = """
apiVersion: v1
kind: ServiceAccount
metadata: {{name: exam-alice, namespace: {namespace}}}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {{name: research-{namespace}}}
value: 1000
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {{name: kata-{namespace}}}
handler: runc
"""


@pytest.fixture(scope="module")
def kubectl(real):
    """`kubectl(text, *words)` in a namespace where everything is that the manifests name."""
    with fresh_namespace(real, "render") as target:

        def run(text: str, *words: str) -> str:
            program = [str(find_kubectl()), f"--kubeconfig={target.kubeconfig}", *words, "-f", "-"]
            done = subprocess.run(program, input=text, capture_output=True, text=True, timeout=180)
            assert done.returncode == 0, done.stderr
            return done.stdout

        run.namespace = target.namespace
        named = NAMED.format(namespace=target.namespace)
        run(named, "apply")
        yield run
        run(named, "delete", "--wait=false")


def placed(document: dict, namespace: str) -> dict:
    """The same, in the test's namespace. Values of Secrets are masked, which is no base64."""
    if document["kind"] == "Namespace":
        return document
    document["metadata"]["namespace"] = namespace
    if document["kind"] == "ServiceAccount":
        # The one that the pod names is there already: a dry run leaves nothing for the next object.
        document["metadata"]["name"] += "-again"
    document.pop("data", None)
    for key in ("priorityClassName", "runtimeClassName"):
        if key in document.get("spec", {}):
            document["spec"][key] += f"-{namespace}"
    return document


@pytest.mark.parametrize("name", CASES)
def test_a_real_api_server_takes_it(kubectl, name):
    documents = list(yaml.safe_load_all((GOLDEN / f"{name}.yaml").read_text()))
    text = yaml.safe_dump_all(placed(each, kubectl.namespace) for each in documents)
    taken = kubectl(text, "create", "--dry-run=server", "--validate=strict")
    assert taken.count("(server dry run)") == len(documents)
