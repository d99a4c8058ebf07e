"""How long does the kubelet wait before it tries again?

All times of the kubelet in one value, so that tests shorten them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds. The defaults are those of the real kubelet unless a comment says otherwise.

    Source: pkg/kubelet/kubelet.go (MaxContainerBackOff, imageBackOffPeriod, backOffPeriod) and
    pkg/kubelet/kuberuntime/kuberuntime_manager.go (minimumGracePeriodInSeconds).
    """

    backoff_base: float = 10.0
    backoff_max: float = 300.0
    resync: float = 10.0
    mount_retry: float = 0.5
    mount_retry_max: float = 122.0
    minimum_grace: float = 2.0
    # How long ErrImagePull is shown before it becomes ImagePullBackOff; the real one waits for its next sync.
    pull_error: float = 2.0
    # The whole cluster stops (Ctrl-C): nobody waits 30 s for each pod then.
    stop_grace: float = 10.0
    # How long processes that an earlier, killed cluster left may take to end before SIGKILL.
    leftover_grace: float = 5.0
