"""The server's side of a query process: start, ask, give up, kill."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from headwater import errors
from headwater.engine.messages import Message, read_message, write_message
from headwater.errors import HeadwaterError, Invalid, Unavailable, Unprocessable
from headwater.query.sql.waiting import Waiting

GRACE_SECONDS: Final = 2.0
"""How long a statement that was told to stop may take to do so before its process is killed."""

START_SECONDS: Final = 20.0
"""How much longer the first statement of a process may take: it loads the engine."""


class QueryProcess:
    """One query process, used by one thread at a time. It starts with the first question.

    What does not fit into its memory goes to a folder of its own in `spill`, which goes with it: a
    process that is killed cannot tidy up.
    """

    def __init__(self, lake_folder: Path, *, spill: Path, memory_bytes: int) -> None:
        self._folder = lake_folder
        self._spill = spill
        self._spilled: Path | None = None
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._is_warm = False

    @property
    def is_running(self) -> bool:
        """Tell whether the process exists."""
        return self._process is not None and self._process.poll() is None

    def ask(self, request: Message, waiting: Waiting | None = None) -> Message:
        """Run a statement; raises what the process answered, or what became of the process.

        When who is `waiting` leaves, the process ends, and another loads its engine for the next.
        """
        waiting = waiting or Waiting()
        if waiting.has_left():
            raise _stopped()
        process = self._ensure()
        allowed = float(request["timeout_seconds"]) + GRACE_SECONDS
        if not self._is_warm:
            allowed += START_SECONDS
        overdue = threading.Event()

        def stop() -> None:
            overdue.set()
            process.kill()

        timer = threading.Timer(allowed, stop)
        timer.daemon = True
        timer.start()
        with waiting.during(process.kill):
            answer = _exchange(process, {**request, "temporary": str(self._spilled)})
        timer.cancel()
        if waiting.has_left():
            self.close()
            self._ensure()
            raise _stopped()
        if answer is None:
            self.close()
            raise _end_of(request, is_overdue=overdue.is_set())
        self._is_warm = True
        if "error" in answer:
            raise _error_of(answer)
        return answer

    def close(self) -> None:
        """Kill the process, whatever it does, and wait for its end."""
        process, self._process, self._is_warm = self._process, None, False
        if process is not None:
            _end(process)
        spilled, self._spilled = self._spilled, None
        if spilled is not None:
            shutil.rmtree(spilled, ignore_errors=True)

    def _ensure(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        command = [
            *(sys.executable, "-P", "-m", "headwater.query.sql.child"),
            *(str(self._folder), str(self._memory_bytes)),
        ]
        try:
            self._spill.mkdir(parents=True, exist_ok=True)
            self._spilled = Path(tempfile.mkdtemp(dir=self._spill))
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # None of the server's secrets: a statement must not be able to read any.
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"},
            )
        except OSError as error:
            raise Unavailable(f"the query process could not be started: {error}") from error
        return self._process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue  # an unfinished request of a process that is gone
    process.wait()


def _stopped() -> HeadwaterError:
    said = "the statement was stopped: who asked for it did not wait"
    return Unprocessable(said, path="/sql")


def _exchange(process: subprocess.Popen[bytes], request: Message) -> Message | None:
    try:
        write_message(cast(BinaryIO, process.stdin), request)
        return read_message(cast(BinaryIO, process.stdout))
    except OSError:
        return None


def _end_of(request: Message, *, is_overdue: bool) -> HeadwaterError:
    if is_overdue:
        return Unprocessable(
            f"the statement ran longer than {request['timeout_seconds']:g} s and was killed",
            path="/sql",
            hint="read less, or raise the setting query.timeout_seconds",
        )
    return Unavailable(
        "the query process died with the statement",
        hint="it may have needed more memory than there is; the next statement gets a new one",
    )


def _error_of(answer: Message) -> HeadwaterError:
    kind: Any = getattr(errors, answer["error"], HeadwaterError)
    error: HeadwaterError = kind(answer["message"], hint=answer["hint"])
    if isinstance(error, Invalid):
        error.path = answer.get("path")
        error.details = answer.get("details") or {}
    return error
