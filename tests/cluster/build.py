"""How do Kubernetes, etcd, helm and KWOK become programs on this machine?"""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from libretexts_hub.errors import SetupError
from tests.cluster import paths
from tests.cluster.prerequisites import go_program, last_line
from tests.cluster.progress import Progress

KUBERNETES = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
    "kubectl",
)


@dataclass(frozen=True)
class Program:
    """One binary: its name, the Go package it is built from and the linker flags."""

    name: str
    package: str
    ldflags: str


@dataclass(frozen=True)
class Suite:
    """The programs of one go.mod, and the folder that holds them once built."""

    module_folder: Path
    folder: Path
    programs: tuple[Program, ...]


def cluster_suite() -> Suite:
    """Kubernetes and etcd, as tests/cluster/go.mod pins them."""
    version = paths.module_version(paths.HERE / "go.mod", "k8s.io/kubernetes")
    flags = _version_flags(version)
    programs = (
        Program("etcd", "go.etcd.io/etcd/server/v3", "-s -w"),
        Program("pause", "./pause", "-s -w"),
        *(Program(name, f"k8s.io/kubernetes/cmd/{name}", flags) for name in KUBERNETES),
    )
    return _suite(paths.HERE, f"kubernetes-{version.lstrip('v')}", programs)


def kwok_suite() -> Suite:
    """KWOK, as tests/cluster/kwok/go.mod pins it; built only when somebody wants simulated nodes."""
    module_folder = paths.HERE / "kwok"
    version = paths.module_version(module_folder / "go.mod", "sigs.k8s.io/kwok")
    return _suite(
        module_folder,
        f"kwok-{version.lstrip('v')}",
        (
            Program(
                "kwok", "sigs.k8s.io/kwok/cmd/kwok", f"-s -w -X sigs.k8s.io/kwok/pkg/consts.Version={version}"
            ),
        ),
    )


def helm_suite() -> Suite:
    """Helm, as tests/cluster/helm/go.mod pins it: its values are what operators write."""
    module_folder = paths.HERE / "helm"
    version = paths.module_version(module_folder / "go.mod", "helm.sh/helm/v4")
    flags = f"-s -w -X helm.sh/helm/v4/internal/version.version={version}"
    program = Program("helm", "helm.sh/helm/v4/cmd/helm", flags)
    return _suite(module_folder, f"helm-{version.lstrip('v')}", (program,))


def build(suite: Suite, progress: Progress) -> Path:
    """Build what is not built yet, one binary a step; returns the folder. Interrupted, it goes on where it
    was.

    Raises SetupError when Go is missing or the compiler refuses.
    """
    suite.folder.mkdir(parents=True, exist_ok=True)
    for program in suite.programs:
        if not (suite.folder / program.name).exists():
            _build_one(suite, program, progress)
    for folder in suite.folder.parent.iterdir():
        if folder != suite.folder:
            shutil.rmtree(folder, ignore_errors=True)  # of an earlier go.mod; half a gigabyte each
    return suite.folder


def is_built(suite: Suite) -> bool:
    """Whether every program of the suite is in the cache."""
    return all((suite.folder / program.name).exists() for program in suite.programs)


def _build_one(suite: Suite, program: Program, progress: Progress) -> None:
    progress(f"building {program.name}")
    began = progress.seconds
    # Built beside its place and renamed: a build that is killed leaves no half binary under the final name.
    unfinished = suite.folder / f".{program.name}.unfinished"
    command = [
        "nice",  # it takes minutes on all cores, and somebody may be working on this machine
        go_program(),
        "build",
        "-trimpath",
        "-buildvcs=false",
        "-ldflags",
        program.ldflags,
        "-o",
        str(unfinished),
        program.package,
    ]
    done = subprocess.run(
        command, cwd=suite.module_folder, env=_environment(), stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise SetupError(
            f"{program.name} did not build: {last_line(done.stderr)}",
            where=f"{suite.module_folder}/go.mod",
            fix=f"Run `go build {program.package}` there and repair what it says.",
        )
    unfinished.rename(suite.folder / program.name)
    progress(f"built {program.name} in {progress.seconds - began:.0f} s")


def _environment() -> dict[str, str]:
    return {**os.environ, "CGO_ENABLED": "0", "GOCACHE": str(paths.cache_dir() / "go-build")}


def _version_flags(version: str) -> str:
    """What Kubernetes' own build sets, so that `kubectl version` and /version tell the truth
    (hack/lib/version.sh)."""
    major, minor, _ = version.lstrip("v").split(".", 2)
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    packages = ("component-base/version", "client-go/pkg/version")
    return " ".join(
        [
            "-s -w",
            *(f"-X k8s.io/{package}.{key}={value}" for package in packages for key, value in values.items()),
        ]
    )


def _suite(module_folder: Path, name: str, programs: tuple[Program, ...]) -> Suite:
    digest = hashlib.sha256()
    for file in ("go.mod", "go.sum", *(str(path) for path in module_folder.glob("*/*.go"))):
        digest.update((module_folder / file).read_bytes())
    digest.update(repr(programs).encode())
    return Suite(module_folder, paths.cache_dir() / name / f"bin-{digest.hexdigest()[:12]}", programs)
