"""With which configuration does a test's JupyterHub run?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .target import Target

PASSWORD = "a password only for tests"
ADMIN = "ada"
ADMIN_PASSWORD = "another password, and also only for tests"

# Long enough for a busy machine, short enough for a test that waits for the failure.
START_TIMEOUT_SECONDS = 90


@dataclass(frozen=True)
class Addresses:
    """Where the parts of one hub listen. Pods reach the hub at `hub_ip`; everything else is on loopback."""

    hub_ip: str
    public_port: int
    proxy_api_port: int
    hub_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.public_port}"

    @property
    def proxy_api_url(self) -> str:
        return f"http://127.0.0.1:{self.proxy_api_port}"

    @property
    def hub_url(self) -> str:
        return f"http://{self.hub_ip}:{self.hub_port}"


def hub_configuration(folder: Path, addresses: Addresses, spawner: str, extra: str) -> str:
    """The Python text of a configuration: a hub that can go and come while proxy and servers stay."""
    settings = {
        "JupyterHub.bind_url": addresses.url,
        "JupyterHub.hub_bind_url": addresses.hub_url,
        "JupyterHub.hub_connect_ip": addresses.hub_ip,
        "JupyterHub.cleanup_servers": False,
        "JupyterHub.cleanup_proxy": False,
        "JupyterHub.db_url": f"sqlite:///{folder}/hub.sqlite",
        "JupyterHub.cookie_secret_file": f"{folder}/cookie_secret",
        "JupyterHub.pid_file": f"{folder}/hub.pid",
        "JupyterHub.spawner_class": spawner,
        "JupyterHub.allow_named_servers": True,
        "ConfigurableHTTPProxy.should_start": False,
        "ConfigurableHTTPProxy.api_url": addresses.proxy_api_url,
        "JupyterHub.authenticator_class": "shared-password",
        "SharedPasswordAuthenticator.user_password": PASSWORD,
        "SharedPasswordAuthenticator.admin_password": ADMIN_PASSWORD,
        "Authenticator.allow_all": True,
        "Authenticator.admin_users": {ADMIN},
        "Spawner.start_timeout": START_TIMEOUT_SECONDS,
        "Spawner.http_timeout": START_TIMEOUT_SECONDS,
    }
    return assignments(settings) + ADMIN_ROLE + extra


# An admin may open somebody's server only with "access:servers", which is not among an admin's own scopes.
ADMIN_ROLE = f"""
c.JupyterHub.load_roles = [
    {{"name": "help", "users": [{ADMIN!r}], "scopes": ["admin:users", "admin:servers", "access:servers"]}},
]
"""


def menu_configuration(target: Target) -> str:
    """The spawner's part: the target's namespace and a menu of two environments and two sizes."""
    image = target.lab_image
    return assignments(
        {
            "KubeSpawner.namespace": target.namespace,
            "LibreTextsSpawner.images": {
                "default": {"name": "Default environment", "image": image, "default": True},
                "second": {"name": "Second environment", "image": image},
            },
            "LibreTextsSpawner.sizes": {
                "small": {
                    "name": "Small",
                    "cpu": {"guarantee": 0.05, "limit": 2},
                    "memory": {"guarantee": "64Mi", "limit": "1Gi"},
                    "default": True,
                },
                "large": {
                    "name": "Large",
                    "cpu": {"guarantee": 0.1, "limit": 2},
                    "memory": {"guarantee": "128Mi", "limit": "2Gi"},
                },
            },
        }
    )


def assignments(settings: dict[str, object]) -> str:
    """Lines of a JupyterHub configuration file."""
    return "".join(f"c.{name} = {value!r}\n" for name, value in settings.items())
