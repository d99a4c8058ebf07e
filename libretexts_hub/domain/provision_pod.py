"""What does a person's pod get? Init containers, volumes, mounts, variables and a security context."""

from collections.abc import Mapping
from typing import Any

from libretexts_hub.domain.account_files import account_name, group_lines, passwd_line
from libretexts_hub.domain.git_rules import system_configuration, variables
from libretexts_hub.domain.id_rules import once
from libretexts_hub.domain.identity import Identity
from libretexts_hub.domain.pod_fields import notebook_of
from libretexts_hub.domain.provision import Person, Provision
from libretexts_hub.domain.provision_scripts import program

# Files made of the pod's own annotations, so that no object has to be made and deleted for them.
LISTS, LISTS_PATH = "person", "/run/libretexts-person"
MADE, MADE_PATH = "person-made", "/run/libretexts-person-made"
ACCOUNTS, TAKE_OVER, START_UP = "person-accounts", "person-take-over", "person-start-up"
MESSAGE_PATH = "/dev/termination-log"
PREFIX = "libretexts.org/person-"
EXECUTABLE, READABLE = 0o555, 0o444
# The answer of the program that takes a home over, when nothing is left to do.
DONE = "done"


def files(person: Person, provision: Provision, home: str) -> dict[str, str]:
    """Name and content of each file in `LISTS_PATH`."""
    found: dict[str, str] = {}
    if person.identity is not None:
        line = passwd_line(person.identity, person.name, person.full_name, home, provision.shell)
        found |= {"passwd": line, "group": group_lines(person.identity, person.name)}
    if person.author is not None:
        found |= {
            "gitconfig": system_configuration(person.author),
            "git-credential": program("git_credential.py"),
        }
    if person.start_up is not None:
        pulls = (pull.line for pull in person.start_up.pulls)
        found |= {"pulls": "\n".join(pulls), "requirements": "\n".join(person.start_up.requirements)}
    return {name: text if text.endswith("\n") else f"{text}\n" for name, text in found.items() if text}


def annotations(contents: Mapping[str, str]) -> dict[str, str]:
    """Where the volume's files come from."""
    return {f"{PREFIX}{name}": text for name, text in contents.items()}


def volumes(contents: Mapping[str, str]) -> list[dict[str, Any]]:
    """The files, and a folder for what is made of them."""
    items = [
        {
            "path": name,
            "fieldRef": {"fieldPath": f"metadata.annotations['{PREFIX}{name}']"},
            "mode": EXECUTABLE if name == "git-credential" else READABLE,
        }
        for name in contents
    ]
    return [
        {"name": LISTS, "downwardAPI": {"items": items}},
        {"name": MADE, "emptyDir": {"sizeLimit": "64Mi"}},
    ]


def notebook_mounts(person: Person) -> list[dict[str, Any]]:
    """What the notebook sees of them."""
    mounts: list[dict[str, Any]] = []
    if person.author is not None:
        mounts.append({"name": LISTS, "mountPath": LISTS_PATH, "readOnly": True})
    if person.identity is not None:
        mounts += [
            {"name": MADE, "mountPath": f"/etc/{name}", "subPath": name, "readOnly": True}
            for name in ("passwd", "group")
        ]
    return mounts


def notebook_variables(
    person: Person, provision: Provision, home: str, written: Mapping[str, str]
) -> dict[str, str]:
    """Variables that the notebook needs; what is `written` already stays, and git's list is continued."""
    made: dict[str, str] = {}
    if person.identity is not None:
        account = account_name(person.name)
        made |= {"HOME": home, "USER": account, "LOGNAME": account}
    made = {name: value for name, value in made.items() if name not in written}
    return made | (variables(provision.git, LISTS_PATH, written) if provision.git else {})


