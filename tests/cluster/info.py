"""What must a test know of a real cluster to use it?"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster import foreign, rbac
from tests.cluster.api import Api
from tests.cluster.launcher import READY
from tests.cluster.run import Run


@dataclass(frozen=True)
class ClusterInfo:
    """A real cluster and what tests need to know of it. `run` is None for one that somebody else runs."""

    kubeconfig: Path
    server: str
    token: str
    ca_file: Path
    hub_ip: str
    lab_image: str
    workbench_image: str
    shell_image: str
    mariadb_image: str
    postgres_image: str
    registry: str
    hub_image: str
    proxy_image: str
    grader_image: str
    run: Run | None = None
    certificate: tuple[Path, Path] | None = None

    def api(self) -> Api:
        """A client with the administrator's rights."""
        return Api(self.server, self.token, self.ca_file, self.certificate)

    def hub_kubeconfig(self, namespace: str) -> Path:
        """A kubeconfig that has exactly the chart's rights in `namespace`; account and Role are made when
        missing."""
        rbac.grant(self.api(), namespace)
        folder = self.run.folder if self.run else Path(tempfile.mkdtemp(prefix="libretexts-hub-"))
        return rbac.write_kubeconfig(self.api(), namespace, folder / f"hub-{namespace}.kubeconfig")

    @property
    def audit_log(self) -> Path:
        """JSON lines, one for each answered request that did not come from the cluster itself."""
        return self.own_run("an audit log").folder / "audit.log"

    def own_run(self, what: str) -> Run:
        """The run, for what only our own cluster offers. Raises SetupError on somebody else's."""
        if self.run is None:
            raise SetupError(
                f"{what} needs the cluster that `make cluster` starts",
                where="LIBRETEXTS_HUB_KUBECONFIG",
                fix="Unset it for this test.",
            )
        return self.run


def own_cluster(folder: Path) -> ClusterInfo:
    """The run in `folder`."""
    run = Run.load(folder)
    keys = folder / "credentials"
    images = json.loads((folder / READY).read_text())["images"]
    return ClusterInfo(
        kubeconfig=keys / "admin.kubeconfig",
        server=run.server,
        token=(keys / "admin.token").read_text(),
        ca_file=keys / "ca.crt",
        hub_ip=run.host_address,
        lab_image=images["lab"],
        workbench_image=images.get("workbench", images["lab"]),
        shell_image=images["shell"],
        mariadb_image=images["mariadb"],
        postgres_image=images["postgres"],
        registry=run.registry,
        # A cluster that another checkout started may have none.
        hub_image=images.get("hub", ""),
        proxy_image=images.get("proxy", ""),
        grader_image=images.get("grader", ""),
        run=run,
    )


def foreign_cluster(path: Path) -> ClusterInfo:
    """Somebody's cluster: images by environment variable, since our registry is not there."""
    user = foreign.read_kubeconfig(path)
    foreign.check_answer(user, path)
    environment = os.environ
    lab = environment.get("LIBRETEXTS_HUB_LAB_IMAGE", "quay.io/jupyterhub/singleuser:5.5")
    return ClusterInfo(
        kubeconfig=path,
        server=user.server,
        token=user.token,
        ca_file=user.ca_file,
        hub_ip=environment.get("LIBRETEXTS_HUB_HUB_IP") or foreign.own_address_towards(user.server),
        lab_image=lab,
        workbench_image=environment.get("LIBRETEXTS_HUB_WORKBENCH_IMAGE", lab),
        shell_image=environment.get("LIBRETEXTS_HUB_SHELL_IMAGE", lab),
        mariadb_image=environment.get("LIBRETEXTS_HUB_MARIADB_IMAGE", "mariadb:10.11"),
        postgres_image=environment.get("LIBRETEXTS_HUB_POSTGRES_IMAGE", "postgres:15"),
        registry=environment.get("LIBRETEXTS_HUB_REGISTRY", ""),
        hub_image=environment.get("LIBRETEXTS_HUB_HUB_IMAGE", ""),
        proxy_image=environment.get("LIBRETEXTS_HUB_PROXY_IMAGE", ""),
        grader_image=environment.get("LIBRETEXTS_HUB_GRADER_IMAGE", ""),
        certificate=user.certificate,
    )
