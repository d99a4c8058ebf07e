"""Where does a container find what is mounted into it?

There is no mount namespace here, so nothing can be mounted at an absolute path. Each container has a root
directory of its own, and a mount path `/data` is a symbolic link `<root>/data` to the volume. A process that
was told a path finds it all the same, because what the kubelet hands over is rewritten to the real place:

- an argument: each absolute path in it that is a mount path, or lies below one, also inside shell text;
- the value of a variable: when it starts with a mount path, and each such part of a `:`-separated list;
- the working directory, and HOME, which is the mount at /home/* where there is one.

A program with a path of its own, compiled in or read from a file, does not find it, unlike on a real cluster.
A mount inside another (`/home/jovyan/shared` in `/home/jovyan`) is a link in the outer volume while the pod
runs. `readOnly` is not enforced. No mount, subPath or working directory may leave its volume or the root, not
even through a symbolic link that a user put into the volume.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from libretexts_hub.local_cluster.kubelet.environment import ConfigProblem
from libretexts_hub.local_cluster.kubelet.expansion import expand
from libretexts_hub.local_cluster.kubelet.paths import PathEscape, is_inside, join_inside, parts_below
from libretexts_hub.local_cluster.store import Object

DEFAULT_MESSAGE_PATH = "/dev/termination-log"
# As a whole address: not the end of 10.0.0.0, and not the network 0.0.0.0/0.
ALL_INTERFACES = re.compile(r"(?<![\d.])0\.0\.0\.0(?!\.?\d)(?!/\d)")


class ContainerRoot:
    """The root directory of one container, its mounts, and the real place of every path in it."""

    def __init__(self, folder: Path, pod_ip: str) -> None:
        self._folder = folder
        self._pod_ip = pod_ip
        self._real: dict[str, Path] = {}
        self._links: list[tuple[Path, Path]] = []
        self.message_file = folder / "termination-message"
        self.root = folder / "root"

    def prepare(self, container: Object, volumes: Mapping[str, Path], variables: Mapping[str, str]) -> None:
        """Make the root and every mount of `container`. ConfigProblem when one is not possible."""
        self.clear()
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            self._mount_all(container, volumes, variables)
            path = _clean(container.get("terminationMessagePath") or DEFAULT_MESSAGE_PATH)
        except PathEscape as error:
            raise ConfigProblem(f"a path of container {container['name']} cannot be used: {error}") from error
        self.message_file.write_bytes(b"")
        self._real.setdefault(path, self.message_file)

    def _mount_all(
        self, container: Object, volumes: Mapping[str, Path], variables: Mapping[str, str]
    ) -> None:
        # Shorter paths first: a mount inside another goes into the outer one's volume.
        for mount in sorted(container.get("volumeMounts") or [], key=lambda item: _clean(item["mountPath"])):
            name = mount["name"]
            if name not in volumes:
                raise ConfigProblem(
                    f'cannot find volume "{name}" to mount into container "{container["name"]}"'
                )
            try:
                self._mount(_clean(mount["mountPath"]), _target(volumes[name], mount, variables))
            except (PathEscape, OSError) as error:
                raise ConfigProblem(
                    f'failed to mount volume "{name}" at {mount["mountPath"]}: {error}'
                ) from error

    def clear(self) -> None:
        """Take away the links that nested mounts left in their outer volumes; another pod's link stays."""
        for link, target in self._links:
            with suppress(OSError):
                if link.is_symlink() and link.readlink() == target:
                    link.unlink()
        self._links.clear()
        self._real.clear()

    def _mount(self, path: str, target: Path) -> None:
        if path == "/":
            raise PathEscape("nothing can be mounted at / here")
        outer = self._outermost(path)
        base, rest = (self.root, path) if outer is None else (self._real[outer], path[len(outer) :])
        parts = parts_below(rest)
        parent = join_inside(base, "/".join(parts[:-1]))
        parent.mkdir(parents=True, exist_ok=True)
        link = parent / parts[-1]
        if link.is_symlink():
            link.unlink()
        elif link.is_dir():
            # An empty directory is what a real mount point leaves; a full one a real mount would hide.
            link.rmdir()
        link.symlink_to(target)
        if outer is not None:
            self._links.append((link, target))
        self._real[path] = target

    def _outermost(self, path: str) -> str | None:
        """The longest mount path that `path` is, or lies below."""
        candidates = [mount for mount in self._real if path == mount or path.startswith(f"{mount}/")]
        return max(candidates, key=len, default=None)

    def real(self, path: str) -> Path:
        """The real place of an absolute path of the container. PathEscape when it leads out of it."""
        clean = _clean(path)
        outer = self._outermost(clean)
        if outer is None:
            return join_inside(self.root, clean)
        return join_inside(self._real[outer], clean[len(outer) :])

    def working_directory(self, stated: str | None) -> Path:
        """Where the process starts.

        What the container says, else the home mount, else the root. Made if missing.
        """
        try:
            directory = self.real(stated) if stated else (self._home_mount() or self.root)
            directory.mkdir(parents=True, exist_ok=True)
        except (PathEscape, OSError) as error:
            raise ConfigProblem(f"the working directory {stated} cannot be used: {error}") from error
        return directory

    def home(self) -> Path:
        """HOME: the mount at /home/*, else a directory of the container's own."""
        mounted = self._home_mount()
        if mounted is not None:
            return mounted
        own = self.root / "root"
        own.mkdir(exist_ok=True)
        return own

    def _home_mount(self) -> Path | None:
        homes = [path for path in self._real if PurePosixPath(path).parent == PurePosixPath("/home")]
        return self._real[min(homes)] if homes else None

    def argument(self, text: str) -> str:
        """An argument as the process must see it: real paths, and the pod's address for 0.0.0.0."""
        return ALL_INTERFACES.sub(self._pod_ip, self._rewrite(text, r"(?<![\w.~/-])", r"(?![\w.-])"))

    def value(self, text: str) -> str:
        """The value of a variable as the process must see it."""
        return ALL_INTERFACES.sub(self._pod_ip, self._rewrite(text, r"(?:^|(?<=:))", r"(?=[/:]|$)"))

    def _rewrite(self, text: str, before: str, after: str) -> str:
        if not self._real:
            return text
        paths = "|".join(re.escape(path) for path in sorted(self._real, key=len, reverse=True))
        return re.sub(f"{before}(?:{paths}){after}", lambda found: str(self._real[found[0]]), text)

    def message(self, limit: int = 4096) -> str:
        """What the container wrote to its terminationMessagePath, at most `limit` bytes."""
        try:
            if not is_inside(self.message_file, self._folder):
                return ""
            with self.message_file.open("rb") as file:
                return file.read(limit).decode("utf-8", "replace")
        except OSError:
            return ""


def _clean(path: str) -> str:
    return "/" + "/".join(parts_below(path))


def _target(volume: Path, mount: Object, variables: Mapping[str, str]) -> Path:
    expression = mount.get("subPathExpr")
    sub_path = expand(expression, variables) if expression else mount.get("subPath") or ""
    if not sub_path:
        return volume
    if sub_path.startswith("/"):
        raise PathEscape(f"subPath {sub_path!r} is absolute")
    target = join_inside(volume, sub_path)
    if not os.path.lexists(target):
        target.mkdir(parents=True)
    return target