def container_context(identity: Identity, written: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook runs as the person, whatever a profile says."""
    return {**written, "runAsUser": identity.uid, "runAsGroup": identity.gid}


def pod_context(identity: Identity, written: Mapping[str, Any], *, is_fs_gid_own: bool) -> dict[str, Any]:
    """Groups beside those that are there. The chart's group of volumes stays: with another one for each
    person, a volume that several people share would be changed with each start."""
    groups = [*(written.get("supplementalGroups") or ()), *identity.supplemental]
    kept = written.get("fsGroup")
    if is_fs_gid_own and kept:
        groups.append(kept)
    made = {**written, "fsGroup": identity.gid if is_fs_gid_own or kept is None else kept}
    return made | ({"supplementalGroups": list(once(groups))} if groups else {})


def accounts_container(identity: Identity, like: Mapping[str, Any]) -> dict[str, Any]:
    """Merges the person's lines with those of the image, in the image; `like` has what all have in common."""
    return {
        **like,
        "name": ACCOUNTS,
        "command": _shell("accounts.sh", LISTS_PATH, MADE_PATH),
        "securityContext": _confined(identity.uid, identity.gid),
        "volumeMounts": _own_mounts(),
    }


def take_over_container(
    identity: Identity, provision: Provision, home: Mapping[str, Any], like: Mapping[str, Any], group: int
) -> dict[str, Any]:
    """Gives the home that is mounted as `home` to the person. Only this one is root, for `chown`."""
    take_over = provision.take_over
    assert take_over is not None  # noqa: S101 - asked for only where there is one
    context = _confined(0, 0)
    context["capabilities"] = {"drop": ["ALL"], "add": ["CHOWN", "DAC_OVERRIDE"]}
    context["runAsNonRoot"] = False
    arguments = (home["mountPath"], identity.uid, group, MESSAGE_PATH, *take_over.uids)
    image = {"image": take_over.image} if take_over.image else {}
    return {
        **like,
        **image,
        "name": TAKE_OVER,
        "command": _shell("take_over.sh", *arguments),
        "securityContext": context,
        "volumeMounts": [dict(home)],
    }


def start_up_container(
    person: Person, home: str, like: Mapping[str, Any], notebook: Mapping[str, Any]
) -> dict[str, Any]:
    """Fetches what the person begins with, in all respects like the notebook (`env`, mounts, user)."""
    assert person.start_up is not None  # noqa: S101 - asked for only where there is one
    arguments = (LISTS_PATH, MADE_PATH, home, MESSAGE_PATH, person.start_up.seconds)
    mounts = [each for each in notebook["volumeMounts"] if each["mountPath"] not in (LISTS_PATH, MADE_PATH)]
    return {
        **like,
        "name": START_UP,
        "command": _shell("start_up.sh", *arguments),
        "env": list(notebook.get("env") or ()),
        "securityContext": dict(notebook.get("securityContext") or {}),
        "volumeMounts": [*mounts, *_own_mounts()],
    }


def home_mount_of(pod: Mapping[str, Any], home: str) -> Mapping[str, Any] | None:
    """The mount of the home: what is taken over is a volume, never a folder of the image."""
    mounts = notebook_of(pod["spec"]).get("volumeMounts") or ()
    return next((each for each in mounts if each["mountPath"].rstrip("/") == home), None)


def ended(pod: Mapping[str, Any] | None, name: str) -> str:
    """What an init container of a pod (plain JSON) said in the end; empty for nothing."""
    for each in ((pod or {}).get("status") or {}).get("initContainerStatuses") or ():
        if each.get("name") == name:
            for key in ("state", "lastState"):
                words = ((each.get(key) or {}).get("terminated") or {}).get("message")
                if words:
                    return str(words).strip()[:1000]
    return ""


def _own_mounts() -> list[dict[str, Any]]:
    return [
        {"name": LISTS, "mountPath": LISTS_PATH, "readOnly": True},
        {"name": MADE, "mountPath": MADE_PATH},
    ]


def _shell(script: str, *arguments: object) -> list[str]:
    """A kubelet replaces $(NAME) in a command, and $$ by $."""
    words = ["/bin/sh", "-c", program(script), script, *(str(each) for each in arguments)]
    return [word.replace("$", "$$") for word in words]


def _confined(uid: int, gid: int) -> dict[str, Any]:
    return {
        "runAsUser": uid,
        "runAsGroup": gid,
        "runAsNonRoot": uid != 0,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
