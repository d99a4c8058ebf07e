"""How long do `check`, `render` and a check of many courses take, and how much memory?

Each is a process of its own, imports and all. The peer is what a program that makes a pod with KubeSpawner,
or asks JupyterHub's own classes, cannot do without: their imports, in the same round on the same machine.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .figures import OURS, PEER, Series, sides_of_round
from .report import report, table

ROOT = Path(__file__).parents[1]
LEAST_ROUNDS = 5
COURSES, MEMBERS = 500, 100
WAYS_TO_LOG_IN = "10-authenticator-"
KUBESPAWNER = ("-c", "import kubespawner")
JUPYTERHUB = ("-c", "import jupyterhub.app")


@dataclass(frozen=True)
class Cost:
    """What one process took. `cpu` depends less on what else the machine does."""

    seconds: float
    cpu: float
    megabytes: float


def cost_of(*words: str, folder: Path) -> Cost:
    """Run this Python with `words`. Raises CalledProcessError for one that fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"JUPYTERHUB_CRYPT_KEY": "0" * 64},
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, stderr=said)
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def full_site(folder: Path) -> Path:
    """The sample files of `jupyterhub_config.d` with every line switched on."""
    made = folder / "site"
    made.mkdir()
    for path in sorted((ROOT / "jupyterhub_config.d").glob("[0-9]*.py")):
        if not path.name.startswith(WAYS_TO_LOG_IN) or path.stem.endswith("github"):
            text = re.sub(r"^# (?=c\.|    )", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            (made / path.name).write_text(text, encoding="utf-8")
    return made


def many_courses(folder: Path) -> Path:
    """A configuration with a file of 500 courses, of which every other one has its people in a roster."""
    made = folder / "courses"
    (made / "rosters").mkdir(parents=True)
    courses: dict[str, Any] = {}
    for number in range(COURSES):
        people = [f"person-{number}-{each}" for each in range(MEMBERS)]
        members: dict[str, Any] = {"people": people}
        if number % 2:
            name = f"rosters/{number}.csv"
            with (made / name).open("w", newline="", encoding="utf-8") as file:
                rows = csv.writer(file)
                rows.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section"])
                rows.writerows([f"Doe, {each}", each, each, each, number] for each in people)
            members = {"roster": name}
        courses[f"course{number}"] = {
            "name": f"Course {number}",
            "from": "2027-01-10",
            "until": "2027-05-30",
            "instructors": [f"teacher-{number}"],
            "members": members,
            "image": "default",
            "size": "small",
        }
    (made / "courses.yaml").write_text(json.dumps({"courses": courses}, indent=1), encoding="utf-8")
    images = {"default": {"image": "quay.io/ours/default-env:3.3"}}
    (made / "jupyterhub_config.py").write_text(
        "c.JupyterHub.spawner_class = 'libretexts'\n"
        "c.JupyterHub.authenticator_class = 'libretexts-github'\n"
        "c.Authenticator.manage_groups = True\n"
        "c.GitHubOrgAuthenticator.allowed_organizations = {'ours'}\n"
        "c.LoginMixin.courses_file = 'courses.yaml'\n"
        f"c.LibreTextsSpawner.images = {images!r}\n"
        "c.LibreTextsSpawner.sizes = {'small': {'memory': {'limit': '2Gi'}}}\n",
        encoding="utf-8",
    )
    return made


def measures(folder: Path) -> dict[str, tuple[tuple[str, ...], Path, tuple[str, ...]]]:
    """Name -> (our words, the folder to run them in, the peer's words)."""
    site, courses = full_site(folder), many_courses(folder)
    ours = ("-c", "import sys; from libretexts_hub.cli import main; sys.exit(main())")
    helm = str(ROOT / "examples/helm/site-github.yaml")
    render = (*ours, "render", "--config", helm, "--user=ada", "--cached")
    return {
        "check": ((*ours, "check", str(site)), folder, JUPYTERHUB),
        "render": ((*render, "--groups=physics:gpu", "--size=gpu"), folder, KUBESPAWNER),
        "courses": ((*ours, "check", "jupyterhub_config.py"), courses, KUBESPAWNER),
    }


def run(rounds: int) -> dict[str, Any]:
    """All of it, ours and the peer in turn."""
    series: dict[str, Series] = {}
    memory: list[float] = []
    folder = Path(tempfile.mkdtemp(prefix="libretexts-hub-bench-"))
    try:
        for name, (words, place, peer) in measures(folder).items():
            series[name], series[f"{name}_cpu"] = Series("s"), Series("s")
            for number in range(rounds):
                for side in sides_of_round(number):
                    cost = cost_of(*(words if side == OURS else peer), folder=place)
                    series[name].add(side, cost.seconds)
                    series[f"{name}_cpu"].add(side, cost.cpu)
                    memory += [cost.megabytes] if (name, side) == ("courses", OURS) else []
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    facts = {
        "check": "every sample of jupyterhub_config.d switched on; the peer is `import jupyterhub.app`",
        "render": "examples/helm/site-github.yaml, a person on a GPU route; the peer is `import kubespawner`",
        "courses": f"{COURSES} courses with {COURSES * MEMBERS} members, half of them in rosters",
    }
    plan = {"rounds": rounds, "courses": COURSES, "members": COURSES * MEMBERS}
    return report("verbs", plan, series, facts, _limits(series, memory))


def _limits(series: dict[str, Series], memory: list[float]) -> dict[str, float]:
    """Figures that are no ratio: seconds with imports, of `render` without those of KubeSpawner."""
    made = {"courses_mb": max(memory)}
    for kind in ("", "_cpu"):
        for name in ("check", "courses"):
            made[f"{name}{kind}_s"] = statistics.median(series[f"{name}{kind}"].values[OURS])
        both = (series[f"render{kind}"].values[side] for side in (OURS, PEER))
        beyond = [ours - peer for ours, peer in zip(*both, strict=True)]
        made[f"render_beyond_imports{kind}_s"] = statistics.median(beyond)
    return {name: round(each, 3) for name, each in made.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.verbs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each (7)")
    parser.add_argument("--quick", action="store_true", help=f"{LEAST_ROUNDS} rounds, under a minute")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    args = parser.parse_args()
    if args.rounds < LEAST_ROUNDS:
        parser.error(f"at least {LEAST_ROUNDS} rounds, not {args.rounds}")
    figures = run(LEAST_ROUNDS if args.quick else args.rounds)
    print(json.dumps(figures, indent=2) if args.json else table(figures, peer="imports"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
