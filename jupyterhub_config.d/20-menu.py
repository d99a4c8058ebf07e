# The menu: what people may choose. Unedited nothing is asked and KubeSpawner's own settings hold. A group names who
# may see an entry; without groups everybody. Quantities are Kubernetes' own: 0.5, 500m; 512Mi, 2Gi.
# In place of "image": "registry": {"repository": "docker.io/lsstsqre/sciplat-lab", "scheme": "rubin", "keep": {"weekly": 3}}
# c.LibreTextsSpawner.images = {
#     "default": {"name": "Default", "image": "quay.io/libretexts/default-env:3.3.1", "default": True},
#     "r": {"name": "R", "image": "quay.io/jupyter/r-notebook:r-4.4", "groups": ["nyu:stats"], "sizes": ["small"]}}
# c.LibreTextsSpawner.sizes = {
#     "small": {"name": "Small", "cpu": {"guarantee": 0.2, "limit": 2}, "memory": {"limit": "2Gi"}, "default": True},
#     "gpu": {"name": "GPU", "gpu": {"resource": "nvidia.com/gpu", "count": 1}, "groups": ["physics:gpu"]}}
# c.LibreTextsSpawner.options = {"reset": {"name": "Move my settings aside"}}
