# The culler as a service of the hub: take away the # before the lines, and see docs/operators/culler-running.md.
# c.LibreTextsSpawner.culler_owns_homes = True
# c.JupyterHub.services.append({
#     "name": "culler",
#     "command": ["python3", "-m", "libretexts_hub.culler", "--policy-file=/etc/culler/policy.yaml"]})
# c.JupyterHub.load_roles.append({
#     "name": "culler", "services": ["culler"], "scopes": [
#         "list:users", "read:users", "read:servers", "admin:server_state", "delete:servers", "delete:users"]})
