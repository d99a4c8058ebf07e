"""Are probes and lifecycle hooks sound?"""

from typing import Any

from libretexts_hub.local_cluster.validation import names
from libretexts_hub.local_cluster.validation.errors import Errors

Object = dict[str, Any]
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
NOT_NEGATIVE = "must be greater than or equal to 0"
PERIODS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


def validate_probe(path: str, probe: Object, kind: str, errors: Errors) -> None:
    """A liveness, readiness or startup probe."""
    _handler(path, probe, [name for name in HANDLERS if name != "sleep"], errors)
    for field in PERIODS:
        if probe.get(field, 0) < 0:
            errors.invalid(f"{path}.{field}", probe[field], NOT_NEGATIVE)
    if probe.get("terminationGracePeriodSeconds", 1) <= 0:
        errors.invalid(
            f"{path}.terminationGracePeriodSeconds",
            probe["terminationGracePeriodSeconds"],
            "must be greater than 0",
        )
    if kind != "readinessProbe" and probe.get("successThreshold", 1) != 1:
        errors.invalid(f"{path}.successThreshold", probe["successThreshold"], "must be 1")
    if kind == "readinessProbe" and "terminationGracePeriodSeconds" in probe:
        seconds = probe["terminationGracePeriodSeconds"]
        errors.invalid(
            f"{path}.terminationGracePeriodSeconds", seconds, "must not be set for readinessProbes"
        )


def validate_lifecycle(path: str, lifecycle: Object, spec: Object, errors: Errors) -> None:
    """What runs after the start and before the stop of a container."""
    for hook in ("postStart", "preStop"):
        if hook in lifecycle:
            _handler(f"{path}.{hook}", lifecycle[hook], [name for name in HANDLERS if name != "grpc"], errors)
            if "sleep" in lifecycle[hook]:
                _sleep(f"{path}.{hook}.sleep", lifecycle[hook]["sleep"], spec, errors)


def _sleep(path: str, action: Object, spec: Object, errors: Errors) -> None:
    longest, seconds = spec["terminationGracePeriodSeconds"], action.get("seconds", 0)
    if not 0 <= seconds <= longest:
        detail = f"must be non-negative and less than terminationGracePeriodSeconds ({longest})"
        errors.invalid(path, seconds, detail)


def _handler(path: str, handler: Object, supported: list[str], errors: Errors) -> None:
    present = [name for name in supported if name in handler]
    if not present:
        errors.required(path, "must specify a handler type")
    for name in present[1:]:
        errors.forbidden(f"{path}.{name}", "may not specify more than 1 handler type")
    if "exec" in present and not handler["exec"].get("command"):
        errors.required(f"{path}.exec.command")
    if "httpGet" in present:
        _http(f"{path}.httpGet", handler["httpGet"], errors)
    for name in ("tcpSocket", "grpc"):
        if name in present:
            port_or_name(f"{path}.{name}.port", handler[name].get("port", 0), errors)


def _http(path: str, action: Object, errors: Errors) -> None:
    if not action.get("path"):
        errors.required(f"{path}.path")
    port_or_name(f"{path}.port", action.get("port", 0), errors)
    errors.one_of(f"{path}.scheme", action.get("scheme"), ("HTTP", "HTTPS"))
    for header in action.get("httpHeaders", []):
        name = header.get("name", "")
        errors.check(f"{path}.httpHeaders", name, names.header_name_complaint(name))


def port_or_name(path: str, port: int | str, errors: Errors) -> None:
    """A port by number, or by the name that a container gives it."""
    if isinstance(port, str):
        errors.check(path, port, names.port_name_complaint(port))
    elif not 1 <= port <= 65535:
        errors.invalid(path, port, names.PORT_RULE)
