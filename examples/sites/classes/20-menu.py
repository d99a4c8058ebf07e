# Everybody has the default environment; courses.yaml adds an entry for the people of each course.
c.LibreTextsSpawner.images = {
    "default": {"name": "Default", "image": "quay.io/libretexts/default-env:3.3.1", "default": True}
}
c.LibreTextsSpawner.sizes = {
    "small": {"name": "Small", "cpu": {"limit": 1}, "memory": {"limit": "1Gi"}, "default": True}
}
