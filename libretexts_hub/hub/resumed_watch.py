"""Where does the next watch begin, without everything being read again?

A watch of KubeSpawner ends every ten seconds, and it then lists all objects of the namespace: with a class at
work some ten thousand events of the last hour, which hold the loop up and leave the process larger. What a
watch has seen is enough for the next one to go on, as the informers of client-go do.
"""

import time

from kubespawner.reflector import ResourceReflector

# An API server may have forgotten what came after an older version, and its answer is 410. Its watch cache
# keeps 75 seconds (eventFreshDuration in watch_cache.go), etcd five minutes (--etcd-compaction-interval).
FRESH_SECONDS = 60


class ResumedWatch(ResourceReflector):
    """It lists at first, after anything that went wrong, and where nothing was heard for a minute."""

    _version = ""
    # At the latest then was this version the newest, and the watch of now began; time.monotonic().
    _known_at = _began_at = 0.0
    _is_started = False

    async def _list_and_update(self, resource_version=None):
        """KubeSpawner asks with None at the start, with "0" right after it and after an error, else with the
        last version seen."""
        now = time.monotonic()
        if resource_version == "0" and self._is_started:
            resource_version = self._version
        self._is_started = resource_version is None
        if resource_version != self._version:
            self._version, self._known_at = resource_version, self._began_at
        self._began_at = now
        is_known = resource_version not in (None, "0")
        if not is_known or now - self._known_at > FRESH_SECONDS:
            self._version, self._known_at = await self.list_all(resource_version), now
        return self._version

    async def list_all(self, resource_version):
        """Read all, and replace `resources` by it. Returns the version of the list."""
        return await super()._list_and_update(resource_version)
