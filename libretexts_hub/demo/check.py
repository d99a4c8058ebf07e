"""Does the demo work, from login to a computed cell, and does it leave nothing behind?"""

from libretexts_hub.demo import leftovers
from libretexts_hub.demo.progress import Progress
from libretexts_hub.demo.supervisor import Demo
from libretexts_hub.demo.visitor import Visitor
from libretexts_hub.errors import LibreTextsHubError

PERSON = "student"
CHOICES = {"image": "default", "size": "small"}
CELL, RESULT = "6*7", "42"


class CheckError(LibreTextsHubError):
    """The demo runs but does not do what it should."""


async def visit(demo: Demo, progress: Progress) -> None:
    """One person logs in, starts a server, runs a cell and stops it. Raises VisitError or CheckError."""
    async with Visitor(demo.url.rstrip("/")) as visitor:
        with progress.step("Logging in") as step:
            await visitor.login(PERSON, demo.state.password())
            step.done = f"Logged in as {PERSON}"
        with progress.step("Starting a server") as step:
            await visitor.spawn(CHOICES)
            await visitor.wait_until_ready()
            step.done = "The server is ready"
        with progress.step(f"Computing {CELL}") as step:
            result = await visitor.run_cell(CELL)
            step.done = f"The kernel says {CELL} = {result}"
        if result != RESULT:
            fix = f"Read {demo.state.logs}."
            raise CheckError(f"The kernel computed {result!r:.60}", where=CELL, fix=fix)
        with progress.step("Stopping the server") as step:
            await visitor.stop()
            step.done = "The server is stopped"


def look_for_leftovers(demo: Demo, progress: Progress) -> None:
    """After the stop: no open port, no process that names the state folder. Raises CheckError."""
    if ports := demo.open_ports():
        raise CheckError("A port is still open", where=", ".join(map(str, ports)), fix="Read the logs.")
    if pids := leftovers.naming(demo.state):
        raise CheckError(
            "A process still runs", where=f"process {', '.join(map(str, pids))}", fix="Read the logs."
        )
    progress.line("Nothing is left: no process, no port")
