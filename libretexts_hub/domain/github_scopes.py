"""Which rights (OAuth scopes) does a login at GitHub ask for, and which were not given?

https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
"""

from collections.abc import Iterable, Mapping

ORGANIZATIONS, ADDRESSES = "read:org", "user:email"
# What GitHub leaves out of the list of granted scopes, because another one holds it ("Normalized scopes").
WIDER: Mapping[str, tuple[str, ...]] = {
    "read:org": ("write:org", "admin:org"),
    "write:org": ("admin:org",),
    "read:user": ("user",),
    "user:email": ("user",),
    "user:follow": ("user",),
    "public_repo": ("repo",),
    "repo:status": ("repo",),
}


def needed_scopes(
    *, organizations: Iterable[str] = (), addresses: Iterable[str] = (), git: str = ""
) -> dict[str, str]:
    """Scope -> what needs it, in words. `organizations` and `addresses` are the settings that need them;
    `git` is the scope that pushing needs: `repo`, `public_repo`, or "" for none."""
    needed = {}
    if listed := tuple(organizations):
        needed[ORGANIZATIONS] = ", ".join(listed)
    if listed := tuple(addresses):
        needed[ADDRESSES] = ", ".join(listed)
    if git:
        needed[git] = "pushing with git"
    return needed


def is_granted(scope: str, granted: Iterable[str]) -> bool:
    """Whether this scope, or a wider one, is among those granted."""
    held = set(granted)
    return scope in held or any(wider in held for wider in WIDER.get(scope, ()))


def lacking(needed: Mapping[str, str], granted: Iterable[str]) -> tuple[str, ...]:
    """The scopes that were not granted, in the order in which they were asked for."""
    held = tuple(granted)
    return tuple(scope for scope in needed if not is_granted(scope, held))


def lacking_sentence(scope: str, settings_url: str) -> str:
    """What a person reads about a right that their login did not bring."""
    what = {
        ORGANIZATIONS: "see your organisations and teams",
        ADDRESSES: "see your e-mail address",
        "repo": "push to your repositories",
        "public_repo": "push to your public repositories",
    }.get(scope, "do all that it needs")
    return (
        f"GitHub did not give this hub the right to {what} ({scope}). "
        f"Revoke this hub at {settings_url}, log in again and grant it."
    )
