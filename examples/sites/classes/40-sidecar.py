# Nobody gets this database by itself: the course that uses it names who, and with which data it begins. Instructors
# have root too.
c.LibreTextsSpawner.databases = {
    "mysql": {"engine": "mysql", "image": "mysql:8.4", "storage": "2Gi"}
}
