"""Where on a claim does the culler write what it knows? The names of its annotations."""

PREFIX = "cull.libretexts.org/"
VERSION = PREFIX + "version"
MARKED_AT = PREFIX + "marked-at"
DELETE_AFTER = PREFIX + "delete-after"
RULE = PREFIX + "rule"
REASON = PREFIX + "reason"
USER = PREFIX + "user"
USER_CREATED = PREFIX + "user-created"
LAST_ACTIVITY = PREFIX + "last-activity"
CLAIM_UID = PREFIX + "claim-uid"
NOTICES = PREFIX + "notices"
SNAPSHOT = PREFIX + "snapshot"
# Both are RFC 3339, so that an admission policy can compare them: deleting-at is never before delete-after.
DELETING_AT = PREFIX + "deleting-at"
USER_DELETED_AT = PREFIX + "user-deleted-at"
HOLD = PREFIX + "hold"
PROTECT = PREFIX + "protect"
MARK_KEYS = (
    *(VERSION, MARKED_AT, DELETE_AFTER, RULE, REASON, USER, USER_CREATED, LAST_ACTIVITY, CLAIM_UID),
    *(NOTICES, SNAPSHOT, DELETING_AT, USER_DELETED_AT),
)
# In a spawner's state: a hub with `culler_owns_homes` deletes no home, and takes marks off at a start.
LEFT_TO_CULLER = "libretexts_homes_left_to_culler"
# The entry that a mark of `cull erase` names; none of `homes` may be called so.
ERASE = "erase"
# What a person is told of a home that was kept replaces what was told before.
NOTICE_KEY = "home mark"
# The labels and annotations that KubeSpawner and this package write on what they make.
OWNER = "hub.jupyter.org/username"
SERVER = "hub.jupyter.org/servername"
COMPONENT = "component"
HOME_COMPONENT, DATABASE_COMPONENT = "singleuser-storage", "database"
