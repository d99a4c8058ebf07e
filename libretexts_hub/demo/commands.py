"""With which commands and settings do the cluster, the proxy and the hub run?"""

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.demo import menu
from libretexts_hub.demo.ports import LOOPBACK
from libretexts_hub.demo.state import State, write_private

HUB_CONFIG = Path(__file__).with_name("hub_config.py")


@dataclass(frozen=True)
class Settings:
    """What the command line says."""

    port: int = 0
    config_files: tuple[Path, ...] = ()
    one_address: bool = sys.platform != "linux"  # other systems answer on 127.0.0.1 only


@dataclass
class Addresses:
    """Where the parts of one running demo listen, all on the loopback interface."""

    cluster_port: int = 0
    public_port: int = 0
    proxy_api_port: int = 0
    hub_port: int = 0

    def use(self, public_port: int, proxy_api_port: int, hub_port: int) -> None:
        """Take these for the proxy and the hub."""
        self.public_port, self.proxy_api_port, self.hub_port = public_port, proxy_api_port, hub_port

    @property
    def ports(self) -> list[int]:
        """All of them, as far as known."""
        return [port for port in vars(self).values() if port]

    @property
    def public_url(self) -> str:
        """For the browser."""
        return f"http://{LOOPBACK}:{self.public_port}/"

    @property
    def hub_url(self) -> str:
        """For the proxy and the servers."""
        return f"http://{LOOPBACK}:{self.hub_port}/"

    @property
    def proxy_api_url(self) -> str:
        """For the hub."""
        return f"http://{LOOPBACK}:{self.proxy_api_port}"


def cluster(state: State, settings: Settings) -> list[str]:
    """The embedded cluster."""
    command = [sys.executable, "-m", "libretexts_hub.local_cluster", "--state-dir", str(state.cluster)]
    return [*command, "--images", str(_images(state)), *(["--one-address"] if settings.one_address else [])]


def write_images(state: State) -> None:
    """The file that tells the cluster what each image runs, and JupyterLab's settings in all of them."""
    settings = state.folder / "lab-settings"
    settings.mkdir(mode=0o700, exist_ok=True)
    write_private(settings / "overrides.json", json.dumps(menu.LAB_DEFAULTS, indent=1) + "\n")
    write_private(_images(state), json.dumps(menu.cluster_images(settings), indent=1) + "\n")


def link_kubeconfig(state: State) -> None:
    """`<state>/kubeconfig` is the short name of the cluster's own."""
    if not state.kubeconfig.is_symlink():
        state.kubeconfig.symlink_to(Path("cluster") / "kubeconfig")


def proxy_options(addresses: Addresses) -> list[str]:
    """For configurable-http-proxy; its token is in the environment."""
    public = ["--ip", LOOPBACK, "--port", str(addresses.public_port)]
    api = ["--api-ip", LOOPBACK, "--api-port", str(addresses.proxy_api_port)]
    return [*public, *api, "--error-target", f"{addresses.hub_url}hub/error", "--log-level", "warn"]


def hub() -> list[str]:
    """JupyterHub with the demo's configuration."""
    return [sys.executable, "-m", "jupyterhub", "-f", str(HUB_CONFIG)]


def hub_environment(state: State, settings: Settings, addresses: Addresses) -> Mapping[str, str]:
    """What hub_config.py and the proxy read, with the secrets: a process list shows commands only."""
    varying = {
        "url": addresses.public_url,
        "hub_url": addresses.hub_url,
        "proxy_api_url": addresses.proxy_api_url,
        "one_address": settings.one_address,
        "config_files": [str(file) for file in settings.config_files],
    }
    return {
        "LIBRETEXTS_HUB_DEMO_SETTINGS": json.dumps(varying),
        "KUBECONFIG": str(state.cluster / "kubeconfig"),
        "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
        "JUPYTERHUB_CRYPT_KEY": state.crypt_key(),
    }


def _images(state: State) -> Path:
    return state.cluster / "images.json"
