# Databases: a server of its own in the pod of each person, with its files kept between starts. Unedited nobody gets
# one. The password is made for each server and kept in a Secret. See docs/operators/database.md.
# c.LibreTextsSpawner.databases = {
#     "mysql": {"engine": "mariadb", "image": "mariadb:11.4", "storage": "2Gi", "groups": ["nyu:db101"]}}
# "native" wants Kubernetes 1.29 or newer: the database is up before the notebook and ends after it.
# c.LibreTextsSpawner.database_sidecar = "native"
