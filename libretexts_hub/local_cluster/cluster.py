"""How does the embedded cluster start and stop? Store, controllers, kubelet and API server, in that order."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from libretexts_hub.errors import SetupError
from libretexts_hub.local_cluster import bootstrap
from libretexts_hub.local_cluster.api.server import ApiServer
from libretexts_hub.local_cluster.certificate import ensure_certificate
from libretexts_hub.local_cluster.controllers.running import Controllers
from libretexts_hub.local_cluster.kubeconfig import ensure_token, write_kubeconfig
from libretexts_hub.local_cluster.kubelet import Kubelet
from libretexts_hub.local_cluster.persistence import ObjectsFile
from libretexts_hub.local_cluster.state_dir import StateDir
from libretexts_hub.local_cluster.store import Store


class LocalCluster:
    """An embedded cluster whose state lives in one folder.

    `images` maps image references (fnmatch patterns) to what an image's configuration would say. With
    `one_address` all pods have the address 127.0.0.1, for systems whose loopback has no more. `resources` is
    what the node is said to have, such as {"nvidia.com/gpu": "2"}: counted, not given to anybody. After
    `start()` there are `url`, `token` and the path of a `kubeconfig`.
    """

    def __init__(
        self,
        state_dir: Path,
        port: int = 0,
        images: Mapping[str, Mapping[str, Any]] | None = None,
        one_address: bool = False,
        resources: Mapping[str, str] | None = None,
    ) -> None:
        self._state = StateDir(Path(state_dir))
        self._port = port
        self._images = dict(images or {})
        self._one_address = one_address
        self._resources = dict(resources or {})
        self._parts: tuple[Kubelet, Controllers, ApiServer] | None = None
        self._file = ObjectsFile(self._state.path / "objects.json")
        self.store = Store()
        self.url = ""
        self.token = ""
        self.kubeconfig = self._state.path / "kubeconfig"

    async def start(self) -> None:
        """Start everything. Raises SetupError: port taken, folder not writable, another cluster in the
        folder.
        """
        self._state.acquire()
        try:
            await self._start()
        except OSError as error:
            await self.stop()
            raise SetupError(
                f"The state folder cannot be used: {error.strerror or error}",
                where=str(error.filename or self._state.path),
                fix="Choose another folder with --state-dir.",
            ) from None
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        folder = self._state.path
        self.store = self._file.load()
        bootstrap.fill(self.store, self._resources)
        self._file.watch(self.store)
        self.token = ensure_token(folder)
        certificate_file, key_file = ensure_certificate(folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate_file, key_file)
        kubelet = Kubelet(self.store, folder, self._images, one_address=self._one_address)
        controllers = Controllers(self.store)
        server = ApiServer(self.store, self.token, kubelet.pod_log, kubelet.follow_pod_log)
        self._parts = kubelet, controllers, server
        await kubelet.start()
        controllers.start()
        try:
            port = await server.start(self._port, context)
        except OSError as error:
            raise SetupError(
                f"The API server cannot listen: {error.strerror or error}",
                where=f"127.0.0.1:{self._port}",
                fix="Choose another port with --port, or 0 for any free one.",
            ) from None
        self.url = f"https://127.0.0.1:{port}"
        self.kubeconfig = write_kubeconfig(folder, self.url, self.token, certificate_file)

    async def stop(self) -> None:
        """End every pod, save what is kept, and leave no process and no port. May be called at any time."""
        parts, self._parts = self._parts, None
        if parts is not None:
            kubelet, controllers, server = parts
            await kubelet.stop()
            await controllers.stop()
            await server.stop()
            self._file.save(self.store)
        self._state.release()
