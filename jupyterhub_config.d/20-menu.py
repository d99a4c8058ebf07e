# The menu: what people may choose. Empty, as here, KubeSpawner's own settings hold and nothing is asked.
# An image:  {"name", "description", "image", "interface": "lab", "default", "order", "sizes", "groups"}
# A size:    {"name", "description", "cpu": {"guarantee", "limit"}, "memory": {...}, "gpu": {"resource", "count"}}
# Quantities are Kubernetes' own: 0.5, 500m; 512Mi, 2Gi. A group names who may see the entry; without, everybody.
c.LibreTextsSpawner.images = c.LibreTextsSpawner.get("images", {})
c.LibreTextsSpawner.sizes = c.LibreTextsSpawner.get("sizes", {})
