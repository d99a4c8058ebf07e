"""How is a person told no? By an HTTP error whose words reach page and REST client and that is no failure."""

import jupyterhub
from kubernetes_asyncio.client.rest import ApiException
from tornado import web

from libretexts_hub.clients import cluster
from libretexts_hub.errors import SelectionError
from libretexts_hub.hub.metrics import REFUSED_CHOICES


def refuse(spawner, error: SelectionError, *, started: bool = False) -> web.HTTPError:
    """The HTTP error to raise. `started`: JupyterHub has begun a start, which 5.x counts as failed."""
    REFUSED_CHOICES.labels(cause=error.where).inc()
    if started:
        _not_a_failure(spawner)
    refusal = web.HTTPError(400, error.jupyterhub_message)
    refusal.jupyterhub_message = error.jupyterhub_message
    return refusal


def _not_a_failure(spawner) -> None:
    """Take back, in advance, the failure that JupyterHub 5 counts for every exception.

    At `consecutive_failure_limit` (the chart: 5) the hub exits: five refused REST requests would restart it.
    JupyterHub 6 counts only errors of 500 and above (`handlers/base.py`, `_track_failure_count`).
    """
    handler = getattr(spawner, "handler", None)
    if handler is not None and jupyterhub.version_info[0] < 6:
        handler.settings["failure_count"] = handler.settings.get("failure_count", 0) - 1


OWNER = "hub.jupyter.org/username"


def of_somebody_else(spawner, what: str, owner: str, words: str) -> web.HTTPError:
    """The HTTP error for a person whose claim or Secret was left by another one; no failure of the hub.

    `what` is the object for the log: a person who was renamed may well be its owner.
    """
    name = spawner.user.name
    spawner.log.error(
        "%s belongs to %r, not to %r: it is not used. Annotate it with %s=%s if it is theirs, or delete it.",
        *(what, owner, name, OWNER, name),
    )
    _not_a_failure(spawner)
    refusal = web.HTTPError(409, words)
    refusal.jupyterhub_message = words
    return refusal


def unanswered() -> web.HTTPError:
    """The HTTP error for a person whose start ran out of time because the API server stayed away."""
    words = "The cluster does not answer, so your server could not start. Try again in a few minutes."
    refusal = web.HTTPError(503, words)
    refusal.jupyterhub_message = words
    return refusal


def still_ending(log, pod) -> web.HTTPError:
    """The HTTP error for a person whose last pod does not go, as that of a machine that failed: nobody can
    tell whether it still writes into the home.

    Source: kubernetes.io/docs/concepts/cluster-administration/node-shutdown, non-graceful node shutdown.
    """
    metadata, node = pod["metadata"], pod.get("spec", {}).get("nodeName") or "(none)"
    log.error(
        "Pod %s/%s of an earlier start is being deleted and does not go: look at its node %s. If that "
        "machine is off for good: kubectl taint node %s "
        "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
        *(metadata.get("namespace"), metadata["name"], node, node),
    )
    words = (
        "Your last server has not ended yet, and your home can't be with two at once. The machine that it "
        "ran on may have failed. Try again in a few minutes; if this lasts, tell the operators of this hub."
    )
    refusal = web.HTTPError(503, words)
    refusal.jupyterhub_message = words
    return refusal


def not_allowed(log, namespace: str, error: ApiException) -> web.HTTPError:
    """The HTTP error for a person whose server would run where the hub may not even look."""
    log.error(
        "The hub may not see pods or events in namespace %s: %s. libretexts-hub roles --namespace %s "
        "--service-account NAMESPACE/NAME prints the Role that it needs.",
        *(namespace, cluster.reason(error), namespace),
    )
    words = (
        "This server would run in a part of the cluster that is closed to this hub. Tell the operators, who "
        "find in its log what is missing."
    )
    refusal = web.HTTPError(503, words)
    refusal.jupyterhub_message = words
    return refusal


def refused_by_cluster(log, what: str, error: ApiException) -> web.HTTPError:
    """The HTTP error for a person whose server the API server refused to make.

    The reason goes to the log. The object doesn't: a pod's environment holds a token.
    """
    log.error("Kubernetes refused to create %s: %s", what, cluster.reason(error))
    # Here, since a hub's start waits for every import.
    from libretexts_hub.domain.quota import words_of_refusal

    said = words_of_refusal(cluster.reason(error)) if error.status in (403, 422) else ""
    words = said or (
        "The cluster refused to start this server. Tell the operators of this hub, who find the reason."
    )
    refusal = web.HTTPError(503, words)
    refusal.jupyterhub_message = words
    return refusal
