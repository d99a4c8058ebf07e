# The database course has MySQL beside the notebook, filled when it is first started; instructors have root too.
c.LibreTextsSpawner.databases = {
    "mysql": {
        "engine": "mysql",
        "image": "mysql:8.4",
        "storage": "2Gi",
        "courses": ["db101"],
        "root": {"courses": ["db101"]},
        "initial": [{"url": "https://example.org/northwind.sql.gz"}],
    }
}
