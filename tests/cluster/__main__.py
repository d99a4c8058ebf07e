"""`python -m tests.cluster up | down | status | build | helm | images`: what the Makefile calls."""

import argparse
import contextlib
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator

from libretexts_hub.errors import SetupError
from tests.cluster import build, control, foreign, images, paths, prerequisites, processes, teardown
from tests.cluster.info import own_cluster
from tests.cluster.launcher import READY, launch
from tests.cluster.progress import Progress
from tests.cluster.run import new_run
from tests.cluster.running import running_cluster


def main(words: list[str] | None = None) -> int:
    """Run one verb; an error that a person can repair is one sentence and the exit code 2."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.cluster", description="A real Kubernetes for the tests."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("up", help="start the cluster; build and make images first when needed").set_defaults(
        act=up
    )
    verbs.add_parser("down", help="take away everything that up made, also after a crash").set_defaults(
        act=down
    )
    verbs.add_parser("status", help="say whether a cluster runs, and where").set_defaults(act=status)
    building = verbs.add_parser("build", help="build the programs only")
    building.add_argument("--kwok", action="store_true", help="KWOK too, for simulated nodes")
    building.set_defaults(act=build_programs)
    verbs.add_parser("helm", help="build helm only").set_defaults(act=build_helm)
    verbs.add_parser("images", help="build the programs and make the images only").set_defaults(
        act=make_images
    )
    arguments = parser.parse_args(words)
    try:
        return arguments.act(arguments, Progress()) or 0
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted. `make cluster-down` cleans up; a build goes on where it was.", file=sys.stderr)
        return 130


def up(_arguments, progress: Progress) -> None:
    """Start the cluster, or say that one is there already."""
    if os.environ.get(foreign.VARIABLE) and (cluster := running_cluster()):
        print(f"using {cluster.server} from {foreign.VARIABLE}")
        return
    with machine_lock(progress):
        if healthy := _healthy_run():
            print(f"running already: {own_cluster(healthy).kubeconfig}")
            return
        if problems := _clean(progress):
            raise SetupError(
                f"An earlier run could not be taken away: {problems[0]}",
                where=str(paths.runs_dir()),
                fix="Repair that and run the command again.",
            )
        made = _images(progress)
        began = progress.seconds
        cni_folder = prerequisites.cni_folder()
        run = new_run(build.cluster_suite().folder, cni_folder)
        launch(run, made, progress)
    progress(f"ready; the start took {progress.seconds - began:.1f} s")
    print(f"export KUBECONFIG={own_cluster(run.folder).kubeconfig}")


def down(_arguments, progress: Progress) -> int:
    """Take every run away; 1 when something stayed."""
    if os.environ.get(foreign.VARIABLE):
        print(f"{foreign.VARIABLE} is set: that cluster is left as it is")
        return 0
    if not teardown.runs():
        return 0
    prerequisites.check(building=False)
    with machine_lock(progress):
        problems = _clean(progress)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def status(_arguments, _progress: Progress) -> None:
    """Where the cluster is. Raises SetupError when none runs."""
    cluster = running_cluster()
    if cluster is None:
        raise SetupError("No cluster is running", where=str(paths.runs_dir()), fix="Run `make cluster`.")
    if cluster.run:
        answer = control.ask(cluster.run.folder, "status")
        print(f"running: {', '.join(answer['running'])}")
        for name, code in answer["ended"].items():
            print(f"ended: {name} with code {code}, see {cluster.run.folder}/logs/{name}.log")
    print(f"server {cluster.server}\nkubeconfig {cluster.kubeconfig}\nhub_ip {cluster.hub_ip}")
    for name in ("lab", "shell", "mariadb", "postgres"):
        print(f"{name} image {getattr(cluster, f'{name}_image')}")


def build_programs(arguments, progress: Progress) -> None:
    """Build what is not in the cache yet. Raises SetupError when Go is missing."""
    with machine_lock(progress):
        build.build(build.cluster_suite(), progress)
        if arguments.kwok:
            build.build(build.kwok_suite(), progress)


def build_helm(_arguments, progress: Progress) -> None:
    """Build helm if it is not in the cache yet; it needs no cluster. Without Go, the machine's own will do.

    Raises SetupError when there is neither.
    """
    if shutil.which("helm") and not shutil.which("go"):
        print(shutil.which("helm"))
        return
    with machine_lock(progress):
        print(build.build(build.helm_suite(), progress) / "helm")


def make_images(_arguments, progress: Progress) -> None:
    """Make what is not in the cache yet."""
    with machine_lock(progress):
        for image in _images(progress):
            print(image.reference("REGISTRY"))


def _images(progress: Progress) -> list[images.Image]:
    suite = build.cluster_suite()
    prerequisites.check(building=not build.is_built(suite))
    prerequisites.install(progress)
    return images.make_images(build.build(suite, progress) / "pause", progress)


def _clean(progress: Progress) -> list[str]:
    problems = []
    for folder in teardown.runs():
        progress(f"taking down {folder.name}")
        problems += teardown.take_down(folder)
    return problems


def _healthy_run():
    """The folder of a run that is complete and whose components all run, or None."""
    for folder in teardown.runs():
        with contextlib.suppress(OSError, SetupError):
            if (folder / READY).exists() and not control.ask(folder, "status")["ended"]:
                return folder
    return None


@contextlib.contextmanager
def machine_lock(progress: Progress) -> Iterator[None]:
    """One command at a time on this machine; the kernel lets go of the lock when its holder dies
    (flock(2))."""
    try:
        paths.LOCK.parent.mkdir(parents=True, exist_ok=True)
        file = paths.LOCK.open("a")
    except OSError as error:
        raise SetupError(
            f"The lock cannot be opened: {error.strerror}", where=str(paths.LOCK), fix="Run this as root."
        ) from None
    with file:
        if not _try_lock(file):
            progress("waiting for another command that works on the cluster")
            if not processes.wait_until(lambda: _try_lock(file), seconds=1800, pause=0.5):
                raise SetupError(
                    "Another command has held the cluster's lock for half an hour",
                    where=str(paths.LOCK),
                    fix="End that command.",
                )
        yield


def _try_lock(file) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
