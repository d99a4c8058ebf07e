# An observatory in the way of the Rubin Science Platform: releases, weeklies and dailies, found in the registry.
c.LibreTextsSpawner.images = {
    "lsst": {
        "name": "LSST stack", "groups": ["lsst"], "interfaces": ["lab"], "default": True,
        "registry": {
            "repository": "docker.io/lsstsqre/sciplat-lab", "scheme": "rubin", "recommended": "recommended",
            "keep": {"release": 2, "weekly": 3, "daily": {"number": 4, "groups": ["lsst-dev"]}}}}}
c.LibreTextsSpawner.sizes = {
    "small": {"name": "Small", "cpu": {"limit": 1}, "memory": {"limit": "4Gi"}, "default": True},
    "large": {"name": "Large", "cpu": {"guarantee": 2, "limit": 4}, "memory": {"limit": "16Gi"}},
    "gpu": {"name": "GPU", "gpu": {"resource": "nvidia.com/gpu", "count": 1}, "groups": ["lsst-gpu"]}}
c.LibreTextsSpawner.options = {"reset": {"name": "Move my settings aside"}, "debug": {"name": "Debug messages"}}
