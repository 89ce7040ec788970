"""What commands tell of how far they are: lines, a bar, or nothing."""

from __future__ import annotations

import io
import time
from types import SimpleNamespace
from typing import Any

import pytest

from headwater.cli import progress as module
from headwater.cli.progress import progress


class Stream(io.StringIO):
    """Standard error, which is a terminal or not."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Stream:
    monkeypatch.setattr(module, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.01)
    stream = Stream()
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=stream))
    return stream


def wait_for(words: str, stream: Stream) -> str:
    until = time.monotonic() + 60
    while words not in (found := stream.getvalue()):
        assert time.monotonic() < until, found
        time.sleep(0.005)
    return found


@pytest.mark.parametrize(
    ("options", "done", "line"),
    [
        ({"total": 2000}, (1500,), "Moving: 1,500 of 2,000 records after 0 s\n"),
        ({"total": 1, "unit": "steps"}, (0, "now load"), "Moving: 0 of 1 step, now load after 0 s"),
        ({"total": None, "unit": "steps"}, (1, "a is done"), "Moving: 1 step, a is done after 0 s"),
        ({"total": 2_500_000, "unit": "bytes"}, (500_000,), "Moving: 0.5 of 2.5 MB after 0 s\n"),
        ({"total": None}, (0,), "Moving: 0 s\n"),
    ],
)
def test_without_a_terminal_lines_say_how_far_it_is(
    told: Stream, options: Any, done: Any, line: str
) -> None:
    with progress("Moving", **options, now=lambda: 1024.0) as advance:
        advance(*done)
        wait_for(line, told)
    assert "\x1b" not in told.getvalue()


def test_time_that_passes_is_told(told: Stream) -> None:
    seconds = [1024.0]
    with progress("Moving", total=3, now=lambda: seconds[-1]):
        seconds.append(1024.0 + 3600.0)
        wait_for("Moving: 0 of 3 records after 3,600 s\n", told)


def test_nothing_is_told_after_the_end(told: Stream) -> None:
    with progress("Moving", total=3) as advance:
        advance(1)
        wait_for("1 of 3", told)
    found = told.getvalue()
    time.sleep(0.05)
    assert told.getvalue() == found


def test_a_terminal_gets_a_bar_that_goes(monkeypatch: pytest.MonkeyPatch, told: Stream) -> None:
    terminal = Stream(is_terminal=True)
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=terminal))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress("Moving", total=3) as advance:
        advance(2)
        wait_for("2 of 3 records", terminal)
    assert terminal.getvalue().rstrip("\r").endswith("\x1b[2K")


@pytest.mark.parametrize("quiet", [True, False])
def test_what_is_quiet_or_quick_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, told: Stream, *, quiet: bool
) -> None:
    if not quiet:
        monkeypatch.setattr(module, "FIRST_SECONDS", 600.0)
    with progress("Moving", total=3, quiet=quiet) as advance:
        advance(3)
        time.sleep(0.02)
    assert told.getvalue() == ""


def test_an_error_ends_the_telling(told: Stream) -> None:
    with pytest.raises(LookupError), progress("Moving", total=3):
        raise LookupError(wait_for("0 of 3", told))
    found = told.getvalue()
    time.sleep(0.05)
    assert told.getvalue() == found
