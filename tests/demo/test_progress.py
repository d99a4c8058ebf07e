"""Is the progress readable, in a terminal and in a pipe?"""

import io
import os

import pytest

from libretexts_hub.demo.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal of 40 columns."""

    encoding = "utf-8"

    def isatty(self):
        return True

    def fileno(self):
        return 0


@pytest.fixture
def clock():
    """A clock that moves by a second at each look."""
    seconds = iter(range(1000))
    return lambda: next(seconds)


def test_a_pipe_gets_one_line_a_step(clock):
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    progress = Progress(stream, clock)
    with progress.step("Doing it") as step:
        step.now("still")
        step.done = "It is done"
    assert stream.buffer.getvalue().decode() == "[  1.0 s] It is done\n"


def test_a_terminal_sees_what_is_being_done(clock, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("os.get_terminal_size", lambda descriptor: os.terminal_size((40, 20)))
    stream = Terminal()
    with Progress(stream, clock).step("Doing something that takes very many words to describe") as step:
        step.done = "Done"
    shown = stream.getvalue().split("\r\x1b[K")
    assert shown[1].startswith("[  1.0 s] Doing something")
    assert len(shown[1]) < 40
    assert shown[2] == "[  2.0 s] Done\n"


def test_a_failed_step_leaves_no_line_that_says_it_was_done(clock):
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with pytest.raises(ValueError, match="no"), Progress(stream, clock).step("Doing it"):
        raise ValueError("no")
    assert stream.buffer.getvalue() == b""


def test_letters_that_a_terminal_lacks_do_no_harm(clock):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    Progress(stream, clock).text("“hpc”")
    assert stream.buffer.getvalue() == b"?hpc?\n"


def test_a_terminal_that_went_away_does_no_harm(clock):
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    progress = Progress(stream, clock)
    stream.close()
    progress.text("anybody there?")
    assert stream.closed
