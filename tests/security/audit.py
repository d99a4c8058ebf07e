"""Which known holes are in what a hub runs on? `python -m tests.security.audit` asks pip-audit, never fails.

With `--list` it prints what is installed of that in the environment that runs it, as requirements.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OURS = "libretexts-hub"
# What an operator installs; all else of setup.cfg is for tests.
EXTRAS = ("ldap",)
SETS = {"the chart's hub image": "chart", "the newest releases": "newest"}
SECONDS = 300
SOURCES = ("pypi", "osv")
# CVE-2020-1747 and CVE-2020-14343: who does not know these knows none.
KNOWN = "pyyaml==5.3\n"
# PEP 503.
SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True)
class Hole:
    """One advisory about one package, and the releases without it."""

    package: str
    version: str
    id: str
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        there = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no release without it is known"
        return f"{self.package} {self.version}: {self.id}, {there}"


def installed(name: str = OURS, extras: tuple[str, ...] = EXTRAS) -> dict[str, str]:
    """Names and versions of what this package runs on, here, with all that they need in turn."""
    found: dict[str, str] = {}
    waiting = [(name, extras)]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or release of Python, or not asked for
        if name != OURS:
            found[name] = package.version
        waiting += _needs(package, extras)
    return found


def _needs(package: Distribution, extras: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    needs = []
    for written in package.requires or ():
        need = Requirement(written)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            needs.append((SEPARATORS.sub("-", need.name).lower(), tuple(sorted(need.extras))))
    return needs


def holes_in(report: str) -> list[Hole] | None:
    """What pip-audit's JSON says; None where it is no report, because its source did not answer."""
    try:
        packages = json.loads(report)["dependencies"]
        return [
            Hole(each["name"], each["version"], hole["id"], tuple(hole["fix_versions"]))
            for each in packages
            for hole in each.get("vulns", ())
        ]
    except (ValueError, KeyError, TypeError):
        return None


def asked(requirements: str, source: str) -> subprocess.CompletedProcess[str]:
    """One run of pip-audit; it ends with 1 where there are holes, and where something went wrong."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements)
        file.flush()
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "--requirement",
            file.name,
            "--no-deps",
            "--disable-pip",
        ]
        command += ["--format=json", "--progress-spinner=off", f"--vulnerability-service={source}"]
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)


def sight(source: str) -> str:
    """Why this source can't be asked; empty where it can. A mirror may serve releases without advisories."""
    try:
        done = asked(KNOWN, source)
    except subprocess.TimeoutExpired:
        return f"{source} gives no answer within {SECONDS} s"
    holes = holes_in(done.stdout)
    if holes is None:
        return f"{source}: {(done.stderr.strip().splitlines() or ['it says nothing'])[-1][:80]}"
    return "" if holes else f"{source} answers, but does not even know the holes in {KNOWN.strip()}"


def report(title: str, requirements: str, source: str) -> str:
    """Sentences about one set of packages."""
    count = len(requirements.splitlines())
    holes = holes_in(asked(requirements, source).stdout)
    if holes is None:
        return f"{title}: {source} did not answer for all {count} packages."
    told = [f"  {hole}" for hole in holes] or ["  no advisory is about any of them"]
    return "\n".join([f"{title}: {count} packages, asked of {source}", *told])


def main() -> int:
    """The report; always 0, since an advisory of today says nothing about a change of today."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the packages of this environment")
    if parser.parse_args().list:
        print("\n".join(f"{name}=={version}" for name, version in sorted(installed().items())))
        return 0
    troubles = {source: sight(source) for source in SOURCES}
    source = next((each for each, trouble in troubles.items() if not trouble), "")
    if not source:
        print(f"Nobody knows: no source of advisories can be asked. {'. '.join(troubles.values())}.")
        return 0
    for title, folder in SETS.items():
        python = ROOT / ".venvs" / folder / "bin" / "python"
        command = [str(python), "-m", "tests.security.audit", "--list"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        print(report(f"{title} ({folder})", listed, source), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
