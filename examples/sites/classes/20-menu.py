# Everybody has the default environment; a course with software of its own has one more entry, for its members only.
c.LibreTextsSpawner.images = {
    "default": {"name": "Default", "image": "quay.io/libretexts/default-env:3.3.1", "default": True},
    "stats": {"name": "Statistics", "image": "quay.io/jupyter/r-notebook:r-4.4", "groups": ["course-stats"]},
}
c.LibreTextsSpawner.sizes = {
    "small": {"name": "Small", "cpu": {"limit": 1}, "memory": {"limit": "1Gi"}, "default": True}
}
