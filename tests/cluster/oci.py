"""How does a folder become a layer, and layers an image, in the OCI format?

https://github.com/opencontainers/image-spec: layer.md (tar, whiteouts), config.md, manifest.md.
"""

import gzip
import hashlib
import io
import json
import os
import platform
import stat
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Layer:
    """One compressed layer on disk; `diff_id` is the digest of the tar within, `digest` that of the file."""

    path: Path
    digest: str
    diff_id: str
    size: int


class _Digesting(io.RawIOBase):
    """A writer that passes bytes on and keeps their digest and number."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target, self.sha256, self.size = target, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return self.target.write(data)

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256.hexdigest()}"


def write_layer(tree: Path, target: Path) -> Layer:
    """Pack `tree`, the upper folder of an overlay mount, as a layer at `target`."""
    with target.open("wb") as file:
        outer = _Digesting(file)
        with gzip.GzipFile(fileobj=outer, mode="wb", compresslevel=1, mtime=0) as packed:
            inner = _Digesting(packed)
            with tarfile.open(fileobj=inner, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                _add_tree(archive, tree)
    return Layer(target, outer.digest, inner.digest, outer.size)


def _add_tree(archive: tarfile.TarFile, tree: Path) -> None:
    for folder, folders, files in os.walk(tree):
        folders.sort()
        here = Path(folder)
        if here != tree and _is_opaque(here):
            archive.addfile(tarfile.TarInfo(f"{here.relative_to(tree)}/.wh..wh..opq"))
        for name in sorted(files + folders):
            path = here / name
            inside = str(path.relative_to(tree))
            status = path.lstat()
            if stat.S_ISSOCK(status.st_mode):
                continue
            if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:  # how overlayfs marks a deleted name
                archive.addfile(tarfile.TarInfo(str(Path(inside).with_name(f".wh.{name}"))))
                continue
            archive.add(path, inside, recursive=False)


def _is_opaque(folder: Path) -> bool:
    try:
        return os.getxattr(folder, "trusted.overlay.opaque") == b"y"
    except OSError:
        return False


def image_config(layers: list[Layer], config: dict) -> bytes:
    """The image's configuration: what runs, as whom, with which environment."""
    body = {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    return json.dumps(body, sort_keys=True).encode()


def image_manifest(layers: list[Layer], config: bytes) -> bytes:
    """The manifest that a tag points to."""
    body = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {"mediaType": CONFIG_TYPE, "digest": digest_of(config), "size": len(config)},
        "layers": [{"mediaType": LAYER_TYPE, "digest": layer.digest, "size": layer.size} for layer in layers],
    }
    return json.dumps(body, sort_keys=True).encode()


def digest_of(data: bytes) -> str:
    """The name by which a registry knows these bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
