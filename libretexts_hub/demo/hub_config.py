"""How is the demo's hub configured? `jupyterhub -f` loads this file; what varies is in the environment."""
# ruff: noqa: F821 (JupyterHub puts get_config into the namespace of a configuration file)

import json
import os
from pathlib import Path

from libretexts_hub.demo import extra_config, menu, one_address
from libretexts_hub.demo.authenticator import DemoAuthenticator
from libretexts_hub.demo.people import PEOPLE
from libretexts_hub.hub.configuration import check_or_exit
from libretexts_hub.hub.pages import install

c = get_config()
state = Path(os.environ["LIBRETEXTS_HUB_DEMO"])
settings = json.loads(os.environ["LIBRETEXTS_HUB_DEMO_SETTINGS"])

# Everything on loopback. The supervisor starts and ends the proxy. JupyterHub itself looks for
# CONFIGPROXY_AUTH_TOKEN and JUPYTERHUB_CRYPT_KEY in the environment.
c.JupyterHub.bind_url = settings["url"]
c.JupyterHub.hub_bind_url = settings["hub_url"]
c.ConfigurableHTTPProxy.api_url = settings["proxy_api_url"]
c.ConfigurableHTTPProxy.should_start = False
c.JupyterHub.cleanup_proxy = False
c.JupyterHub.cleanup_servers = False  # the cluster ends them, all at once

c.JupyterHub.db_url = f"sqlite:///{state}/hub/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{state}/hub/cookie_secret"
c.JupyterHub.upgrade_db = True
c.JupyterHub.template_vars = {
    "login_people": [{"name": person.name, "title": person.title, "may": person.may} for person in PEOPLE],
    "login_hint": "The password is in the terminal where you started the demo.",
}

c.JupyterHub.authenticator_class = DemoAuthenticator
c.Authenticator.enable_auth_state = True
c.DemoAuthenticator.password_file = f"{state}/password"

c.JupyterHub.spawner_class = "libretexts"
c.LibreTextsSpawner.images = menu.IMAGES
c.LibreTextsSpawner.sizes = menu.SIZES
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_capacity = "1Gi"
c.KubeSpawner.volumes = [{"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}]
c.KubeSpawner.volume_mounts = [{"name": "home", "mountPath": "/home/jovyan"}]
c.KubeSpawner.working_dir = "/home/jovyan"
c.KubeSpawner.notebook_dir = "/home/jovyan"
c.KubeSpawner.pre_spawn_hook = one_address.hook if settings["one_address"] else None

extra_config.load(load_subconfig, settings["config_files"])
install(c)
check_or_exit(c)
