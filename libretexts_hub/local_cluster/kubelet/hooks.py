"""What runs just after a container has started, and just before it is told to end?"""

import asyncio
from collections.abc import Mapping
from typing import Any

from libretexts_hub.local_cluster.kubelet.execution import run
from libretexts_hub.local_cluster.kubelet.probes import ProbeTarget
from libretexts_hub.local_cluster.kubelet.process import StartProblem

HTTP_HOOK_SECONDS = 60.0


async def run_hook(hook: Mapping[str, Any], target: ProbeTarget) -> bool:
    """Run a postStart or preStop handler.

    Exec, httpGet or sleep (pkg/kubelet/lifecycle/handlers.go). True: it succeeded.

    An exec handler has no time limit of its own; who runs it in a grace period cancels it.
    """
    if action := hook.get("exec"):
        try:
            return (await run(action.get("command") or [], target.surroundings, None)).exit_code == 0
        except StartProblem:
            return False
    if action := hook.get("sleep"):
        await asyncio.sleep(float(action.get("seconds") or 0))
        return True
    if action := hook.get("httpGet"):
        # An answer of any kind is a success there: only the request must get through.
        verdict = await target.ask({"httpGet": action, "timeoutSeconds": HTTP_HOOK_SECONDS})
        return verdict.succeeded is True or "statuscode" in verdict.output
    return False
