"""Which images do the tests run, and are they made already?"""

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.cluster import checkout_image, paths, rootfs
from tests.cluster.oci import Layer, write_layer
from tests.cluster.progress import Progress

LAB_PATH = "/opt/lab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LAB = {
    "Cmd": ["jupyterhub-singleuser"],
    "Env": [f"PATH={LAB_PATH}", "HOME=/home/jovyan", "LANG=C.UTF-8"],
    "User": "1000:100",
    "WorkingDir": "/home/jovyan",
    "ExposedPorts": {"8888/tcp": {}},
}
# repository -> (tag, recipe on top of the base, what runs). The database images keep the official images'
# contract (variables, paths, user 999), so that a pod written for those starts here too.
RECIPES: dict[str, tuple[str, str | None, dict]] = {
    "shell": ("1", None, {"Cmd": ["/bin/sh"], "User": "1000:100", "WorkingDir": "/home/jovyan"}),
    "lab": ("5.5", "lab.sh", LAB),
    # What Zero to JupyterHub installs: a hub with this package, and the proxy before it.
    "hub": (
        "5.5",
        "hub.sh",
        {
            "Cmd": ["jupyterhub"],
            "Env": [f"PATH=/opt/hub/bin:{rootfs.SYSTEM_PATH}", "HOME=/srv/jupyterhub", "LANG=C.UTF-8"],
            "User": "1000:1000",
            "WorkingDir": "/srv/jupyterhub",
            "ExposedPorts": {"8081/tcp": {}},
        },
    ),
    "proxy": (
        "5.3",
        "proxy.sh",
        {
            "Entrypoint": ["configurable-http-proxy"],
            "Env": [f"PATH={rootfs.SYSTEM_PATH}"],
            "User": "65534:65534",
            "ExposedPorts": {"8000/tcp": {}, "8001/tcp": {}},
        },
    ),
    "grader": ("1", "grader.sh", LAB),
    "workbench": ("1", "workbench.sh", LAB | {"Env": [*LAB["Env"], "PYTHONPATH=/opt/workbench"]}),
    "mariadb": (
        "10.11",
        "mariadb.sh",
        {
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["mariadbd"],
            "Env": [f"PATH={rootfs.SYSTEM_PATH}", "LANG=C.UTF-8"],
            "ExposedPorts": {"3306/tcp": {}},
        },
    ),
    "postgres": (
        "15",
        "postgres.sh",
        {
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["postgres"],
            "Env": [
                f"PATH={rootfs.SYSTEM_PATH}:/usr/lib/postgresql/15/bin",
                "LANG=C.UTF-8",
                "PGDATA=/var/lib/postgresql/data",
            ],
            "ExposedPorts": {"5432/tcp": {}},
        },
    ),
}


@dataclass(frozen=True)
class Image:
    """One image, ready to be pushed."""

    repository: str
    tag: str
    layers: tuple[Layer, ...]
    config: dict

    def reference(self, registry: str) -> str:
        """What a pod's `image:` says."""
        return f"{registry}/{self.repository}:{self.tag}"


def make_images(pause_program: Path, progress: Progress) -> list[Image]:
    """All images; each layer is made once and cached by the content of its recipe. Raises SetupError."""
    base = _layer("base", _key("base.sh", extra=rootfs.SUITE + rootfs.INCLUDE), progress, _pack_base)
    images = [
        Image(
            "pause",
            "1",
            (_pause_layer(pause_program, progress),),
            {"Entrypoint": ["/pause"], "User": "65535"},
        )
    ]
    for repository, (tag, recipe, config) in RECIPES.items():
        layers = (base,) if recipe is None else (base, _recipe_layer(repository, recipe, base, progress))
        if repository == "workbench":
            lab = next(image for image in images if image.repository == "lab")
            layers = (*lab.layers, layers[-1])
        if repository == "hub":
            layers = (*layers, _package_layer(progress))
        images.append(Image(repository, tag, layers, config))
    return images


def _recipe_layer(repository: str, recipe: str, base: Layer, progress: Progress) -> Layer:
    def pack(folder: Path) -> Layer:
        with _scratch() as scratch:
            upper = rootfs.run_recipe(recipe, base=base.path.parent / "tree", scratch=scratch)
            return write_layer(upper, folder / "layer.tar.gz")

    files = sorted(path.name for path in paths.RECIPES.glob(f"{repository}[.-]*"))
    return _layer(repository, _key(*files, extra=base.digest), progress, pack)


def _package_layer(progress: Progress) -> Layer:
    """This checkout's package, installed into the hub's environment."""

    def pack(folder: Path) -> Layer:
        with _scratch() as scratch:
            checkout_image.install(scratch)
            return write_layer(scratch, folder / "layer.tar.gz")

    return _layer("package", checkout_image.key(), progress, pack)


def _pack_base(folder: Path) -> Layer:
    rootfs.make_base(folder / "tree")
    return write_layer(folder / "tree", folder / "layer.tar.gz")


def _pause_layer(pause_program: Path, progress: Progress) -> Layer:
    def pack(folder: Path) -> Layer:
        with _scratch() as scratch:
            scratch.chmod(0o755)
            shutil.copy(pause_program, scratch / "pause")
            (scratch / "pause").chmod(0o755)
            return write_layer(scratch, folder / "layer.tar.gz")

    return _layer("pause", hashlib.sha256(pause_program.read_bytes()).hexdigest()[:16], progress, pack)


def _layer(name: str, key: str, progress: Progress, pack: Callable[[Path], Layer]) -> Layer:
    """The cached layer, or a new one that `pack` writes; half-made ones are under another name and are thrown
    away."""
    folder = paths.cache_dir() / "images" / f"{name}-{key}"
    facts = folder / "layer.json"
    if not facts.exists():
        progress(f"making the {name} layer")
        unfinished = folder.with_name(f".{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        made = asdict(pack(unfinished))
        (unfinished / "layer.json").write_text(json.dumps({**made, "path": "layer.tar.gz"}))
        _forget_older(name)
        unfinished.rename(folder)
        progress(f"made the {name} layer, {made['size'] / 1e6:.0f} MB")
    made = json.loads(facts.read_text())
    return Layer(folder / made["path"], made["digest"], made["diff_id"], made["size"])


def _forget_older(name: str) -> None:
    """Layers of earlier recipes would only fill the disk."""
    for folder in (paths.cache_dir() / "images").glob(f"{name}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def _key(*files: str, extra: str) -> str:
    digest = hashlib.sha256(extra.encode())
    for file in files:
        digest.update(file.encode() + b"\0" + (paths.RECIPES / file).read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A folder on the cache's own disk: overlay mounts refuse an upper folder that is on an overlay
    itself."""
    folder = Path(tempfile.mkdtemp(prefix=".scratch-", dir=paths.cache_dir() / "images"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
