# Servers are started by LibreTextsSpawner. `c` is there when JupyterHub or the chart runs this file.
c.JupyterHub.spawner_class = "libretexts"
