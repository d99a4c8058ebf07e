"""What of a pod may change once it exists? Images, deadlines and tolerations; nothing else of its spec."""

from typing import Any

from libretexts_hub.local_cluster.validation.errors import Errors

Object = dict[str, Any]
FIXED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
ONLY_ADDITIONS = "existing toleration can not be modified except its tolerationSeconds"
ADDED_GATE = "only deletion is allowed, but found new scheduling gate '{}'"


def validate_pod_update(new: Object, old: Object, errors: Errors) -> None:
    """Compare the specs of both versions."""
    spec, old_spec = new["spec"], old["spec"]
    for kind in ("containers", "initContainers"):
        if len(spec.get(kind, [])) != len(old_spec.get(kind, [])):
            errors.forbidden(f"spec.{kind}", "pod updates may not add or remove containers")
            return
        for index, container in enumerate(spec.get(kind, [])):
            if not container.get("image"):
                errors.required(f"spec.{kind}[{index}].image")
    _tolerations(spec, old_spec, errors)
    gates = [gate["name"] for gate in old_spec.get("schedulingGates", [])]
    for gate in spec.get("schedulingGates", []):
        if gate.get("name") not in gates:
            errors.forbidden("spec.schedulingGates", ADDED_GATE.format(gate.get("name", "")))
    if _fixed_part(spec, gated=bool(gates)) != _fixed_part(old_spec, gated=bool(gates)):
        errors.forbidden("spec", FIXED)


def _tolerations(spec: Object, old: Object, errors: Errors) -> None:
    present = [_without_seconds(item) for item in spec.get("tolerations", [])]
    if any(_without_seconds(item) not in present for item in old.get("tolerations", [])):
        errors.forbidden("spec.tolerations", ONLY_ADDITIONS)


def _without_seconds(toleration: Object) -> Object:
    return {key: value for key, value in toleration.items() if key != "tolerationSeconds"}


def _fixed_part(spec: Object, *, gated: bool) -> Object:
    changeable = {"activeDeadlineSeconds", "tolerations", "schedulingGates"}
    if gated:  # a pod that waits at a gate may still be given its place
        changeable |= {"nodeSelector", "affinity"}
    fixed = {key: value for key, value in spec.items() if key not in changeable}
    for kind in ("containers", "initContainers"):
        fixed[kind] = [{**item, "image": None} for item in spec.get(kind, [])]
    return fixed
