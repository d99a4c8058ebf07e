# The shared file system knows people by the numbers of NCSA, so their servers have those.
c.LibreTextsSpawner.provision = {
    "uid": {"from": "cilogon_user.uidNumber", "minimum": 1000, "maximum": 999999},
    "groups": {"from": "cilogon_user.isMemberOf", "minimum": 1000000, "offset": 1000000},
}
