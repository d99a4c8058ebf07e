# ruff: noqa: F821  JupyterHub defines get_config for the files it reads, and pods have to reach this hub.
# A hub without the chart: it runs on any machine and starts servers in the cluster of your kubeconfig.
#
#   pip install . && npm install --global configurable-http-proxy
#   jupyterhub --config examples/plain/jupyterhub_config.py
#
# Pods must be able to reach the hub: put an address of this machine that they see into hub_connect_ip.
from libretexts_hub.hub.configuration import check_or_exit
from libretexts_hub.hub.pages import install

c = get_config()

c.JupyterHub.spawner_class = "libretexts"
c.JupyterHub.hub_bind_url = "http://0.0.0.0:8081"
c.JupyterHub.hub_connect_ip = "192.0.2.10"
c.JupyterHub.cleanup_servers = False  # servers outlive the hub and are found again

# Anybody who knows the password logs in, with any name: for a first try behind a firewall, not for students.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "choose another one"  # noqa: S105
c.DummyAuthenticator.allow_all = True

c.LibreTextsSpawner.namespace = "jupyter"
c.LibreTextsSpawner.storage_pvc_ensure = True
c.LibreTextsSpawner.storage_capacity = "10Gi"
c.LibreTextsSpawner.volumes = {"home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}}
c.LibreTextsSpawner.volume_mounts = {"home": {"name": "home", "mountPath": "/home/jovyan"}}

c.LibreTextsSpawner.images = {
    "default": {
        "name": "Default environment",
        "image": "quay.io/libretexts/default-env:3.3.1",
        "default": True,
    },
    "minimal": {"name": "Plain Python", "image": "quay.io/jupyter/minimal-notebook:python-3.12"},
}
c.LibreTextsSpawner.sizes = {
    "small": {
        "name": "Small",
        "cpu": {"guarantee": 0.2, "limit": 2},
        "memory": {"guarantee": "512Mi", "limit": "2Gi"},
        "default": True,
    },
    "large": {
        "name": "Large",
        "cpu": {"guarantee": 2, "limit": 8},
        "memory": {"guarantee": "8Gi", "limit": "16Gi"},
    },
}

# The pages: whose they are, and whom to ask.
c.LibreTextsPages.name = "Example Notebooks"
c.LibreTextsPages.contact = "jupyter-help@example.edu"
c.LibreTextsPages.colours = {"brand": "#8a1538"}
install(c)

# One sentence and exit code 2 when something above is wrong, instead of a failed start for the first student.
check_or_exit(c)
