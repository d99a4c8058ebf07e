"""In which phase is a pod? The kubelet's rules over the states of its containers."""

from collections.abc import Iterable

from libretexts_hub.local_cluster.kubelet.container_state import ContainerState, Role


def pod_phase(
    states: Iterable[ContainerState], policy: str, *, is_terminal: bool, has_initialized: bool
) -> str:
    """Pending, Running, Succeeded or Failed: getPhase in pkg/kubelet/kubelet_pods.go.

    `is_terminal`: no container will be started again. `has_initialized`: a main container has been started.
    """
    states = list(states)
    if any(_failed_for_good(state, policy) for state in states if state.role is Role.INIT):
        return "Failed"
    mains = [state for state in states if state.role is Role.MAIN]
    if _is_pending(states, has_initialized):
        return "Pending"
    if any(state.running_since for state in states if state.role is not Role.INIT):
        return "Running"
    ends = [state.termination or state.last_termination for state in mains]
    if not ends or None in ends:
        return "Pending"
    if not is_terminal and any(
        end is not None and state.restarts_after(end.exit_code, policy)
        for state, end in zip(mains, ends, strict=True)
    ):
        return "Running"
    succeeded = all(state.termination is not None and state.termination.exit_code == 0 for state in mains)
    return "Succeeded" if succeeded else "Failed"


def _failed_for_good(state: ContainerState, policy: str) -> bool:
    end = state.termination
    if end is None and state.running_since is None:
        end = state.last_termination
    return end is not None and end.exit_code != 0 and not state.restarts_after(end.exit_code, policy)


def _is_pending(states: list[ContainerState], has_initialized: bool) -> bool:
    for state in states:
        never_ran = state.termination is None and state.last_termination is None
        if state.role is Role.INIT and state.termination is None and (state.running_since or never_ran):
            return True
        if state.role is Role.SIDECAR and state.termination is None:
            if state.running_since and not state.started and not has_initialized:
                return True
            if not state.running_since and never_ran:
                return True
        if state.role is Role.MAIN and state.termination is None and not state.running_since and never_ran:
            return True
    return False
