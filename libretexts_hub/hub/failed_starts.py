"""What is left of a start that failed, when its pod is gone? Its evidence, for `libretexts-hub why`."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from kubernetes_asyncio.client.rest import ApiException
from traitlets import Unicode
from traitlets.config import Configurable

from libretexts_hub.clients import cluster
from libretexts_hub.hub.recent_lines import RECENT, listen

# A person waits for the page that tells them; what takes longer is left out.
LOG_SECONDS = 3.0
LOG_LINES = 40
MOST_CONTAINERS = 6
NOT_ALLOWED = "The hub may not read logs of pods: libretexts-hub roles --for why."


class FailedStartsMixin(Configurable):
    """Keeps what was seen when a start failed. It never changes how the start ends."""

    failed_starts = Unicode(
        "libretexts-failed-starts",
        help="""
        A folder in which the hub keeps why starts failed, without secrets: the last three of a server, of
        the last five hundred servers. `libretexts-hub why NAME` reads it. A relative path is below the folder
        where the hub runs, as that of JupyterHub's own database is. Empty: nothing is kept.

        Example: `c.LibreTextsSpawner.failed_starts = "/srv/jupyterhub/libretexts-failed-starts"`
        """,
    ).tag(config=True)

    async def _start(self):
        if not self.failed_starts:
            return await super()._start()
        listen(self.log)
        begun = time.time()
        try:
            return await super()._start()
        except Exception as error:
            await self._keep(error, begun)
            raise

    async def _keep(self, error: Exception, begun: float) -> None:
        """What fails here is a line in the log: the person is to see why the start failed, not this."""
        try:
            from libretexts_hub.domain.failed_start import Seen, record
            from libretexts_hub.hub import failed_start_files

            pod = self.watched_pod()
            pod = pod if self._is_own(pod) else None
            seen = Seen(
                person=self.user.name,
                server=self.name,
                at=time.time(),
                words=_words(error),
                choice=self.user_options if isinstance(self.user_options, dict) else {},
                pod=pod,
                events=list(self.events),
                hub_lines=RECENT.about(self._log_name, self.pod_name, since=begun),
                logs=await self._last_lines(pod),
                secrets=[self.api_token or ""],
            )
            await asyncio.to_thread(failed_start_files.keep, Path(self.failed_starts), record(seen))
        except OSError as failed:
            self.log.warning(
                "Why the start of %s failed can't be kept in %s (%s). Set failed_starts to a folder that the"
                " hub may write.",
                *(self._log_name, self.failed_starts, failed.strerror),
            )
        except Exception:
            self.log.exception("Why the start of %s failed can't be kept", self._log_name)

    async def _last_lines(self, pod) -> dict[str, list[str]]:
        status = (pod or {}).get("status") or {}
        states = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
        # What never ran has no lines; of what was started again the run before says why.
        ran = [
            each for each in states if "waiting" not in (each.get("state") or {}) or each.get("restartCount")
        ]
        asked = [self._lines_of(pod, each) for each in ran[:MOST_CONTAINERS]]
        told = await asyncio.gather(*asked)
        return {each["name"]: lines for each, lines in zip(ran, told, strict=False)}

    async def _lines_of(self, pod, state) -> list[str]:
        metadata = pod["metadata"]
        try:
            text = await cluster.read_log(
                self.api,
                metadata["namespace"],
                metadata["name"],
                state["name"],
                lines=LOG_LINES,
                is_before=bool(state.get("restartCount")) and "running" not in (state.get("state") or {}),
                seconds=LOG_SECONDS,
            )
        except ApiException as error:
            return [NOT_ALLOWED if error.status == 403 else f"No lines: {cluster.reason(error)}"]
        except cluster.UNREACHABLE:
            return ["No lines: the Kubernetes API did not answer."]
        return text.splitlines()


def _words(error: Exception) -> str:
    """What the person is told, else what the hub's log says."""
    words = getattr(error, "jupyterhub_message", "") or getattr(error, "log_message", "")
    if isinstance(error, ApiException):
        try:
            words = words or json.loads(error.body or "{}").get("message", "")
        except (TypeError, ValueError, AttributeError):
            words = ""
    return str(words or error or type(error).__name__)
