# The menu: what people may choose. Empty, as here, KubeSpawner's own settings hold and nothing is asked.
# An image:  {"name", "description", "image", "interface": "lab", "default", "order", "sizes", "groups"}
#            or, in place of "image", "registry": {"repository", "scheme": "rubin", "keep": {"weekly": 3}}
# A size:    {"name", "description", "cpu": {"guarantee", "limit"}, "memory": {...}, "gpu": {"resource", "count"}}
# An option: {"name", "environment"}; "reset" and "debug" need no keys.
# Quantities are Kubernetes' own: 0.5, 500m; 512Mi, 2Gi. A group names who may see the entry; without, everybody.
c.LibreTextsSpawner.images = c.LibreTextsSpawner.get("images", {})
c.LibreTextsSpawner.sizes = c.LibreTextsSpawner.get("sizes", {})
c.LibreTextsSpawner.options = c.LibreTextsSpawner.get("options", {})
