"""How do values become settings of a hub? In the order, and with the overwriting, of Zero to JupyterHub 4.4."""

import glob
import os
import sys
from binascii import a2b_hex

here = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, here)

from z2jh import get_config, get_name, get_name_env, get_secret_value, set_config_if_not_none

c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.ConfigurableHTTPProxy.api_url = (
    f"http://{get_name('proxy-api')}:{get_name_env('proxy-api', '_SERVICE_PORT')}"
)
c.ConfigurableHTTPProxy.should_start = False
c.JupyterHub.cleanup_servers = False
c.JupyterHub.last_activity_interval = 60
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
for name, key in (
    ("concurrent_spawn_limit", "concurrentSpawnLimit"),
    ("base_url", "baseUrl"),
    ("allow_named_servers", "allowNamedServers"),
    ("named_server_limit_per_user", "namedServerLimitPerUser"),
    ("authenticate_prometheus", "authenticatePrometheus"),
    ("template_paths", "templatePaths"),
    ("template_vars", "templateVars"),
):
    set_config_if_not_none(c.JupyterHub, name, f"hub.{key}")
c.JupyterHub.hub_bind_url = "http://:8081"
c.JupyterHub.hub_connect_url = f"http://{get_name('hub')}:{get_name_env('hub', '_SERVICE_PORT')}"
c.KubeSpawner.common_labels = {
    "app": get_config("Chart.Name"),
    "chart": f"{get_config('Chart.Name')}-{get_config('Chart.Version')}",
    "release": get_config("Release.Name"),
}
c.KubeSpawner.namespace = os.environ.get("POD_NAMESPACE", "default")
for name, key in (
    ("start_timeout", "startTimeout"),
    ("events_enabled", "events"),
    ("extra_labels", "extraLabels"),
    ("extra_annotations", "extraAnnotations"),
    ("uid", "uid"),
    ("fs_gid", "fsGid"),
    ("service_account", "serviceAccountName"),
    ("node_selector", "nodeSelector"),
    ("node_affinity_required", "extraNodeAffinity.required"),
    ("node_affinity_preferred", "extraNodeAffinity.preferred"),
    ("lifecycle_hooks", "lifecycleHooks"),
    ("init_containers", "initContainers"),
    ("extra_containers", "extraContainers"),
    ("mem_limit", "memory.limit"),
    ("mem_guarantee", "memory.guarantee"),
    ("cpu_limit", "cpu.limit"),
    ("cpu_guarantee", "cpu.guarantee"),
    ("environment", "extraEnv"),
    ("profile_list", "profileList"),
    ("extra_pod_config", "extraPodConfig"),
):
    set_config_if_not_none(c.KubeSpawner, name, f"singleuser.{key}")
c.KubeSpawner.image = f"{get_config('singleuser.image.name')}:{get_config('singleuser.image.tag')}"
c.KubeSpawner.allow_privilege_escalation = get_config("singleuser.allowPrivilegeEscalation")
if get_config("scheduling.userPods.nodeAffinity.matchNodePurpose") == "prefer":
    purpose = {"key": "hub.jupyter.org/node-purpose", "operator": "In", "values": ["user"]}
    c.KubeSpawner.node_affinity_preferred.append(
        {"weight": 100, "preference": {"matchExpressions": [purpose]}}
    )
if get_config("singleuser.extraTolerations"):
    c.KubeSpawner.tolerations = get_config("singleuser.extraTolerations")

# Mappings, not lists, as in the real chart from 4.0 on.
claim = get_config("singleuser.storage.dynamic.pvcNameTemplate")
volume = get_config("singleuser.storage.dynamic.volumeNameTemplate")
c.KubeSpawner.pvc_name_template = claim
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_capacity = get_config("singleuser.storage.capacity")
c.KubeSpawner.storage_access_modes = get_config("singleuser.storage.dynamic.storageAccessModes")
set_config_if_not_none(c.KubeSpawner, "storage_class", "singleuser.storage.dynamic.storageClass")
c.KubeSpawner.volumes = {"home": {"name": volume, "persistentVolumeClaim": {"claimName": claim}}}
home = get_config("singleuser.storage.homeMountPath")
c.KubeSpawner.volume_mounts = {"home": {"name": volume, "mountPath": home}}
for target, key in ((c.KubeSpawner.volumes, "extraVolumes"), (c.KubeSpawner.volume_mounts, "extraVolumeMounts")):
    extra = get_config(f"singleuser.storage.{key}", [])
    target.update(extra if isinstance(extra, dict) else {f"extra-{number}": each for number, each in enumerate(extra)})

c.JupyterHub.services = []
c.JupyterHub.load_roles = []
if get_config("cull.enabled"):
    c.JupyterHub.services.append(
        {"name": "jupyterhub-idle-culler", "command": ["python3", "-m", "jupyterhub_idle_culler"]}
    )
    scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
    c.JupyterHub.load_roles.append(
        {"name": "jupyterhub-idle-culler", "scopes": scopes, "services": ["jupyterhub-idle-culler"]}
    )
for key, service in get_config("hub.services", {}).items():
    service.setdefault("name", key)
    service.pop("apiToken", None)
    service["api_token"] = get_secret_value(f"hub.services.{key}.apiToken")
    c.JupyterHub.services.append(service)
for key, role in get_config("hub.loadRoles", {}).items():
    role.setdefault("name", key)
    c.JupyterHub.load_roles.append(role)
set_config_if_not_none(c.Spawner, "default_url", "singleuser.defaultUrl")
if get_config("singleuser.cloudMetadata.blockWithIptables"):
    image = "{name}:{tag}".format(**get_config("singleuser.networkTools.image"))
    command = ["iptables", "-A", "OUTPUT", "-d", get_config("singleuser.cloudMetadata.ip"), "-j", "DROP"]
    security = {"privileged": True, "runAsUser": 0, "capabilities": {"add": ["NET_ADMIN"]}}
    c.KubeSpawner.init_containers.append(
        {"name": "block-cloud-metadata", "image": image, "command": command, "securityContext": security}
    )
if get_config("debug.enabled"):
    c.JupyterHub.log_level = "DEBUG"
    c.Spawner.debug = True
c.JupyterHub.cookie_secret = a2b_hex(get_secret_value("hub.config.JupyterHub.cookie_secret"))
c.CryptKeeper.keys = get_secret_value("hub.config.CryptKeeper.keys").split(";")

# hub.config, shallow: a setting takes the place of what the chart has set, it is not merged into it.
hidden = {
    "JupyterHub": {"services", "cookie_secret", "proxy_auth_token"},
    "ConfigurableHTTPProxy": {"auth_token"},
    "CryptKeeper": {"keys"},
}
for section, settings in get_config("hub.config", {}).items():
    if section[:1] != section[:1].upper():
        print(f"hub.config.{section} is not a class", file=sys.stderr)
        raise SystemExit(1)
    c[section].update({key: value for key, value in settings.items() if key not in hidden.get(section, ())})

for path in sorted(glob.glob(f"{here}/jupyterhub_config.d/*.py")):
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"))
for name, code in sorted(get_config("hub.extraConfig", {}).items()):
    print(f"Loading extra config: {name}", file=sys.stderr)
    exec(code)
