"""With which settings does a test give a person the number and the groups that GitHub's answer has?"""

from __future__ import annotations

UID_AND_GROUPS_OF_GITHUB = {
    "uid": {"from": "github_user.id", "maximum": 999_999_999},
    "groups": {
        "from": "teams",
        "name": ["organization.login", "slug"],
        "offset": 1_000_000_000,
        "minimum": 1_000_000_000,
    },
}
