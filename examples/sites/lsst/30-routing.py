# Who asks for a GPU and may have one waits in a queue for the nodes that have them.
c.LibreTextsSpawner.routes = {
    "gpu": {
        "match": {"groups": ["lsst-gpu"], "sizes": ["gpu"]},
        "place": {
            "node_selector": {"example.org/pool": "gpu"},
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
            "kueue_queue": "lsst",
        },
    }
}
