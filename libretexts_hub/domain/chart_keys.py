"""Under which key of the Zero to JupyterHub chart does a setting of a hub stand?

The chart sets these settings from its own values. What stands under such a key is merged with the chart's
defaults; what stands in `hub.config` takes their place.
"""

from collections.abc import Mapping

Keys = tuple[str, ...]
# JupyterHub's settings with a key of their own.
HUB: Mapping[str, Keys] = {
    "active_server_limit": ("hub", "activeServerLimit"),
    "allow_named_servers": ("hub", "allowNamedServers"),
    "authenticate_prometheus": ("hub", "authenticatePrometheus"),
    "base_url": ("hub", "baseUrl"),
    "concurrent_spawn_limit": ("hub", "concurrentSpawnLimit"),
    "named_server_limit_per_user": ("hub", "namedServerLimitPerUser"),
    "redirect_to_server": ("hub", "redirectToServer"),
    "shutdown_on_logout": ("hub", "shutdownOnLogout"),
    "template_paths": ("hub", "templatePaths"),
    "template_vars": ("hub", "templateVars"),
}
SPAWNER: Mapping[str, Keys] = {
    "allow_privilege_escalation": ("singleuser", "allowPrivilegeEscalation"),
    "cmd": ("singleuser", "cmd"),
    "consecutive_failure_limit": ("hub", "consecutiveFailureLimit"),
    "cpu_guarantee": ("singleuser", "cpu", "guarantee"),
    "cpu_limit": ("singleuser", "cpu", "limit"),
    "default_url": ("singleuser", "defaultUrl"),
    "environment": ("singleuser", "extraEnv"),
    "events_enabled": ("singleuser", "events"),
    "extra_annotations": ("singleuser", "extraAnnotations"),
    "extra_containers": ("singleuser", "extraContainers"),
    "extra_labels": ("singleuser", "extraLabels"),
    "extra_pod_config": ("singleuser", "extraPodConfig"),
    "extra_resource_guarantees": ("singleuser", "extraResource", "guarantees"),
    "extra_resource_limits": ("singleuser", "extraResource", "limits"),
    "fs_gid": ("singleuser", "fsGid"),
    "image_pull_policy": ("singleuser", "image", "pullPolicy"),
    "image_pull_secrets": ("singleuser", "image", "pullSecrets"),
    "init_containers": ("singleuser", "initContainers"),
    "lifecycle_hooks": ("singleuser", "lifecycleHooks"),
    "mem_guarantee": ("singleuser", "memory", "guarantee"),
    "mem_limit": ("singleuser", "memory", "limit"),
    "node_affinity_preferred": ("singleuser", "extraNodeAffinity", "preferred"),
    "node_affinity_required": ("singleuser", "extraNodeAffinity", "required"),
    "node_selector": ("singleuser", "nodeSelector"),
    "pod_affinity_preferred": ("singleuser", "extraPodAffinity", "preferred"),
    "pod_affinity_required": ("singleuser", "extraPodAffinity", "required"),
    "pod_anti_affinity_preferred": ("singleuser", "extraPodAntiAffinity", "preferred"),
    "pod_anti_affinity_required": ("singleuser", "extraPodAntiAffinity", "required"),
    "pod_name_template": ("singleuser", "podNameTemplate"),
    "profile_list": ("singleuser", "profileList"),
    "pvc_name_template": ("singleuser", "storage", "dynamic", "pvcNameTemplate"),
    "service_account": ("singleuser", "serviceAccountName"),
    "start_timeout": ("singleuser", "startTimeout"),
    "storage_access_modes": ("singleuser", "storage", "dynamic", "storageAccessModes"),
    "storage_capacity": ("singleuser", "storage", "capacity"),
    "storage_class": ("singleuser", "storage", "dynamic", "storageClass"),
    "storage_extra_labels": ("singleuser", "storage", "extraLabels"),
    "tolerations": ("singleuser", "extraTolerations"),
    "uid": ("singleuser", "uid"),
}
SPAWNERS = ("Spawner", "KubeSpawner", "LibreTextsSpawner")
CHART_OWN = "the chart has its own"
# What a hub in the chart's pod must have as the chart sets it: where it listens, how it reaches the rest.
CHART_SETS: Mapping[str, frozenset[str]] = {
    "JupyterHub": frozenset(
        {
            *("bind_url", "cleanup_proxy", "cleanup_servers", "cookie_secret_file", "data_files_path"),
            *("db_file", "hub_bind_url", "hub_connect_ip", "hub_connect_port", "hub_connect_url", "hub_ip"),
            *("hub_port", "hub_routespec", "ip", "pid_file", "port", "proxy_class", "ssl_cert", "ssl_key"),
        }
    ),
    "ConfigurableHTTPProxy": frozenset({"api_url", "command", "debug", "pid_file", "should_start"}),
    "KubeSpawner": frozenset({"common_labels", "hub_connect_ip", "hub_connect_port", "namespace"}),
    "LibreTextsSpawner": frozenset({"common_labels", "namespace"}),
}
# Secrets that the chart makes at the first install, and keeps in its own Secret under this name.
CHART_MAKES: Mapping[tuple[str, str], str] = {
    ("JupyterHub", "cookie_secret"): "hub.config.JupyterHub.cookie_secret",
    ("JupyterHub", "proxy_auth_token"): "hub.config.ConfigurableHTTPProxy.auth_token",
    ("ConfigurableHTTPProxy", "auth_token"): "hub.config.ConfigurableHTTPProxy.auth_token",
    ("CryptKeeper", "keys"): "hub.config.CryptKeeper.keys",
}


def key_of(section: str, name: str) -> Keys:
    """The chart's key for a setting; () where only `hub.config` has a place for it."""
    if section == "JupyterHub":
        return HUB.get(name, ())
    return SPAWNER.get(name, ()) if section in SPAWNERS else ()
