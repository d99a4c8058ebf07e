# What only this site has; it comes last and wins over the files before. Under the chart hub.extraConfig comes later.
# c.LibreTextsSpawner.environment = {"TZ": "America/Los_Angeles"}  # REPLACES the chart's singleuser.extraEnv
# c.JupyterHub.allow_named_servers = True
# c.JupyterHub.concurrent_spawn_limit = 100
# Keep this at the end: the hub ends at its start, with one sentence and exit code 2, when our settings are wrong.
import libretexts_hub.hub.configuration

libretexts_hub.hub.configuration.check_or_exit(c)
